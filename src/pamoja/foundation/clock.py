"""The platform's time; tests, simulations and the demo may turn it, production never does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


class _Hands:
    """Where the clock's hands are; one clock a process, seen by all its threads."""

    offset = timedelta()
    frozen: datetime | None = None


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _Hands.frozen if _Hands.frozen is not None else datetime.now(UTC) + _Hands.offset


def today(zone: str) -> date:
    """The calendar day it is now in this IANA time zone."""
    return now().astimezone(ZoneInfo(zone)).date()


def offset() -> timedelta:
    """How far the clock is turned ahead of real time."""
    return _Hands.offset


def turn_by(ahead: timedelta) -> None:
    """Run ahead of real time by this much in all; zero returns to real time."""
    _Hands.offset = ahead


def turn_to(moment: datetime) -> None:
    """Make it `moment` now; the clock goes on from there."""
    turn_by(moment - datetime.now(UTC))


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Time stands still at `at` inside this block."""
    before, _Hands.frozen = _Hands.frozen, at.astimezone(UTC)
    try:
        yield
    finally:
        _Hands.frozen = before
