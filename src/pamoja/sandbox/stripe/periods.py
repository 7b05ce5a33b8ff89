"""Periods of subscriptions: when one ends, and what share of it is left. Pure arithmetic."""

import calendar
from datetime import datetime, timedelta


def following(moment: datetime, interval: str, count: int, *, anchor_day: int) -> datetime:
    """The end of the period that begins at `moment`; months keep the anchor's day where they have it."""
    if interval in ("day", "week"):
        return moment + timedelta(days=count * (7 if interval == "week" else 1))
    months = moment.month - 1 + count * (12 if interval == "year" else 1)
    year, month = moment.year + months // 12, months % 12 + 1
    return moment.replace(year=year, month=month, day=min(anchor_day, calendar.monthrange(year, month)[1]))


def share_left(amount: int, start: int, end: int, now: int) -> int:
    """What of `amount` falls on the rest of a period, to the second. Units: minor."""
    if end <= start:
        return 0
    return round(amount * max(min(end - now, end - start), 0) / (end - start))
