"""What happens in rounds: contributions, pots, and money that goes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pamoja.foundation.money import Money
from pamoja.products.savings.events.circles import CircleEvent


@dataclass(frozen=True, kw_only=True)
class RoundOpened(CircleEvent):
    """A round's contributions are asked for from now on."""

    name = "savings.round_opened"
    sentence = "Round {round_number} opened: {recipient} receives, everybody pays {amount} by {due_on}."
    round_id: UUID
    round_number: int
    recipient_id: UUID
    amount: Money
    due_on: date


@dataclass(frozen=True, kw_only=True)
class ContributionPaid(CircleEvent):
    """A member's money for a round moved from wallet to pot; `late_fee` went to the circle's fees."""

    name = "savings.contribution_paid"
    sentence = "{member} paid {amount} into round {round_number}."
    contribution_id: UUID
    round_id: UUID
    round_number: int
    member_id: UUID
    amount: Money
    late_fee: Money
    was_late: bool
    fills_pot: bool


@dataclass(frozen=True, kw_only=True)
class ArrearsPaid(CircleEvent):
    """A late contribution to a round that had been paid out went on to its recipient."""

    name = "savings.arrears_paid"
    sentence = "{member} paid {amount} of arrears for round {round_number}; {recipient} received it."
    contribution_id: UUID
    round_id: UUID
    round_number: int
    payout_id: UUID
    member_id: UUID
    recipient_id: UUID
    amount: Money
    late_fee: Money


@dataclass(frozen=True, kw_only=True)
class ArrearsForgiven(CircleEvent):
    """Whoever was owed arrears let them go."""

    name = "savings.arrears_forgiven"
    sentence = "{recipient} forgave {member} {amount} of round {round_number}."
    contribution_id: UUID
    round_number: int
    member_id: UUID
    recipient_id: UUID
    amount: Money


@dataclass(frozen=True, kw_only=True)
class ContributionNotCollected(CircleEvent):
    """Asking a member's phone for a contribution did not bring the money. Shown to the member alone."""

    name = "savings.contribution_not_collected"
    sentence = "A payment of {amount} for round {round_number} did not go through."
    contribution_id: UUID
    round_number: int
    member_id: UUID
    amount: Money
    reason: str
    may_retry: bool

    def subjects(self) -> tuple[str, ...]:
        return (f"member:{self.member_id}",)


@dataclass(frozen=True, kw_only=True)
class ContributionDueSoon(CircleEvent):
    """A member was reminded of what will be due, some days before or on the day. Shown to the member alone."""

    name = "savings.contribution_due_soon"
    sentence = "{amount} for round {round_number} of {circle} is due by {due_on}."
    contribution_id: UUID
    round_number: int
    member_id: UUID
    amount: Money
    due_on: date
    is_today: bool

    def subjects(self) -> tuple[str, ...]:
        return (f"member:{self.member_id}",)


@dataclass(frozen=True, kw_only=True)
class ContributionOverdue(CircleEvent):
    """The due day passed without the member's money."""

    name = "savings.contribution_overdue"
    sentence = "{member}'s contribution to round {round_number} is overdue."
    contribution_id: UUID
    round_number: int
    member_id: UUID
    amount: Money


@dataclass(frozen=True, kw_only=True)
class LateMemberReminded(CircleEvent):
    """A member was told that they are late, for the first, second or last `time`. Shown to the member alone."""

    name = "savings.late_member_reminded"
    sentence = "You were reminded of {amount} for round {round_number} of {circle}."
    contribution_id: UUID
    round_number: int
    member_id: UUID
    amount: Money
    due_on: date
    time: int
    is_last: bool

    def subjects(self) -> tuple[str, ...]:
        return (f"member:{self.member_id}",)


@dataclass(frozen=True, kw_only=True)
class LateFeeAdded(CircleEvent):
    """The grace days passed too, and the circle's late fee was added once."""

    name = "savings.late_fee_added"
    sentence = "A late fee of {amount} was added to {member}'s contribution to round {round_number}."
    contribution_id: UUID
    round_number: int
    member_id: UUID
    amount: Money


@dataclass(frozen=True, kw_only=True)
class RoundPaidOut(CircleEvent):
    """A round's pot moved to its recipient's wallet; `missing` is what the shortfall rule let go out unpaid."""

    name = "savings.round_paid_out"
    sentence = "{recipient} received {amount}, the pot of round {round_number}."
    round_id: UUID
    round_number: int
    payout_id: UUID
    recipient_id: UUID
    amount: Money
    missing: Money


@dataclass(frozen=True, kw_only=True)
class PayoutSent(CircleEvent):
    """The recipient's money reached their phone."""

    name = "savings.payout_sent"
    sentence = "{amount} of {circle} reached {recipient}'s phone."
    payout_id: UUID
    recipient_id: UUID
    amount: Money


@dataclass(frozen=True, kw_only=True)
class PayoutStayedInWallet(CircleEvent):
    """Sending the recipient's money to the phone failed; it is in the wallet."""

    name = "savings.payout_stayed_in_wallet"
    sentence = "{amount} of {circle} could not be sent to {recipient}'s phone and is in the wallet."
    payout_id: UUID
    recipient_id: UUID
    amount: Money
    reason: str

    def subjects(self) -> tuple[str, ...]:
        return (f"member:{self.recipient_id}",)


@dataclass(frozen=True, kw_only=True)
class ContributionRefunded(CircleEvent):
    """Money in the pot of a round that will not be paid out went back to whoever paid it."""

    name = "savings.contribution_refunded"
    sentence = "{member} got {amount} of round {round_number} back."
    contribution_id: UUID
    round_number: int
    member_id: UUID
    amount: Money


@dataclass(frozen=True, kw_only=True)
class FeesShared(CircleEvent):
    """The late fees that the circle had kept were shared equally among its members."""

    name = "savings.fees_shared"
    sentence = "The late fees of {circle}, {amount}, were shared among its members."
    amount: Money
