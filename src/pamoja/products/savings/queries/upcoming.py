"""What a member's circles will ask them for, for the list of all their coming payments."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.urls import reverse

from pamoja.kernel.payments.public import Upcoming
from pamoja.products.savings.models import Circle, CircleMember, Contribution, Round
from pamoja.products.savings.queries.lists import JOINED, UNPAID


def contributions_to_come(member_id: UUID, until: datetime) -> list[Upcoming]:
    """Open contributions for which nobody is being asked now, and those of rounds that open until then."""
    seats = {
        seat.circle_id: seat
        for seat in CircleMember.objects.filter(member_id=member_id, status=JOINED).select_related("circle")
    }
    due = Contribution.objects.filter(seat__in=[seat.pk for seat in seats.values()], state__in=UNPAID)
    due = due.exclude(collecting=Contribution.Collecting.ASKED).select_related("round")
    rounds = Round.objects.filter(
        circle__in=[each for each, seat in seats.items() if seat.circle.status == Circle.Status.RUNNING],
        state=Round.State.SCHEDULED,
        due_at__lte=until,
    )
    return [
        *(_open(each, seats[each.circle_id]) for each in due),
        *(_later(each, seats[each.circle_id]) for each in rounds),
    ]


def _open(due: Contribution, seat: CircleMember) -> Upcoming:
    is_asked = seat.pays_automatically and due.collect_at is not None
    return Upcoming(
        purpose=due.purpose,
        at=due.collect_at if is_asked and due.collect_at else due.due_at,
        amount=due.owed,
        title=_title(seat.circle, due.round),
        url=reverse("savings:circle", args=[seat.circle_id]),
        is_asked=is_asked,
    )


def _later(its_round: Round, seat: CircleMember) -> Upcoming:
    return Upcoming(
        purpose=f"savings.round:{its_round.pk}",
        at=its_round.due_at,
        amount=seat.circle.amount,
        title=_title(seat.circle, its_round),
        url=reverse("savings:circle", args=[seat.circle_id]),
        is_asked=seat.pays_automatically,
    )


def _title(circle: Circle, its_round: Round) -> str:
    return f"Contribution to {circle.name}, round {its_round.number}"
