"""How much a member may bring in and send out, by what has been confirmed about them; and what of it is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from pamoja.foundation.money import Money, currency
from pamoja.kernel.payments.errors.safety import LimitReached

TOP_UP = "wallet.top_up"
WITHDRAWAL = "wallet.withdrawal"


class Tier(StrEnum):
    """How well a member is known. More known, more may move."""

    UNPROVEN = "unproven"  # neither phone nor e-mail address is confirmed
    BASIC = "basic"  # one of them is
    VERIFIED = "verified"  # staff checked who they are


class Direction(StrEnum):
    """Which way money moves, seen from the wallet."""

    IN = "in"  # what a member fills their wallet with
    OUT = "out"  # whatever leaves it for a phone or a bank account


class Period(StrEnum):
    """Over which time amounts are added up."""

    SINGLE = "single"
    DAY = "day"  # since midnight where the member lives
    MONTH = "month"  # the last thirty days


MONTH = timedelta(days=30)

TIER_WORDS = {
    Tier.UNPROVEN: "Not confirmed",
    Tier.BASIC: "Basic",
    Tier.VERIFIED: "Verified",
}
PERIOD_WORDS = {Period.SINGLE: "at a time", Period.DAY: "in a day", Period.MONTH: "in 30 days"}
_VERBS = {Direction.IN: "fill your wallet with", Direction.OUT: "send out"}
_ADVICE = {
    Tier.UNPROVEN: "Confirm your phone or your e-mail address to raise your limits",
    Tier.BASIC: "Have your identity checked by the community's staff to raise your limits",
    Tier.VERIFIED: "Please choose a smaller amount, or speak to the community's staff",
}

# For each tier and direction: at a time, in a day, in 30 days. Units: whole "round pounds" (see `_ROUND`).
_USUAL: dict[Tier, dict[Direction, tuple[int, int, int]]] = {
    Tier.UNPROVEN: {Direction.IN: (100, 200, 500), Direction.OUT: (50, 100, 200)},
    Tier.BASIC: {Direction.IN: (1_500, 3_000, 10_000), Direction.OUT: (1_000, 1_500, 5_000)},
    Tier.VERIFIED: {Direction.IN: (2_500, 10_000, 50_000), Direction.OUT: (2_500, 5_000, 30_000)},
}
# Round amounts that people of each currency find comparable; no rates of exchange.
_ROUND = {"GBP": 1, "USD": 1, "EUR": 1, "USDC": 1, "KES": 100, "GHS": 10, "NGN": 1_000, "TZS": 2_000, "UGX": 4_000}


@dataclass(frozen=True)
class Used:
    """What has moved already. Units: minor."""

    day_minor: int = 0
    month_minor: int = 0


@dataclass(frozen=True)
class Allowed:
    """The limits of one tier and direction. None: without limit. Units: minor."""

    single_minor: int | None
    day_minor: int | None
    month_minor: int | None

    def of(self, period: Period) -> int | None:
        return {Period.SINGLE: self.single_minor, Period.DAY: self.day_minor, Period.MONTH: self.month_minor}[period]


def in_round(pounds: int, code: str) -> int | None:
    """A round amount in a currency, in minor units; None for what is no money of a country, such as credits."""
    times = _ROUND.get(code)
    return None if times is None else pounds * times * currency(code).minor_per_major


def usual(tier: Tier, direction: Direction, code: str) -> Allowed:
    """The limits of a community that chose none."""
    return Allowed(*(in_round(each, code) for each in _USUAL[tier][direction]))


def allowed(chosen: Mapping[str, Any], tier: Tier, direction: Direction, code: str) -> Allowed:
    """The limits, where `chosen["limits"][tier][direction][period][currency]` differs from what is usual."""
    own = chosen.get("limits", {}).get(tier, {}).get(direction, {})
    found = usual(tier, direction, code)
    return Allowed(*(own.get(period, {}).get(code, found.of(period)) for period in Period))


def left_in(limits: Allowed, used: Used, period: Period) -> int | None:
    """What may still move in the period, never below nothing; None without limit."""
    most = limits.of(period)
    gone = {Period.SINGLE: 0, Period.DAY: used.day_minor, Period.MONTH: used.month_minor}[period]
    return None if most is None else max(0, most - gone)


def left(limits: Allowed, used: Used) -> int | None:
    """The most that may move now; None without limit."""
    known = [each for period in Period if (each := left_in(limits, used, period)) is not None]
    return min(known, default=None)


def check(limits: Allowed, used: Used, amount: Money, *, tier: Tier, direction: Direction) -> None:
    """Raises: LimitReached, naming the first limit that the amount would pass, what is left, and what to do."""
    for period in Period:
        free, most = left_in(limits, used, period), limits.of(period)
        if free is None or most is None or amount.amount_minor <= free:
            continue
        is_partly_used = period != Period.SINGLE and free < most
        raise LimitReached(
            field="amount",
            does=_VERBS[direction],
            most=Money(most, amount.currency).text,
            period=PERIOD_WORDS[period],
            left=f", of which {Money(free, amount.currency).text} is left" if is_partly_used else "",
            advice=_ADVICE[tier],
        )


def advice(tier: Tier) -> str:
    """How a member of this tier comes by higher limits."""
    return f"{_ADVICE[tier]}."
