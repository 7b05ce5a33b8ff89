"""When rounds are due: weeks and months on the circle's calendar, days that end where the member lives."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Frequency = Literal["weekly", "monthly"]

REMINDED_DAYS_BEFORE = 3
# After the due day reminders become rarer and then end: whoever has not heard three letters does not hear a fourth.
REMINDED_DAYS_AFTER = (1, 3, 7)
# Nobody is asked for money, or reminded of it, in the middle of the night.
REMINDED_AT = time(9)
COLLECTED_AT = time(10)


def zone(name: str) -> ZoneInfo:
    """The IANA time zone of this name."""
    return ZoneInfo(name)


def due_on(first: date, frequency: Frequency, period: int) -> date:
    """The day on which period 0, 1, 2… is due.

    Months are counted from the first day, so that the 31st comes back after a short month.
    """
    if frequency == "weekly":
        return first + timedelta(weeks=period)
    year, month = divmod(first.year * 12 + first.month - 1 + period, 12)
    last_day = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(first.day, last_day))


def end_of(day: date, zone_name: str) -> datetime:
    """The first moment after `day` in that time zone, in UTC; exact on days of 23 and 25 hours too."""
    return moment_on(day + timedelta(days=1), time(0), zone_name)


def due_at(day: date, zone_name: str, *, opened_at: datetime) -> datetime:
    """When a contribution is late: after its day where the member lives, and never within a day of being asked for."""
    return max(end_of(day, zone_name), opened_at + timedelta(days=1))


def moment_on(day: date, at: time, zone_name: str) -> datetime:
    """The day's `at` o'clock in that time zone, in UTC; the earlier one of two, the next moment after a gap."""
    return datetime.combine(day, at, tzinfo=zone(zone_name)).astimezone(UTC)


def periods_moved(planned: date, first: date, frequency: Frequency, today: date, period: int) -> int:
    """By how many whole periods the day `planned` of `period` moves so that it is not before today.

    A circle that rested goes on in its own rhythm: weekly circles keep their weekday, monthly ones their day.
    """
    moved, day = 0, planned
    while day < today:
        moved += 1
        day = due_on(first, frequency, period + moved)
    return moved


def reminder_after(now: datetime, due: date, zone_name: str) -> datetime | None:
    """When a member hears next that money will be due: some days before, then on the day; None after both."""
    early = moment_on(due - timedelta(days=REMINDED_DAYS_BEFORE), REMINDED_AT, zone_name)
    on_the_day = moment_on(due, REMINDED_AT, zone_name)
    return next((moment for moment in (early, on_the_day) if moment > now), None)


def first_late_reminder_at(due_at: datetime, zone_name: str) -> datetime:
    """When a member first hears that they are late: on the first morning after, not as the day ends at midnight."""
    local = due_at.astimezone(zone(zone_name))
    morning = moment_on(local.date(), REMINDED_AT, zone_name)
    return morning if morning >= due_at else moment_on(local.date() + timedelta(days=1), REMINDED_AT, zone_name)


def late_reminder_after(now: datetime, told: int, zone_name: str) -> datetime | None:
    """When a member who was `told` so many times that they are late hears it again; None after the last time.

    Counted from the time before, so that after a pause or a long night nobody hears everything at once.
    """
    if not 0 < told < len(REMINDED_DAYS_AFTER):
        return None
    wait = REMINDED_DAYS_AFTER[told] - REMINDED_DAYS_AFTER[told - 1]
    return moment_on(now.astimezone(zone(zone_name)).date() + timedelta(days=wait), REMINDED_AT, zone_name)


def moved_on(moment: datetime, by: timedelta, zone_name: str) -> datetime:
    """The moment so much later, at the same o'clock where the member lives: a pause is not over in the night."""
    local = moment.astimezone(zone(zone_name))
    return moment_on((local + by).date(), local.time(), zone_name)


def collected_at(due: date, zone_name: str) -> datetime:
    """When a member who lets the circle collect is asked: on the due day, at an hour when people are awake."""
    return moment_on(due, COLLECTED_AT, zone_name)


def fee_due_at(due_at: datetime, grace_days: int) -> datetime:
    """When a late fee is added to what is still unpaid."""
    return due_at + timedelta(days=grace_days)


def shortfall_at(due_at: datetime, after_days: int) -> datetime:
    """When a pot that is not full is paid out as it is, where the circle's rule says so."""
    return due_at + timedelta(days=after_days)
