"""What is said to a rail and what it says, in our words: plain values that actions and adapters exchange."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from pamoja.foundation.money import Money


@dataclass(frozen=True, kw_only=True)
class CollectOrder:
    """Ask this phone for money. `token` makes the address at which the rail tells the outcome."""

    attempt_id: UUID
    amount: Money
    phone: str
    reference: str
    description: str
    token: str


@dataclass(frozen=True, kw_only=True)
class PayoutOrder:
    """Send money to this phone. The rail does it once for one `originator_id`, however often it is told.

    `token` is for its result, `late_token` for the word that its queue timed out.
    """

    payout_id: UUID
    amount: Money
    phone: str
    originator_id: str
    remarks: str
    token: str
    late_token: str


@dataclass(frozen=True, kw_only=True)
class Submission:
    """The rail accepted an order (which is not yet paid): its names for it."""

    rail_id: str
    other_id: str = ""


@dataclass(frozen=True, kw_only=True)
class CollectionAnswer:
    """What the rail said when asked about a prompt. No code: it is still being processed."""

    rail_id: str
    code: str | None
    text: str = ""


class Found(StrEnum):
    """What became of a payout."""

    COMPLETED = "completed"
    PENDING = "pending"
    FAILED = "failed"
    UNKNOWN_TO_RAIL = "unknown_to_rail"
    UNCLEAR = "unclear"


class NoticeKind(StrEnum):
    """What a webhook tells of; part of its address."""

    COLLECTION = "collection"
    PAYOUT = "payout"
    PAYOUT_LATE = "payout-late"  # the rail's queue timed out: nothing is known
    PAYOUT_STATE = "payout-state"  # the answer to our own question


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A webhook, read: what it claims. Nothing in it is believed before the rail was asked."""

    rail_id: str = ""
    other_id: str = ""
    code: str = ""
    text: str = ""
    receipt: str = ""
    amount_minor: int | None = None
    found: Found | None = None
    is_readable: bool = True
