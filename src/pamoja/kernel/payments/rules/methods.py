"""Saved ways to pay: their kinds, their states, and which one is tried first."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from enum import StrEnum

METHODS_MAX = 10


class MethodKind(StrEnum):
    """What a way to pay is."""

    CARD = "card"
    BACS_DEBIT = "bacs_debit"
    PHONE = "phone"
    BANK = "bank"  # to send money to
    PAYEE = "stripe_account"  # to be paid by Stripe, which knows the bank account


class MethodState(StrEnum):
    """How far a way to pay has come."""

    PENDING = "pending"  # being set up, or not proven yet
    VERIFIED = "verified"
    FAILED = "failed"  # could not be set up, or is of no use any more
    REMOVED = "removed"


RAIL_OF = {
    MethodKind.CARD: "stripe",
    MethodKind.BACS_DEBIT: "stripe",
    MethodKind.PHONE: "mpesa",
    MethodKind.BANK: "bank",
    MethodKind.PAYEE: "stripe",
}
HOSTED = (MethodKind.CARD, MethodKind.BACS_DEBIT)
"""Those that are entered on the rail's own page."""

RECEIVING = (MethodKind.BANK, MethodKind.PAYEE)
"""Those that money is only sent to, never asked for with."""

EXPIRY_TOLD_DAYS = 30


def expires_on(month: int | None, year: int | None) -> date | None:
    """The last day on which a card can be used; None when that is not known."""
    if not month or not year:
        return None
    return date(year, month, monthrange(year, month)[1])
