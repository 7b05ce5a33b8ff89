"""Lists of circles, and what a member owes and is going to receive."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from pamoja.foundation import clock
from pamoja.foundation.money import Money
from pamoja.products.savings.models import Circle, CircleMember, Contribution, Round, RoundPayout
from pamoja.products.savings.queries.seats import joined_counted
from pamoja.products.savings.rules import money

JOINED = CircleMember.Status.JOINED
UNPAID = (Contribution.State.DUE, Contribution.State.OVERDUE)


@dataclass(frozen=True, kw_only=True)
class CircleLine:
    """One of a member's circles, as a list shows it. `open_round` is the earliest that is not paid out."""

    circle: Circle
    seat: CircleMember
    members: int
    open_round: Round | None
    paid: int
    my_due: Contribution | None
    receives_on: date | None

    @property
    def full_pot(self) -> Money:
        return money.full_pot(self.circle.amount, self.members)

    @property
    def in_pot(self) -> Money:
        """What is in the open round's pot."""
        return self.circle.amount * self.paid


@dataclass(frozen=True, kw_only=True)
class DueLine:
    """What a member still has to pay into one round."""

    contribution: Contribution
    circle: Circle
    round: Round

    @property
    def owed(self) -> Money:
        return self.contribution.owed

    @property
    def is_overdue(self) -> bool:
        return self.contribution.state == Contribution.State.OVERDUE

    @property
    def is_being_asked(self) -> bool:
        """Whether the phone shows a prompt, or is about to."""
        return self.contribution.collecting == Contribution.Collecting.ASKED


@dataclass(frozen=True, kw_only=True)
class ReceiptLine:
    """A round in which a member will receive."""

    circle: Circle
    round: Round
    expected: Money
    is_waiting: bool
    """Its day has passed, and the pot waits for who has not paid."""


def circles_of(member_id: UUID, *, text: str = "", status: str = "") -> list[CircleLine]:
    """The circles a member is in or asked to join: those that run first, then by name."""
    seats = CircleMember.objects.filter(member_id=member_id, status__in=[JOINED, CircleMember.Status.ASKED])
    if text:
        seats = seats.filter(circle__name__icontains=text)
    if status in Circle.Status.values:
        seats = seats.filter(circle__status=status)
    found = list(seats.select_related("circle"))
    found.sort(key=lambda seat: (seat.circle.is_over, seat.circle.name))
    circle_ids = [seat.circle_id for seat in found]
    members = member_counts(circle_ids)
    rounds = _earliest_open(circle_ids)
    paid = paid_counts(each.pk for each in rounds.values())
    dues = _earliest_due(seat.pk for seat in found)
    receives = _next_receipts(seat.pk for seat in found)
    return [
        CircleLine(
            circle=seat.circle,
            seat=seat,
            members=members.get(seat.circle_id, 0),
            open_round=(its_round := rounds.get(seat.circle_id)),
            paid=paid.get(its_round.pk, 0) if its_round else 0,
            my_due=dues.get(seat.pk),
            receives_on=receives.get(seat.pk),
        )
        for seat in found
    ]


def discoverable_circles(
    *, text: str = "", frequency: str = "", amount_from: Money | None = None, amount_to: Money | None = None
) -> QuerySet[Circle]:
    """Listed circles that still gather members, newest first; each tells its `members`.

    Every word of `text` is looked for in name and description.
    """
    found = Circle.objects.filter(visibility=Circle.Visibility.OPEN, status=Circle.Status.GATHERING)
    for word in text.split()[:8]:
        found = found.filter(Q(name__icontains=word) | Q(description__icontains=word))
    if frequency in Circle.Frequency.values:
        found = found.filter(frequency=frequency)
    if amount_from is not None:
        found = found.filter(amount_minor__gte=amount_from.amount_minor, currency=amount_from.currency)
    if amount_to is not None:
        found = found.filter(amount_minor__lte=amount_to.amount_minor, currency=amount_to.currency)
    return joined_counted(found).order_by("-created_at", "pk")


def dues_of(member_id: UUID) -> list[DueLine]:
    """What a member owes in all circles, the earliest first."""
    found = Contribution.objects.filter(seat__member_id=member_id, state__in=UNPAID)
    found = found.select_related("circle", "round").order_by("due_at", "pk")
    return [DueLine(contribution=each, circle=each.circle, round=each.round) for each in found]


def receipts_to_come(member_id: UUID) -> list[ReceiptLine]:
    """The rounds in which a member will receive, the soonest first."""
    found = list(
        Round.objects.filter(
            recipient__member_id=member_id,
            state__in=[Round.State.SCHEDULED, Round.State.OPEN],
            circle__status__in=[Circle.Status.RUNNING, Circle.Status.PAUSED],
        )
        .select_related("circle")
        .order_by("due_on", "number")
    )
    members = member_counts({each.circle_id for each in found})
    now = clock.now()
    return [
        ReceiptLine(
            circle=each.circle,
            round=each,
            expected=money.full_pot(each.circle.amount, members.get(each.circle_id, 0)),
            is_waiting=each.due_at < now,
        )
        for each in found
    ]


def payouts_of(member_id: UUID) -> QuerySet[RoundPayout]:
    """What a member received, newest first."""
    found = RoundPayout.objects.filter(recipient__member_id=member_id).select_related("circle", "round")
    return found.order_by("-paid_at", "-pk")


def paid_by(member_id: UUID, limit: int) -> list[Contribution]:
    """What a member paid in last, newest first."""
    paid = Contribution.objects.filter(seat__member_id=member_id, state=Contribution.State.PAID)
    return list(paid.select_related("circle", "round").order_by("-paid_at", "-pk")[:limit])


def member_counts(circle_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many are in each of these circles."""
    seats = CircleMember.objects.filter(circle__in=list(circle_ids), status=JOINED)
    return dict(seats.values_list("circle").annotate(count=Count("pk")))


def paid_counts(round_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many have paid into each of these rounds."""
    paid = Contribution.objects.filter(round__in=list(round_ids), state=Contribution.State.PAID)
    return dict(paid.values_list("round").annotate(count=Count("pk")))


def _earliest_open(circle_ids: list[UUID]) -> dict[UUID, Round]:
    rounds = Round.objects.filter(circle__in=circle_ids, state=Round.State.OPEN)
    return {each.circle_id: each for each in rounds.order_by("circle", "number").distinct("circle")}


def _earliest_due(seat_ids: Iterable[UUID]) -> dict[UUID, Contribution]:
    due = Contribution.objects.filter(seat__in=list(seat_ids), state__in=UNPAID).select_related("round")
    return {each.seat_id: each for each in due.order_by("seat", "due_at").distinct("seat")}


def _next_receipts(seat_ids: Iterable[UUID]) -> dict[UUID, date]:
    rounds = Round.objects.filter(recipient__in=list(seat_ids), state__in=[Round.State.SCHEDULED, Round.State.OPEN])
    return {each.recipient_id: each.due_on for each in rounds.order_by("recipient", "number").distinct("recipient")}
