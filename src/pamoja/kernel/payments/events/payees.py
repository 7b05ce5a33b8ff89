"""The facts about members whom Stripe pays, and what becomes of their money after it has left us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from pamoja.kernel.payments.events import MethodEvent, PayoutEvent


@dataclass(frozen=True, kw_only=True)
class PayoutArrived(PayoutEvent):
    """What was sent by Stripe is in the member's bank. Their bank may still send it back."""

    name: ClassVar[str] = "payments.payout_arrived"
    sentence: ClassVar[str] = "The {amount} for {member} reached the bank."


@dataclass(frozen=True, kw_only=True)
class PayoutCameBack(PayoutEvent):
    """It was sent, did not reach the bank, and is in the member's wallet again."""

    name: ClassVar[str] = "payments.payout_came_back"
    sentence: ClassVar[str] = "{reason} The {amount} for {member} are back in their wallet."
    reason_code: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PayoutRecalled(PayoutEvent):
    """Staff want it back. A step that only the payout's own history shows."""

    name: ClassVar[str] = "payments.payout_recalled"
    sentence: ClassVar[str] = "{by} asked for the {amount} for {member} back: {reason}."
    reason: str

    def subjects(self) -> tuple[str, ...]:
        return (f"payout:{self.payout_id}",)


@dataclass(frozen=True, kw_only=True)
class PayeeWantsMore(MethodEvent):
    """Stripe pays the member no more, or from `due_at` on, until they tell it more. `missing`: in people's words."""

    name: ClassVar[str] = "payments.payee_wants_more"
    sentence: ClassVar[str] = "Stripe asks {member} for more before it pays on."
    missing: str
    due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class PayeeBankChanged(MethodEvent):
    """Another bank account stands behind the member's account with Stripe."""

    name: ClassVar[str] = "payments.payee_bank_changed"
    sentence: ClassVar[str] = "{member} is paid to another bank account now."
