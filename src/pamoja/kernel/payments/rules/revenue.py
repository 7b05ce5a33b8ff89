"""When money that was paid ahead becomes earned, and what a refund takes from where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pamoja.kernel.payments.rules.exact import part_of, spread

_DAY = timedelta(days=1)


class Recognition(StrEnum):
    """How a plan earns."""

    DAILY = "daily"
    PERIOD_END = "period_end"


@dataclass(frozen=True)
class Span:
    """What is earned over a stretch of time; `before_minor` was earned before the stretch began."""

    amount_minor: int
    before_minor: int
    starts_at: datetime
    ends_at: datetime


def earned_minor(span: Span, now: datetime, how: Recognition) -> int:
    """How much of it is earned by now: nothing before it starts, all when it is over, and in between by whole days."""
    if now >= span.ends_at:
        return span.amount_minor
    if now < span.starts_at or how == Recognition.PERIOD_END:
        return span.before_minor
    days = -(-(span.ends_at - span.starts_at) // _DAY)
    passed = (now - span.starts_at) // _DAY
    return span.before_minor + part_of(span.amount_minor - span.before_minor, passed, days)


def next_earning_at(span: Span, now: datetime, how: Recognition) -> datetime | None:
    """When more of it will be earned; None when all is."""
    if now >= span.ends_at:
        return None
    if how == Recognition.PERIOD_END:
        return span.ends_at
    if now < span.starts_at:
        return min(span.starts_at + _DAY, span.ends_at)
    return min(span.starts_at + ((now - span.starts_at) // _DAY + 1) * _DAY, span.ends_at)


@dataclass(frozen=True)
class Charge:
    """A line of an invoice and the time it is for."""

    amount_minor: int
    starts_at: datetime
    ends_at: datetime


def spans_of(net_minor: int, charges: Sequence[Charge]) -> list[Span]:
    """What was paid without tax, spread over the times of the lines that cost something, in their proportion.

    Credits and discounts lower every span alike, so what is earned in the end is exactly what was paid.
    """
    by_time: dict[tuple[datetime, datetime], int] = {}
    for each in charges:
        if each.amount_minor > 0:
            time = (each.starts_at, each.ends_at)
            by_time[time] = by_time.get(time, 0) + each.amount_minor
    times = sorted(by_time)
    shares = spread(net_minor, [by_time[time] for time in times])
    return [Span(share, 0, *time) for time, share in zip(times, shares, strict=True) if share]


@dataclass(frozen=True)
class Giveback:
    """Where the money of a refund comes from."""

    tax_minor: int
    unearned_minor: tuple[int, ...]
    earned_minor: int


def giveback(
    *, amount_minor: int, refunded_minor: int, total_minor: int, tax_minor: int, unearned_minor: Sequence[int]
) -> Giveback:
    """What a refund takes: tax in proportion (never more than was paid, whatever the steps), then what is not earned
    yet of each span in order, the rest from what is.
    """
    after = part_of(tax_minor, refunded_minor + amount_minor, total_minor)
    tax = after - part_of(tax_minor, refunded_minor, total_minor)
    left, taken = amount_minor - tax, []
    for open_minor in unearned_minor:
        taken.append(min(left, open_minor))
        left -= taken[-1]
    return Giveback(tax, tuple(taken), left)
