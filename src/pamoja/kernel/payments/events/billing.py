"""The facts that billing announces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pamoja.foundation.events import Event
from pamoja.foundation.money import Money


@dataclass(frozen=True, kw_only=True)
class SubscriptionEvent(Event):
    """Something happened to a member's subscription."""

    subscription_id: UUID
    member_id: UUID
    plan: str

    def subjects(self) -> tuple[str, ...]:
        return (f"member:{self.member_id}", f"subscription:{self.subscription_id}")


@dataclass(frozen=True, kw_only=True)
class TrialBegan(SubscriptionEvent):
    name: ClassVar[str] = "payments.trial_began"
    sentence: ClassVar[str] = "{member} tries {plan}."
    trial_ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class SubscriptionBegan(SubscriptionEvent):
    """The first period runs: it was paid, costs nothing, or follows a trial."""

    name: ClassVar[str] = "payments.subscription_began"
    sentence: ClassVar[str] = "{member} subscribed to {plan}."


@dataclass(frozen=True, kw_only=True)
class SubscriptionRenewed(SubscriptionEvent):
    name: ClassVar[str] = "payments.subscription_renewed"
    sentence: ClassVar[str] = "{member}'s {plan} goes on for another period."
    period_ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class SubscriptionEndsSoon(SubscriptionEvent):
    """A trial or a period is about to end; `amount` is about to be asked for, or nothing where it will not go on."""

    name: ClassVar[str] = "payments.subscription_ends_soon"
    sentence: ClassVar[str] = "{member} was reminded of {plan}."
    ends_at: datetime
    is_trial: bool
    will_go_on: bool
    amount: Money

    def subjects(self) -> tuple[str, ...]:
        return (f"subscription:{self.subscription_id}",)


@dataclass(frozen=True, kw_only=True)
class SubscriptionPastDue(SubscriptionEvent):
    name: ClassVar[str] = "payments.subscription_past_due"
    sentence: ClassVar[str] = "{member}'s {plan} is not paid."
    grace_ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class SubscriptionRecovered(SubscriptionEvent):
    name: ClassVar[str] = "payments.subscription_recovered"
    sentence: ClassVar[str] = "{member}'s {plan} is paid again."


@dataclass(frozen=True, kw_only=True)
class SubscriptionChanged(SubscriptionEvent):
    """To another plan, quantity or price: now, or with `from_next_period`."""

    name: ClassVar[str] = "payments.subscription_changed"
    sentence: ClassVar[str] = "{member} changed from {plan} to {new_plan}."
    new_plan: str
    from_next_period: bool


@dataclass(frozen=True, kw_only=True)
class SubscriptionPaused(SubscriptionEvent):
    name: ClassVar[str] = "payments.subscription_paused"
    sentence: ClassVar[str] = "{member}'s {plan} is paused: {reason}."
    reason: str


@dataclass(frozen=True, kw_only=True)
class SubscriptionResumed(SubscriptionEvent):
    name: ClassVar[str] = "payments.subscription_resumed"
    sentence: ClassVar[str] = "{member}'s {plan} goes on."


@dataclass(frozen=True, kw_only=True)
class CancellationPlanned(SubscriptionEvent):
    name: ClassVar[str] = "payments.cancellation_planned"
    sentence: ClassVar[str] = "{member}'s {plan} will end with its period."
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class CancellationWithdrawn(SubscriptionEvent):
    name: ClassVar[str] = "payments.cancellation_withdrawn"
    sentence: ClassVar[str] = "{member}'s {plan} will go on after all."


@dataclass(frozen=True, kw_only=True)
class SubscriptionCancelled(SubscriptionEvent):
    name: ClassVar[str] = "payments.subscription_cancelled"
    sentence: ClassVar[str] = "{member}'s {plan} has ended: {reason}."
    reason: str


@dataclass(frozen=True, kw_only=True)
class SubscriptionExpired(SubscriptionEvent):
    """It never began, because the first invoice was not paid in time."""

    name: ClassVar[str] = "payments.subscription_expired"
    sentence: ClassVar[str] = "{member}'s {plan} never began."


@dataclass(frozen=True, kw_only=True)
class InvoiceEvent(Event):
    """Something happened to an invoice."""

    invoice_id: UUID
    member_id: UUID
    number: str
    amount: Money
    subscription_id: UUID | None

    def subjects(self) -> tuple[str, ...]:
        return (f"member:{self.member_id}", f"invoice:{self.invoice_id}")


@dataclass(frozen=True, kw_only=True)
class InvoiceMade(InvoiceEvent):
    name: ClassVar[str] = "payments.invoice_made"
    sentence: ClassVar[str] = "{member} was billed {amount} by invoice {number}."


@dataclass(frozen=True, kw_only=True)
class InvoicePaid(InvoiceEvent):
    name: ClassVar[str] = "payments.invoice_paid"
    sentence: ClassVar[str] = "{member} paid invoice {number} of {amount}."


@dataclass(frozen=True, kw_only=True)
class InvoiceNotPaid(InvoiceEvent):
    """An attempt to collect it failed. Without `next_attempt_at` only the member can pay it now."""

    name: ClassVar[str] = "payments.invoice_not_paid"
    sentence: ClassVar[str] = "{reason} Invoice {number} of {member}, {amount}, is not paid."
    reason: str
    failures: int
    next_attempt_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class InvoiceClosed(InvoiceEvent):
    """It is not to be paid any more: void, or not collected in the end."""

    name: ClassVar[str] = "payments.invoice_closed"
    sentence: ClassVar[str] = "Invoice {number} of {member}, {amount}, was closed as {outcome}."
    outcome: str


@dataclass(frozen=True, kw_only=True)
class InvoiceRefunded(InvoiceEvent):
    name: ClassVar[str] = "payments.invoice_refunded"
    sentence: ClassVar[str] = "{by} gave {member} back {refund} of invoice {number}: {reason}."
    refund: Money
    reason: str


@dataclass(frozen=True, kw_only=True)
class QuestionEvent(Event):
    """Something happened to a question about billing."""

    question_id: UUID
    member_id: UUID

    def subjects(self) -> tuple[str, ...]:
        return (f"question:{self.question_id}",)


@dataclass(frozen=True, kw_only=True)
class QuestionAsked(QuestionEvent):
    name: ClassVar[str] = "payments.question_asked"
    sentence: ClassVar[str] = "{member} asked about billing."


@dataclass(frozen=True, kw_only=True)
class QuestionAnswered(QuestionEvent):
    name: ClassVar[str] = "payments.question_answered"
    sentence: ClassVar[str] = "{by} answered {member}'s question about billing."


@dataclass(frozen=True, kw_only=True)
class QuestionResolved(QuestionEvent):
    name: ClassVar[str] = "payments.question_resolved"
    sentence: ClassVar[str] = "{by} closed {member}'s question about billing."
