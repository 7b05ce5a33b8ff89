"""What is said to a rail and what it says, in our words: plain values that actions and adapters exchange."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pamoja.foundation.money import Money
from pamoja.kernel.payments.rules.bank_statements import BankLine


@dataclass(frozen=True, kw_only=True)
class CollectOrder:
    """Ask for money: this phone, or with this saved way to pay.

    `token` makes the address at which a rail without signatures tells the outcome. `is_attended`: the member is here
    and can confirm with their bank at `return_url`'s other end; otherwise it must go without them.
    """

    attempt_id: UUID
    rail: str
    amount: Money
    reference: str
    description: str
    token: str = ""
    phone: str = ""
    customer_id: str = ""
    method_id: str = ""
    method_kind: str = ""
    mandate_id: str = ""
    is_attended: bool = False
    return_url: str = ""


@dataclass(frozen=True, kw_only=True)
class PayoutOrder:
    """Send money to this phone or account. The rail does it once for one `originator_id`, however often it is told.

    `token` is for its result, `late_token` for the word that its queue timed out. To a bank: `payee` is the account as
    it is sealed, and `account` our own that pays; to a payee of Stripe's: `payee` is its name for them. `tries`: how
    often it was told by now, this time included.
    """

    payout_id: UUID
    rail: str
    amount: Money
    phone: str
    originator_id: str
    remarks: str
    token: str
    late_token: str
    payee: str = ""
    account: str = ""
    tries: int = 1


@dataclass(frozen=True, kw_only=True)
class PayeeOrder:
    """Let a member be paid by Stripe: on its own page they say who they are and which bank account is theirs.

    `rail_id` empty: there is no account yet. `is_repeated`: it may have been opened all the same, since `made_at`.
    """

    payee_id: UUID
    method_id: UUID
    member_id: UUID
    rail_id: str
    email: str
    country: str
    return_url: str
    refresh_url: str
    made_at: datetime
    is_repeated: bool = False
    is_ready: bool = False


@dataclass(frozen=True, kw_only=True)
class OnwardOrder:
    """Send what is at Stripe in a member's name on to their bank, or take it back; once for a payout either way."""

    payout_id: UUID
    account: str
    amount: Money
    transfer_id: str
    rail_id: str = ""
    tries: int = 1
    since: datetime | None = None
    is_recalled: bool = False


@dataclass(frozen=True, kw_only=True)
class OnwardAnswer:
    """How it stands at Stripe: `moving`, `paid`, `failed`, or none when it knows nothing of it."""

    rail_id: str = ""
    state: str = ""
    code: str = ""
    expected_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CollectionAnswer:
    """What the rail said when asked about a prompt. No code: it is still being processed.

    `receipt` and `amount_minor` where the rail's own answer holds them. `action_url`: where the member confirms.
    """

    rail_id: str
    code: str | None
    text: str = ""
    receipt: str = ""
    amount_minor: int | None = None
    action_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Submission:
    """The rail accepted an order (which is not yet paid): its names for it, and what it said at once if it did."""

    rail_id: str
    other_id: str = ""
    answer: CollectionAnswer | None = None


@dataclass(frozen=True, kw_only=True)
class SetupOrder:
    """Let the member save a way to pay on the rail's own page, so that we never see its number."""

    method_id: UUID
    kind: str
    customer_id: str
    member_id: UUID
    name: str
    email: str
    return_url: str
    cancel_url: str


@dataclass(frozen=True, kw_only=True)
class SetupStarted:
    """The rail's page is open: its names for the member and the visit, and where to send them."""

    customer_id: str
    session_id: str
    url: str


@dataclass(frozen=True, kw_only=True)
class MethodState:
    """What the rail says of a saved way to pay. `is_usable` None: not decided yet."""

    is_usable: bool | None
    rail_id: str = ""
    mandate_id: str = ""
    brand: str = ""
    last4: str = ""
    expires_month: int | None = None
    expires_year: int | None = None
    fingerprint: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class RefundOrder:
    """Give money of a payment back. The rail does it once for one refund id."""

    refund_id: UUID
    rail: str
    amount: Money
    payment_id: str
    receipt: str
    reason: str
    token: str = ""
    late_token: str = ""
    state_token: str = ""


@dataclass(frozen=True, kw_only=True)
class RefundAnswer:
    """What the rail says of a refund: succeeded, pending or failed; and its own name for it."""

    rail_id: str
    state: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class DisputeAnswer:
    """What the rail says of a dispute. `withdrawn_minor` and `fee_minor`: what is out of our balance there now."""

    rail_id: str
    payment_id: str
    receipt: str
    state: str
    reason: str
    amount: Money
    withdrawn_minor: int
    fee_minor: int
    due_at: datetime | None
    is_fightable: bool = True


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One movement as the provider's own book lists it. Units: minor, positive into our account there."""

    rail_id: str
    kind: str
    subject_id: str
    amount_minor: int
    fee_minor: int
    currency: str
    at: datetime
    community: str = ""
    payment_id: str = ""


@dataclass(frozen=True, kw_only=True)
class FeedPage:
    """What came into a bank account, and where to go on reading."""

    lines: list[BankLine]
    cursor: str
    has_more: bool


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
    REFUND = "refund"
    REFUND_LATE = "refund-late"
    REFUND_STATE = "refund-state"  # the answer to our own question about a refund
    C2B = "c2b"  # somebody paid by menu, unasked
    C2B_CHECK = "c2b-check"  # somebody is about to: may they?
    C2B_STATE = "c2b-state"  # the answer to our own question about that
    EVENT = "event"  # a signed event of a provider


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A webhook, read: what it claims. Nothing in it is believed before the rail was asked.

    `payer` and `payee` as the rail writes them, a number first; `reference` as the payer typed it.
    """

    rail_id: str = ""
    other_id: str = ""
    code: str = ""
    text: str = ""
    receipt: str = ""
    amount_minor: int | None = None
    found: Found | None = None
    is_readable: bool = True
    reference: str = ""
    payer: str = ""
    payee: str = ""
