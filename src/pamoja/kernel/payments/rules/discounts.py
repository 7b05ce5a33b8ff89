"""How much a discount takes off, and whether a promotion code may be used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pamoja.kernel.payments.rules.exact import part_of

WHOLE_BP = 10_000
"""A hundred per cent in basis points."""


class Duration(StrEnum):
    """For how many invoices a discount lasts."""

    ONCE = "once"
    REPEATING = "repeating"
    FOREVER = "forever"


@dataclass(frozen=True)
class Reduction:
    """Either a share (`percent_bp`, in hundredths of a per cent) or an amount."""

    percent_bp: int = 0
    off_minor: int = 0


def off_minor(reduction: Reduction, base_minor: int) -> int:
    """What is taken off charges of this much, never more than they are; a share is rounded, halves up."""
    if base_minor <= 0:
        return 0
    if reduction.percent_bp:
        return part_of(base_minor, reduction.percent_bp, WHOLE_BP)
    return min(reduction.off_minor, base_minor)


def times_of(duration: Duration, times: int) -> int | None:
    """For how many invoices it holds; None for ever."""
    return {Duration.ONCE: 1, Duration.REPEATING: times, Duration.FOREVER: None}[duration]


@dataclass(frozen=True)
class Offer:
    """A promotion code with its discount, as far as who may use it when."""

    is_active: bool
    expires_at: datetime | None
    redeem_by: datetime | None
    used: int
    used_most: int | None
    discount_used: int
    discount_used_most: int | None
    plan_id: UUID | None
    member_id: UUID | None
    is_for_first_only: bool
    least_minor: int
    currency: str


@dataclass(frozen=True)
class Buyer:
    """Who wants to use a code, and for what."""

    member_id: UUID
    plan_id: UUID
    amount_minor: int
    currency: str
    has_paid_before: bool


class Unfit(StrEnum):
    """Why a code cannot be used; the value is the sentence."""

    UNKNOWN = "We do not know this code"
    EXPIRED = "This code has expired"
    USED_UP = "This code has been used as often as it may be"
    OTHER_PLAN = "This code is for another plan"
    FIRST_ONLY = "This code is for a first payment only"
    TOO_LITTLE = "This code is for larger amounts"


def unfit(offer: Offer, buyer: Buyer, now: datetime) -> Unfit | None:
    """The first reason against, or None. Somebody else's code, or one taken back, is as good as unknown."""
    others = offer.member_id is not None and offer.member_id != buyer.member_id
    tests = (
        (Unfit.UNKNOWN, not offer.is_active or others),
        (Unfit.EXPIRED, any(each is not None and each <= now for each in (offer.expires_at, offer.redeem_by))),
        (Unfit.USED_UP, offer.used_most is not None and offer.used >= offer.used_most),
        (Unfit.USED_UP, offer.discount_used_most is not None and offer.discount_used >= offer.discount_used_most),
        (Unfit.OTHER_PLAN, offer.plan_id is not None and offer.plan_id != buyer.plan_id),
        (Unfit.OTHER_PLAN, bool(offer.currency) and offer.currency != buyer.currency),
        (Unfit.FIRST_ONLY, offer.is_for_first_only and buyer.has_paid_before),
        (Unfit.TOO_LITTLE, buyer.amount_minor < offer.least_minor),
    )
    return next((why for why, holds in tests if holds), None)
