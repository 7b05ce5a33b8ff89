"""What is owed and what is paid out: the pot, late fees, shortfalls, shares, and what a place in the order risks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pamoja.foundation.money import Money

ShortfallRule = Literal["wait", "pay_what_is_in"]

AMOUNT_MINOR_MAX = 10**12
MEMBERS_MIN = 2
MEMBERS_MAX = 100
TURNS_MAX = 12
GRACE_DAYS_MAX = 28
SHORTFALL_DAYS_MAX = 28


def full_pot(amount: Money, members: int) -> Money:
    """What a round brings when everybody has paid, the recipient included."""
    return amount * members


def owed(amount: Money, late_fee: Money) -> Money:
    """What settles a contribution: the amount and the late fee that was added, if any."""
    return amount + late_fee


def late_fee_now(*, fee: Money, charged: Money, fee_due_at: datetime, now: datetime, is_being_paid: bool) -> Money:
    """What to add to an unpaid contribution now: the circle's flat fee, once, after the grace days.

    It waits while a payment is under way: who answered the prompt in time is not fined for a slow network.
    """
    if charged or is_being_paid or now < fee_due_at:
        return Money.zero(fee.currency)
    return fee


@dataclass(frozen=True)
class PotDecision:
    """Whether a round's pot goes out now, and how much of it."""

    pays: bool
    amount: Money


def pot_decision(
    *, paid: Money, full: Money, rule: ShortfallRule, shortfall_at: datetime | None, now: datetime
) -> PotDecision:
    """The written rule: a full pot goes out at once; another waits, or after some days goes out as it is."""
    if paid >= full:
        return PotDecision(True, full)
    if rule == "pay_what_is_in" and shortfall_at is not None and now >= shortfall_at and paid:
        return PotDecision(True, paid)
    return PotDecision(False, paid)


@dataclass(frozen=True)
class Exposure:
    """What a place in the order pays before it receives (`pays_before`) and still owes afterwards (`owes_after`)."""

    position: int
    pays_before: Money
    receives: Money
    owes_after: Money


def exposure(amount: Money, members: int, position: int) -> Exposure:
    """What a member on this position puts at stake if the others stop, and what the others lose if the member stops."""
    return Exposure(
        position=position,
        pays_before=amount * (position - 1),
        receives=full_pot(amount, members),
        owes_after=amount * (members - position),
    )


def fee_shares(kept: Money, members: int) -> list[Money]:
    """Late fees belong to all: equal shares; the odd minor units go to the first in the order."""
    return kept.split(members)
