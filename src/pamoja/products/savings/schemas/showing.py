"""What the API gives."""

from __future__ import annotations

from datetime import date, datetime

from ninja import Schema
from pydantic import Field

from pamoja.foundation import ids
from pamoja.foundation.money import Money
from pamoja.kernel.identity.public import MemberCard
from pamoja.products.savings.models import Circle, Contribution, Invitation, PositionSwap, RoundPayout
from pamoja.products.savings.queries.circle_page import ContributionLine, MemberLine, RoundLine, SwapLine
from pamoja.products.savings.queries.lists import CircleLine, DueLine, ReceiptLine


class FieldProblem(Schema):
    """One field that is at fault."""

    field: str
    detail: str


class Problem(Schema):
    """What went wrong (RFC 9457). `code` is stable; `errors` names the fields at fault."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str = ""
    errors: list[FieldProblem] = []


class MoneyOut(Schema):
    """An amount, and how people write it."""

    amount_minor: int
    currency: str
    text: str

    @classmethod
    def of(cls, amount: Money) -> MoneyOut:
        return cls(amount_minor=amount.amount_minor, currency=amount.currency, text=amount.text)


class PersonOut(Schema):
    """A member as others see them."""

    id: str
    name: str

    @classmethod
    def of(cls, card: MemberCard) -> PersonOut:
        return cls(id=card.public_id, name=card.name)


class CircleOut(Schema):
    """A circle's terms and where it stands."""

    id: str
    name: str
    description: str
    rules_text: str
    rules_version: int
    amount: MoneyOut
    frequency: str
    turns: int
    members_max: int
    visibility: str
    order_by: str
    allows_swaps: bool
    first_due_on: date
    time_zone: str
    late_fee: MoneyOut | None
    grace_days: int
    shortfall_rule: str
    shortfall_after_days: int
    status: str
    status_reason: str
    rounds: int | None = Field(description="Known once the circle has started.")
    members: int | None = None
    created_at: datetime

    @classmethod
    def of(cls, circle: Circle, members: int | None = None) -> CircleOut:
        plain = {
            name: getattr(circle, name)
            for name in cls.model_fields
            if name not in {"id", "amount", "late_fee", "rounds", "members"}
        }
        return cls(
            id=ids.public("circle", circle.pk),
            amount=MoneyOut.of(circle.amount),
            late_fee=MoneyOut.of(circle.late_fee) if circle.late_fee_minor else None,
            rounds=circle.rounds_total,
            members=members,
            **plain,
        )


class ContributionOut(Schema):
    """What a member pays into a round. `collecting` is empty, `asked` or `failed`."""

    id: str
    circle_id: str
    round_number: int
    due_on: date
    amount: MoneyOut
    late_fee: MoneyOut
    owed: MoneyOut
    state: str
    due_at: datetime
    paid_at: datetime | None
    collecting: str
    collecting_message: str

    @classmethod
    def of(cls, contribution: Contribution) -> ContributionOut:
        return cls(
            id=ids.public("contribution", contribution.pk),
            circle_id=ids.public("circle", contribution.circle_id),
            round_number=contribution.round.number,
            due_on=contribution.round.due_on,
            amount=MoneyOut.of(contribution.amount),
            late_fee=MoneyOut.of(contribution.late_fee),
            owed=MoneyOut.of(contribution.owed),
            state=contribution.state,
            due_at=contribution.due_at,
            paid_at=contribution.paid_at,
            collecting=contribution.collecting,
            collecting_message=contribution.collecting_message,
        )


class PaidOut(Schema):
    """Who paid what into a round, as everybody in the circle sees it."""

    member: PersonOut
    contribution: ContributionOut

    @classmethod
    def of(cls, line: ContributionLine) -> PaidOut:
        shown = ContributionOut.of(line.contribution)
        if not line.is_you:
            shown.collecting = shown.collecting_message = ""
        return cls(member=PersonOut.of(line.card), contribution=shown)


class RoundOut(Schema):
    """One round of the schedule."""

    id: str
    number: int
    state: str
    due_on: date
    recipient: PersonOut
    paid: int
    members: int
    in_pot: MoneyOut
    full_pot: MoneyOut
    paid_out: MoneyOut
    contributions: list[PaidOut]

    @classmethod
    def of(cls, line: RoundLine) -> RoundOut:
        return cls(
            id=ids.public("round", line.round.pk),
            number=line.round.number,
            state=line.round.state,
            due_on=line.round.due_on,
            recipient=PersonOut.of(line.recipient),
            paid=line.paid,
            members=line.members,
            in_pot=MoneyOut.of(line.in_pot),
            full_pot=MoneyOut.of(line.full_pot),
            paid_out=MoneyOut.of(line.paid_out),
            contributions=[PaidOut.of(each) for each in line.contributions],
        )


class SeatOut(Schema):
    """Somebody in the circle, or who asks to be."""

    member: PersonOut
    role: str
    status: str
    position: int | None
    has_accepted_rules: bool

    @classmethod
    def of(cls, line: MemberLine) -> SeatOut:
        return cls(
            member=PersonOut.of(line.card),
            role=line.seat.role,
            status=line.seat.status,
            position=line.seat.position,
            has_accepted_rules=line.has_accepted,
        )


class SwapOut(Schema):
    """A request to swap places."""

    id: str
    state: str
    asker_position: int
    other_position: int
    expires_at: datetime

    @classmethod
    def of(cls, swap: PositionSwap) -> SwapOut:
        return cls(
            id=ids.public("swap", swap.pk),
            state=swap.state,
            asker_position=swap.asker_position,
            other_position=swap.other_position,
            expires_at=swap.expires_at,
        )


class OpenSwapOut(SwapOut):
    """An open request, with who is in it."""

    asker: PersonOut
    other: PersonOut

    @classmethod
    def of_line(cls, line: SwapLine) -> OpenSwapOut:
        return cls(**SwapOut.of(line.swap).dict(), asker=PersonOut.of(line.asker), other=PersonOut.of(line.other))


class InvitationOut(Schema):
    """An invitation, for those who lead the circle."""

    id: str
    code: str
    email: str
    expires_at: datetime
    uses: int
    uses_max: int
    is_revoked: bool

    @classmethod
    def of(cls, invitation: Invitation) -> InvitationOut:
        return cls(
            id=ids.public("invitation", invitation.pk),
            code=invitation.shown_code,
            email=invitation.email,
            expires_at=invitation.expires_at,
            uses=invitation.uses,
            uses_max=invitation.uses_max,
            is_revoked=invitation.revoked_at is not None,
        )


class MyCircleOut(Schema):
    """One of one's circles. `my_due` is what one owes first, `receives_on` when one receives next."""

    circle: CircleOut
    role: str
    position: int | None
    status: str
    in_pot: MoneyOut
    full_pot: MoneyOut
    my_due: ContributionOut | None
    receives_on: date | None

    @classmethod
    def of(cls, line: CircleLine) -> MyCircleOut:
        return cls(
            circle=CircleOut.of(line.circle, line.members),
            role=line.seat.role,
            position=line.seat.position,
            status=line.seat.status,
            in_pot=MoneyOut.of(line.in_pot),
            full_pot=MoneyOut.of(line.full_pot),
            my_due=ContributionOut.of(line.my_due) if line.my_due else None,
            receives_on=line.receives_on,
        )


class DueOut(Schema):
    """What one owes in a circle."""

    circle: str
    contribution: ContributionOut

    @classmethod
    def of(cls, line: DueLine) -> DueOut:
        return cls(circle=line.circle.name, contribution=ContributionOut.of(line.contribution))


class ReceiptOut(Schema):
    """A round in which one will receive."""

    circle_id: str
    circle: str
    round_number: int
    due_on: date
    expected: MoneyOut

    @classmethod
    def of(cls, line: ReceiptLine) -> ReceiptOut:
        return cls(
            circle_id=ids.public("circle", line.circle.pk),
            circle=line.circle.name,
            round_number=line.round.number,
            due_on=line.round.due_on,
            expected=MoneyOut.of(line.expected),
        )


class PayoutOut(Schema):
    """What one received. `sending` is empty in the wallet; `asked`, `sent` or `failed` on the way to the phone."""

    circle: str
    round_number: int
    kind: str
    amount: MoneyOut
    paid_at: datetime
    sending: str

    @classmethod
    def of(cls, payout: RoundPayout) -> PayoutOut:
        return cls(
            circle=payout.circle.name,
            round_number=payout.round.number,
            kind=payout.kind,
            amount=MoneyOut.of(payout.amount),
            paid_at=payout.paid_at,
            sending=payout.sending,
        )
