"""Resting and going on: dates move by whole weeks or months, so that the circle keeps its rhythm."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from uuid import UUID

from django.db.models import F

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, action, joins_transaction
from pamoja.foundation.events import announce
from pamoja.products.savings.actions.contributing import stop_asking
from pamoja.products.savings.actions.starting import due_moments, set_dates
from pamoja.products.savings.errors import CircleNotPaused, CircleNotRunning
from pamoja.products.savings.events import CirclePaused, CircleResumed
from pamoja.products.savings.models import Circle, Contribution, Round
from pamoja.products.savings.queries.locking import circle_for_update
from pamoja.products.savings.queries.seats import require_leader, zones_of
from pamoja.products.savings.rules import calendar

REASON_LENGTH_MAX = 300
UNPAID = (Contribution.State.DUE, Contribution.State.OVERDUE)


@action
def pause_circle(*, by: Actor, circle_id: UUID, reason: str = "") -> Circle:
    """Rest: nothing opens, is asked for, becomes late, or is paid in or out, until the circle goes on.

    Raises: OrganiserOnly (a treasurer may, too); CircleNotRunning.
    """
    circle = circle_for_update(circle_id)
    require_leader(circle, by)
    if circle.status != Circle.Status.RUNNING:
        raise CircleNotRunning()
    circle.status, circle.paused_at = Circle.Status.PAUSED, clock.now()
    circle.status_reason = reason.strip()[:REASON_LENGTH_MAX]
    circle.save(update_fields=["status", "paused_at", "status_reason"])
    _stop_asking(circle)
    announce(CirclePaused(circle_id=circle.pk, reason=circle.status_reason))
    return circle


@action
def resume_circle(*, by: Actor, circle_id: UUID) -> Circle:
    """Go on, in the circle's own rhythm.

    Rounds that were not due yet when the circle paused move by the fewest whole periods that put the first of them
    today
    or later. What was late already stays late, but its grace days stood still.

    Raises: OrganiserOnly (a treasurer may, too); CircleNotPaused.
    """
    circle = circle_for_update(circle_id)
    require_leader(circle, by)
    if circle.status != Circle.Status.PAUSED or circle.paused_at is None:
        raise CircleNotPaused()
    rested, paused_at = clock.now() - circle.paused_at, circle.paused_at
    moving = list(
        Round.objects.filter(circle=circle, state__in=[Round.State.OPEN, Round.State.SCHEDULED], due_at__gt=paused_at)
        .select_related("recipient")
        .order_by("number")
    )
    moved = _periods(circle, moving)
    circle.status, circle.paused_at, circle.status_reason = Circle.Status.RUNNING, None, ""
    circle.periods_moved += moved
    circle.save(update_fields=["status", "paused_at", "status_reason", "periods_moved"])
    if moved:
        _move(circle, moving)
    _lengthen_grace(circle, moving, rested)
    announce(CircleResumed(circle_id=circle.pk, periods_moved=moved))
    return circle


@joins_transaction
def _stop_asking(circle: Circle) -> None:
    asked = Contribution.objects.filter(circle=circle, state__in=UNPAID).exclude(collecting="").order_by("pk")
    for contribution in asked.select_related("seat"):
        stop_asking(contribution, reason="The circle is paused.")
        contribution.collect_at = clock.now() if contribution.seat.pays_automatically else None
        contribution.save()


def _periods(circle: Circle, moving: list[Round]) -> int:
    if not moving:
        return 0
    first = moving[0]
    return calendar.periods_moved(
        first.due_on,
        circle.first_due_on,
        circle.periods,
        clock.today(circle.time_zone),
        first.number - 1 + circle.periods_moved,
    )


@joins_transaction
def _move(circle: Circle, moving: list[Round]) -> None:
    for its_round in moving:
        day = calendar.due_on(circle.first_due_on, circle.periods, its_round.number - 1 + circle.periods_moved)
        its_round.due_on = day
        for column, moment in due_moments(circle, day).items():
            setattr(its_round, column, moment)
    for before, after in pairwise(moving):
        after.opens_at = before.due_at
    # From the last to the first, so that no two rounds share a due day in between.
    for its_round in reversed(moving):
        its_round.save(update_fields=["due_on", "due_at", "shortfall_at", "opens_at"])
    open_rounds = {each.pk: each for each in moving if each.is_open}
    asked = list(
        Contribution.objects.filter(round__in=open_rounds, state=Contribution.State.DUE).select_related("seat")
    )
    zones = zones_of(circle, [each.seat.member_id for each in asked])
    for each in asked:
        zone = zones[each.seat.member_id]
        set_dates(each, circle, open_rounds[each.round_id], zone=zone, now=clock.now())
        each.save(update_fields=["due_at", "remind_at", "collect_at", "fee_due_at"])


@joins_transaction
def _lengthen_grace(circle: Circle, moving: list[Round], rested: timedelta) -> None:
    moved = [each.pk for each in moving]
    unpaid = Contribution.objects.filter(circle=circle, state__in=UNPAID)
    unpaid.exclude(round__in=moved).filter(late_fee_minor=0).update(fee_due_at=F("fee_due_at") + rested)
    reminded = list(unpaid.exclude(round__in=moved).filter(remind_at__isnull=False).select_related("seat"))
    zones = zones_of(circle, [each.seat.member_id for each in reminded])
    for each in reminded:
        assert each.remind_at is not None
        each.remind_at = calendar.moved_on(each.remind_at, rested, zones[each.seat.member_id])
        each.save(update_fields=["remind_at"])
    rounds = Round.objects.filter(circle=circle, state=Round.State.OPEN).exclude(pk__in=moved)
    rounds.update(shortfall_at=F("shortfall_at") + rested)
