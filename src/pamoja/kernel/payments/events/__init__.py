"""The facts that payments announces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from pamoja.foundation.events import Event
from pamoja.foundation.money import Money


@dataclass(frozen=True, kw_only=True)
class CollectionEvent(Event):
    """Something happened to money that a member was asked for. `purpose` says what for, in the asker's words."""

    collection_id: UUID
    member_id: UUID
    amount: Money
    purpose: str

    def subjects(self) -> tuple[str, ...]:
        return (f"member:{self.member_id}", f"collection:{self.collection_id}")


@dataclass(frozen=True, kw_only=True)
class CollectionRequested(CollectionEvent):
    """The money will be asked for. A step that only the collection's own history shows."""

    name: ClassVar[str] = "payments.collection_requested"
    sentence: ClassVar[str] = "{member} is to pay {amount}."

    def subjects(self) -> tuple[str, ...]:
        return (f"collection:{self.collection_id}",)


@dataclass(frozen=True, kw_only=True)
class CollectionSubmitted(CollectionEvent):
    """The rail was asked; a phone shows (or may show) a prompt."""

    name: ClassVar[str] = "payments.collection_submitted"
    sentence: ClassVar[str] = "{member} was asked for {amount}."
    attempt: int

    def subjects(self) -> tuple[str, ...]:
        return (f"collection:{self.collection_id}",)


@dataclass(frozen=True, kw_only=True)
class CollectionConfirmed(CollectionEvent):
    """The money is in the member's wallet. The receipt is empty when the rail has not told it yet."""

    name: ClassVar[str] = "payments.collection_confirmed"
    sentence: ClassVar[str] = "{member} paid {amount}."
    receipt: str


@dataclass(frozen=True, kw_only=True)
class CollectionFailed(CollectionEvent):
    """An attempt failed. With `may_retry` it is tried again at `next_attempt_at`."""

    name: ClassVar[str] = "payments.collection_failed"
    sentence: ClassVar[str] = "{reason} {member}'s payment of {amount} did not go through."
    reason_code: str
    reason: str
    may_retry: bool
    next_attempt_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class CollectionGivenUp(CollectionEvent):
    """It is not tried any more. Money that comes late all the same is still confirmed."""

    name: ClassVar[str] = "payments.collection_given_up"
    sentence: ClassVar[str] = "{reason} {member} is no longer asked for {amount}."
    reason_code: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class SurplusReceived(CollectionEvent):
    """The member paid a second time for one collection; that money is in their wallet, too."""

    name: ClassVar[str] = "payments.surplus_received"
    sentence: ClassVar[str] = "{member} paid {amount} a second time. It is in their wallet."
    receipt: str


@dataclass(frozen=True, kw_only=True)
class CollectionDoubted(CollectionEvent):
    """A person must look at it."""

    name: ClassVar[str] = "payments.collection_doubted"
    sentence: ClassVar[str] = "{reason} {member}'s payment of {amount} is being checked."
    reason_code: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CollectionResolved(CollectionEvent):
    """A person looked and decided."""

    name: ClassVar[str] = "payments.collection_resolved"
    sentence: ClassVar[str] = "{by} settled {member}'s payment of {amount} as {outcome}: {reason}."
    outcome: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PayoutEvent(Event):
    """Something happened to money on its way from a member's wallet to their phone."""

    payout_id: UUID
    member_id: UUID
    amount: Money
    purpose: str

    def subjects(self) -> tuple[str, ...]:
        return (f"member:{self.member_id}", f"payout:{self.payout_id}")


@dataclass(frozen=True, kw_only=True)
class PayoutRequested(PayoutEvent):
    name: ClassVar[str] = "payments.payout_requested"
    sentence: ClassVar[str] = "{amount} is on its way to {member}."


@dataclass(frozen=True, kw_only=True)
class PayoutSubmitted(PayoutEvent):
    """The rail was told. A step that only the payout's own history shows."""

    name: ClassVar[str] = "payments.payout_submitted"
    sentence: ClassVar[str] = "The provider was told to pay {amount} to {member}."

    def subjects(self) -> tuple[str, ...]:
        return (f"payout:{self.payout_id}",)


@dataclass(frozen=True, kw_only=True)
class PayoutConfirmed(PayoutEvent):
    name: ClassVar[str] = "payments.payout_confirmed"
    sentence: ClassVar[str] = "{amount} was sent to {member}."
    receipt: str


@dataclass(frozen=True, kw_only=True)
class PayoutFailed(PayoutEvent):
    """The money is free in the member's wallet again."""

    name: ClassVar[str] = "payments.payout_failed"
    sentence: ClassVar[str] = "{reason} The {amount} for {member} are back in their wallet."
    reason_code: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PayoutDoubted(PayoutEvent):
    """A person must look at it; the money stays held."""

    name: ClassVar[str] = "payments.payout_doubted"
    sentence: ClassVar[str] = "{reason} The payment of {amount} to {member} is being checked."
    reason_code: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PayoutResolved(PayoutEvent):
    """A person looked and decided."""

    name: ClassVar[str] = "payments.payout_resolved"
    sentence: ClassVar[str] = "{by} settled the payment of {amount} to {member} as {outcome}: {reason}."
    outcome: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class MethodEvent(Event):
    """Something happened to a member's way to pay. `what` tells it apart and holds no number."""

    member_id: UUID
    method_id: UUID
    what: str

    def subjects(self) -> tuple[str, ...]:
        return (f"member:{self.member_id}",)


@dataclass(frozen=True, kw_only=True)
class MethodAdded(MethodEvent):
    name: ClassVar[str] = "payments.method_added"
    sentence: ClassVar[str] = "{member} added {what} as a way to pay."


@dataclass(frozen=True, kw_only=True)
class MethodRemoved(MethodEvent):
    name: ClassVar[str] = "payments.method_removed"
    sentence: ClassVar[str] = "{member} removed {what} from their ways to pay."


@dataclass(frozen=True, kw_only=True)
class MethodFailed(MethodEvent):
    """It cannot be used any more."""

    name: ClassVar[str] = "payments.method_failed"
    sentence: ClassVar[str] = "{reason} {member} can no longer pay with {what}."
    reason: str


@dataclass(frozen=True, kw_only=True)
class MethodExpires(MethodEvent):
    """`ends_on` is the last day on which it can be used."""

    name: ClassVar[str] = "payments.method_expires"
    sentence: ClassVar[str] = "{what} of {member} expires soon."
    ends_on: date


@dataclass(frozen=True, kw_only=True)
class RefundEvent(Event):
    """Something happened to money on its way back to who paid it."""

    refund_id: UUID
    member_id: UUID
    amount: Money

    def subjects(self) -> tuple[str, ...]:
        return (f"member:{self.member_id}", f"refund:{self.refund_id}")


@dataclass(frozen=True, kw_only=True)
class RefundRequested(RefundEvent):
    name: ClassVar[str] = "payments.refund_requested"
    sentence: ClassVar[str] = "{by} gives {amount} back to {member}: {reason}."
    reason: str


@dataclass(frozen=True, kw_only=True)
class RefundSucceeded(RefundEvent):
    name: ClassVar[str] = "payments.refund_succeeded"
    sentence: ClassVar[str] = "{amount} went back to {member}."


@dataclass(frozen=True, kw_only=True)
class RefundFailed(RefundEvent):
    """It did not go, or came back: it is free in the member's wallet again."""

    name: ClassVar[str] = "payments.refund_failed"
    sentence: ClassVar[str] = "{amount} could not be given back to {member}. It is in their wallet."


@dataclass(frozen=True, kw_only=True)
class DisputeEvent(Event):
    """Something happened to a payment that its payer's bank questions."""

    dispute_id: UUID
    member_id: UUID
    amount: Money

    def subjects(self) -> tuple[str, ...]:
        return (f"member:{self.member_id}", f"dispute:{self.dispute_id}")


@dataclass(frozen=True, kw_only=True)
class DisputeOpened(DisputeEvent):
    name: ClassVar[str] = "payments.dispute_opened"
    sentence: ClassVar[str] = "The bank of {member} questions a payment of {amount}."


@dataclass(frozen=True, kw_only=True)
class DisputeAnswered(DisputeEvent):
    name: ClassVar[str] = "payments.dispute_answered"
    sentence: ClassVar[str] = "{by} answered the bank of {member} about {amount}."


@dataclass(frozen=True, kw_only=True)
class DisputeWon(DisputeEvent):
    name: ClassVar[str] = "payments.dispute_won"
    sentence: ClassVar[str] = "The payment of {amount} by {member} stands."


@dataclass(frozen=True, kw_only=True)
class DisputeLost(DisputeEvent):
    """`given_back` came out of the member's wallet, `lost` is the community's."""

    name: ClassVar[str] = "payments.dispute_lost"
    sentence: ClassVar[str] = "{amount} went back to the bank of {member}; the community lost {lost} of it."
    given_back: Money
    lost: Money


@dataclass(frozen=True, kw_only=True)
class DepositReceived(Event):
    """Money came unasked and was recognised."""

    name: ClassVar[str] = "payments.deposit_received"
    sentence: ClassVar[str] = "{amount} from {member} arrived."
    deposit_id: UUID
    member_id: UUID
    amount: Money

    def subjects(self) -> tuple[str, ...]:
        return (f"member:{self.member_id}",)


@dataclass(frozen=True, kw_only=True)
class CaseEvent(Event):
    """A person has something to decide, or did. `says` names nobody."""

    case_id: UUID
    says: str

    def subjects(self) -> tuple[str, ...]:
        return (f"case:{self.case_id}",)


@dataclass(frozen=True, kw_only=True)
class CaseOpened(CaseEvent):
    name: ClassVar[str] = "payments.case_opened"
    sentence: ClassVar[str] = "To be looked at: {says}."


@dataclass(frozen=True, kw_only=True)
class ReconciliationAsked(Event):
    """Somebody wants the providers' books compared with ours now."""

    name: ClassVar[str] = "payments.reconciliation_asked"
    sentence: ClassVar[str] = "{by} had the providers' books compared with ours."


@dataclass(frozen=True, kw_only=True)
class CaseResolved(CaseEvent):
    name: ClassVar[str] = "payments.case_resolved"
    sentence: ClassVar[str] = "{by} resolved “{says}”: {reason}."
    reason: str
