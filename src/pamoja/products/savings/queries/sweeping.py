"""Which circles have something to be done by now. Each answer is short; a sweep asks again until nothing is left."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from pamoja.foundation import clock
from pamoja.products.savings.models import Circle, Contribution, PositionSwap, Round

BATCH = 200

RUNNING = Circle.Status.RUNNING
DUE, OVERDUE = Contribution.State.DUE, Contribution.State.OVERDUE


def circles_to_open_rounds() -> list[UUID]:
    """Circles with a round whose time to open has come."""
    due = Round.objects.filter(state=Round.State.SCHEDULED, opens_at__lte=clock.now(), circle__status=RUNNING)
    return _circles(due)


def circles_to_remind() -> list[UUID]:
    """Circles with a member whose reminder's hour has come."""
    return _circles(_contributions(state=DUE, remind_at__lte=clock.now()))


def circles_to_remind_of_late() -> list[UUID]:
    """Circles with a late member whose reminder's hour has come; what is owed to a circle that is over counts too."""
    return _circles(late_to_remind().exclude(circle__status=Circle.Status.PAUSED))


def late_to_remind() -> QuerySet[Contribution]:
    """Late contributions whose reminder's hour has come, while no payment is under way."""
    late = Contribution.objects.filter(state=OVERDUE, remind_at__lte=clock.now())
    return late.exclude(collecting=Contribution.Collecting.ASKED)


def circles_to_collect() -> list[UUID]:
    """Circles with a member who is to be asked for money now."""
    return _circles(_contributions(state__in=[DUE, OVERDUE], collect_at__lte=clock.now()))


def circles_to_mark_overdue() -> list[UUID]:
    """Circles with a contribution whose day has ended."""
    return _circles(_contributions(state=DUE, due_at__lte=clock.now()))


def circles_to_fine() -> list[UUID]:
    """Circles with an overdue contribution whose grace has ended, and for which no payment is under way."""
    late = _contributions(state=OVERDUE, late_fee_minor=0, fee_due_at__lte=clock.now())
    return _circles(late.exclude(collecting=Contribution.Collecting.ASKED))


def circles_with_old_swaps() -> list[UUID]:
    """Circles with a request to swap that nobody answered in time."""
    return _circles(PositionSwap.objects.filter(state=PositionSwap.State.ASKED, expires_at__lte=clock.now()))


def rounds_to_pay_out() -> list[UUID]:
    """Open rounds that are short, whose day to go out as they are has come, and in which something is."""
    short = Round.objects.filter(state=Round.State.OPEN, shortfall_at__lte=clock.now(), circle__status=RUNNING)
    paid = Count("contributions", filter=Q(contributions__state=Contribution.State.PAID))
    return list(short.annotate(paid=paid).filter(paid__gt=0).values_list("pk", flat=True)[:BATCH])


def full_rounds_of(circle_id: UUID) -> list[UUID]:
    """Open rounds of a circle into which everybody has paid: what a pause kept from going out."""
    rounds = Round.objects.filter(circle=circle_id, state=Round.State.OPEN).annotate(
        asked=Count("contributions"),
        paid=Count("contributions", filter=Q(contributions__state=Contribution.State.PAID)),
    )
    return list(rounds.filter(asked=F("paid")).values_list("pk", flat=True))


def _contributions(**wanted: object) -> QuerySet[Contribution]:
    return Contribution.objects.filter(circle__status=RUNNING, **wanted)


def _circles(found: QuerySet[Round] | QuerySet[Contribution] | QuerySet[PositionSwap]) -> list[UUID]:
    return list(found.order_by().values_list("circle_id", flat=True).distinct()[:BATCH])
