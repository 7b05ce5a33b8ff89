"""What lets people check: the draw, the history, the pot's statement, summaries, an invitation before it is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor
from pamoja.foundation.money import Money
from pamoja.foundation.paging import Page, page_of
from pamoja.kernel.identity.public import MemberCard, cards_of
from pamoja.kernel.ledger.public import AccountId, Statement, account_of, statement
from pamoja.products.savings.errors import CircleNotFound, ContributionNotFound, InvitationNotFound
from pamoja.products.savings.models import Circle, CircleMember, Contribution, Draw, Invitation
from pamoja.products.savings.queries.circle_page import ContributionLine
from pamoja.products.savings.queries.seats import circle_seen_by, seat_of, sees_inside
from pamoja.products.savings.rules import draw, invitations


@dataclass(frozen=True, kw_only=True)
class DrawEvidence:
    """One draw with everything that checks it. `holds` is our own check; anybody can repeat it by the recipe."""

    draw: Draw
    order: Sequence[MemberCard]
    holds: bool

    @property
    def is_published(self) -> bool:
        return self.draw.seed is not None


@dataclass(frozen=True, kw_only=True)
class CircleStatement:
    """The pot's movements; `names` says in words who is on the other side of a line's `counterparty_id`."""

    circle: Circle
    statement: Statement
    names: Mapping[AccountId, str]


@dataclass(frozen=True, kw_only=True)
class CircleSummary:
    """A circle in figures, as the database's own view sums them up."""

    members: int
    rounds_paid_out: int
    paid: Money
    late_fees: Money
    refunded: Money
    overdue: int
    overdue_amount: Money
    paid_out: Money
    pot: Money
    next_due_on: date | None


@dataclass(frozen=True, kw_only=True)
class InvitationPreview:
    """What somebody sees before joining: the circle, who organises it, and whether the code is still good."""

    invitation: Invitation
    circle: Circle
    organiser: MemberCard | None
    member_count: int
    is_good: bool
    is_member: bool


def draw_evidence(circle_id: UUID, by: Actor) -> list[DrawEvidence]:
    """All draws of a circle, void ones included, the newest first.

    Raises: CircleNotFound.
    """
    circle, _ = _inside(circle_id, by)
    draws = list(Draw.objects.filter(circle=circle).order_by("-number"))
    cards = cards_of({each for one in draws for each in one.members_in_order()})
    return [
        DrawEvidence(
            draw=one,
            order=[cards[each] for each in one.members_in_order() if each in cards],
            holds=one.seed is not None
            and draw.check_draw(one.commitment, one.seed, one.members_drawn(), one.members_in_order()),
        )
        for one in draws
    ]


def contribution_history(
    circle_id: UUID, by: Actor, *, member_id: UUID | None = None, state: str = "", number: object = 1
) -> Page[ContributionLine]:
    """What was and is to be paid into a circle, newest round first; of one member, or in one state, if asked.

    Raises: CircleNotFound.
    """
    circle, _ = _inside(circle_id, by)
    found = Contribution.objects.filter(circle=circle).select_related("seat", "round")
    if member_id is not None:
        found = found.filter(seat__member_id=member_id)
    if state in Contribution.State.values:
        found = found.filter(state=state)
    page = page_of(found.order_by("-round__number", "seat__position", "pk"), number)
    cards = cards_of({each.seat.member_id for each in page.items})
    lines = [
        ContributionLine(contribution=each, card=cards[each.seat.member_id], is_you=each.seat.member_id == by.member_id)
        for each in page.items
    ]
    return Page(lines, page.number, page.size, page.count)


def contribution_seen_by(contribution_id: UUID, by: Actor) -> Contribution:
    """A contribution, for those who are in its circle.

    Raises: ContributionNotFound.
    """
    found = Contribution.objects.filter(pk=contribution_id).select_related("circle", "round", "seat").first()
    if found is None or not sees_inside(found.circle, seat_of(found.circle, by.member_id), by):
        raise ContributionNotFound()
    return found


def circle_statement(circle_id: UUID, by: Actor, *, since: datetime, until: datetime) -> CircleStatement | None:
    """The pot's statement for a stretch of time; None while the circle has no pot yet.

    Raises: CircleNotFound.
    """
    circle, _ = _inside(circle_id, by)
    pot = account_of(owner=circle.ledger_owner, purpose="pot", currency=circle.currency)
    if pot is None:
        return None
    lines = statement(pot, since, until)
    seats = CircleMember.objects.filter(circle=circle).values_list("member_id", flat=True)
    cards = cards_of(seats)
    names = {line.counterparty_id: _counterparty(line.counterparty, cards) for line in lines.lines}
    return CircleStatement(circle=circle, statement=lines, names=names)


def circle_summary(circle_id: UUID) -> CircleSummary:
    """A circle's figures.

    Raises: CircleNotFound.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT currency, members, rounds_paid_out, paid_minor, late_fees_minor, refunded_minor, overdue, "
            "overdue_minor, paid_out_minor, pot_minor, next_due_on FROM savings_circle_summary WHERE circle_id = %s",
            [circle_id],
        )
        row = cursor.fetchone()
    if row is None:
        raise CircleNotFound()
    code = row[0]
    return CircleSummary(
        members=row[1],
        rounds_paid_out=row[2],
        paid=Money(row[3], code),
        late_fees=Money(row[4], code),
        refunded=Money(row[5], code),
        overdue=row[6],
        overdue_amount=Money(row[7], code),
        paid_out=Money(row[8], code),
        pot=Money(row[9], code),
        next_due_on=row[10],
    )


def invitation_preview(code: str, by: Actor) -> InvitationPreview:
    """The circle behind a code as typed, also when the code is no longer good.

    Raises: InvitationNotFound.
    """
    written = invitations.read_code(code)
    found = Invitation.objects.filter(code=written or "").select_related("circle").first()
    if found is None:
        raise InvitationNotFound(field="code")
    seats = list(CircleMember.objects.filter(circle=found.circle, status=CircleMember.Status.JOINED))
    organiser = next((seat for seat in seats if seat.is_organiser), None)
    return InvitationPreview(
        invitation=found,
        circle=found.circle,
        organiser=cards_of([organiser.member_id]).get(organiser.member_id) if organiser else None,
        member_count=len(seats),
        is_good=found.is_good(clock.now()) and found.circle.is_gathering,
        is_member=any(seat.member_id == by.member_id for seat in seats),
    )


def _inside(circle_id: UUID, by: Actor) -> tuple[Circle, CircleMember | None]:
    circle, seat = circle_seen_by(circle_id, by)
    if not sees_inside(circle, seat, by):
        raise CircleNotFound()
    return circle, seat


def _counterparty(owner_and_purpose: str, cards: dict[UUID, MemberCard]) -> str:
    kind, _, identifier = owner_and_purpose.split(" ", maxsplit=1)[0].partition(":")
    if kind == "member":
        card = cards.get(UUID(identifier))
        return card.name if card else "a former member"
    return "the circle"
