"""When to ask the rail again, when to try again, and within which hours a member is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

QUERY_AFTER_S = (10, 20, 40, 70, 180, 600, 1_800, 7_200, 86_400)
"""Source: contract M-PESA §7.3. After the last one a person must look."""

PROMPT_HOLD_S = 120
"""How long nobody is prompted again after a push of which no answer came. Source: contract M-PESA §7.6."""

# The rail refused at its gate and nothing was shown: soon again, without counting as an attempt.
TECHNICAL_DELAYS_S = (5, 15, 45, 120, 300, 900, 1_800, 3_600)


@dataclass(frozen=True)
class RetryPolicy:
    """How often and when a member is asked again, when they are likely to have money.

    Units: whole hours of the member's day, `until` excluded; `weekdays` 0 (Monday) to 6; `paydays` days of the month,
    for which an attempt waits at most `payday_wait_days` when money was lacking.
    """

    attempts_max: int = 4
    delays_s: tuple[int, ...] = (600, 10_800, 86_400)
    from_hour: int = 9
    until_hour: int = 20
    weekdays: frozenset[int] = frozenset(range(7))
    paydays: frozenset[int] = frozenset()
    payday_wait_days: int = 5


def next_query_at(since: datetime, now: datetime, schedule_s: tuple[int, ...] = QUERY_AFTER_S) -> datetime | None:
    """The next moment of the schedule that is still to come; None when all have passed."""
    moments = (since + timedelta(seconds=after) for after in schedule_s)
    return next((moment for moment in moments if moment > now), None)


def next_attempt_at(
    policy: RetryPolicy,
    *,
    attempts_made: int,
    attempts_max: int,
    now: datetime,
    zone: str,
    wait_s: int = 0,
    lacks_money: bool = False,
) -> datetime | None:
    """When to ask the member again, at the earliest after `wait_s`; None when it was asked often enough.

    When money was lacking, the second and later repeats wait for the next payday, if one is near.
    """
    if attempts_made >= attempts_max:
        return None
    delay_s = policy.delays_s[min(attempts_made, len(policy.delays_s)) - 1] if attempts_made else 0
    moment = within_hours(now + timedelta(seconds=max(delay_s, wait_s)), policy, zone)
    if lacks_money and attempts_made > 1:
        moment = _on_payday(moment, policy, zone)
    return moment


def next_technical_try_at(*, tries_made: int, now: datetime) -> datetime | None:
    """When to knock again at a gate that refused; None when it refused too often."""
    if tries_made > len(TECHNICAL_DELAYS_S):
        return None
    return now + timedelta(seconds=TECHNICAL_DELAYS_S[max(tries_made, 1) - 1])


def within_hours(moment: datetime, policy: RetryPolicy, zone: str) -> datetime:
    """The moment itself, or the next opening of the policy's hours in the member's time zone."""
    local = moment.astimezone(ZoneInfo(zone))
    weekdays = policy.weekdays or frozenset(range(7))
    if policy.from_hour <= local.hour < policy.until_hour and local.weekday() in weekdays:
        return moment
    day = local.date() if local.hour < policy.from_hour else local.date() + timedelta(days=1)
    while day.weekday() not in weekdays:
        day += timedelta(days=1)
    return _opening(day, policy, zone).astimezone(moment.tzinfo)


def _on_payday(moment: datetime, policy: RetryPolicy, zone: str) -> datetime:
    day = moment.astimezone(ZoneInfo(zone)).date()
    ahead = (day + timedelta(days=days) for days in range(policy.payday_wait_days + 1))
    payday = next((each for each in ahead if each.day in policy.paydays), day)
    return moment if payday == day else within_hours(_opening(payday, policy, zone), policy, zone)


def _opening(day: date, policy: RetryPolicy, zone: str) -> datetime:
    return datetime.combine(day, time(policy.from_hour), tzinfo=ZoneInfo(zone))


def silent_at(began_at: datetime) -> datetime:
    """When an attempt of which no answer came is no longer waited for."""
    return began_at + timedelta(seconds=PROMPT_HOLD_S)


def last_word_at(since: datetime) -> datetime:
    """An hour after the last question: who has not been answered by then lets a person look."""
    return since + timedelta(seconds=QUERY_AFTER_S[-1] + 3_600)
