"""Where billing periods begin and end: counted from an anchor, so that the 31st comes back after February."""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Interval(StrEnum):
    """What a period is counted in."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


_MONTHS = {Interval.MONTH: 1, Interval.YEAR: 12}


def period_end(anchor: datetime, interval: Interval, count: int, number: int, zone: str) -> datetime:
    """The end of the period with this number (the first is 1), at the anchor's time of day in the community's zone.

    A day that its month lacks becomes the month's last: from 31 January by months come 28 February and 31 March.
    """
    local = anchor.astimezone(ZoneInfo(zone))
    steps = count * number
    if interval in _MONTHS:
        year, month = divmod(local.year * 12 + local.month - 1 + steps * _MONTHS[interval], 12)
        day = min(local.day, calendar.monthrange(year, month + 1)[1])
        moved = local.replace(year=year, month=month + 1, day=day)
    else:
        moved = local + timedelta(days=steps * (7 if interval == Interval.WEEK else 1))
    return moved.astimezone(anchor.tzinfo)
