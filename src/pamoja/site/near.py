"""Dates as people say them: near ones in words, far ones exact. Pure; the `ui` tags feed it the clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta

NEAR_DAYS = 6
"""Further away than this, a weekday would be as unclear as a count of days: say the date."""


def near_day(day: date, today: date) -> str:
    """`day` as somebody would say it on `today`: "tomorrow", "in 3 days", "28 January", "28 January 2027"."""
    days = (day - today).days
    if days in (-1, 0, 1):
        return ("yesterday", "today", "tomorrow")[days + 1]
    if 1 < days <= NEAR_DAYS:
        return f"in {days} days"
    if -NEAR_DAYS <= days < -1:
        return f"{-days} days ago"
    return exact_day(day, today)


def exact_day(day: date, today: date) -> str:
    """ "28 January", with its year when that is not this one."""
    written = f"{day.day} {day:%B}"
    return written if day.year == today.year else f"{written} {day.year}"


def near_moment(moment: datetime, now: datetime) -> str:
    """`moment` as somebody would say it `now`, both in the reader's time zone: "3 minutes ago", "yesterday, 09:14"."""
    ago = now - moment
    if timedelta(0) <= ago < timedelta(minutes=1):
        return "just now"
    if timedelta(0) < ago < timedelta(hours=1):
        return _counted(ago // timedelta(minutes=1), "minute") + " ago"
    if timedelta(0) < ago < timedelta(hours=6) and moment.date() == now.date():
        return _counted(ago // timedelta(hours=1), "hour") + " ago"
    if abs((moment.date() - now.date()).days) <= 1:
        return f"{near_day(moment.date(), now.date())}, {moment:%H:%M}"
    return f"{exact_day(moment.date(), now.date())}, {moment:%H:%M}"


def is_near(day: date, today: date) -> bool:
    """Whether `near_day` says words (so that "on" does not belong before them)."""
    return abs((day - today).days) <= NEAR_DAYS


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
