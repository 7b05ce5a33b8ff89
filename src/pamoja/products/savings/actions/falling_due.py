"""What time does to contributions: reminders, overdue, late fees; one circle a deed, so that sweeps stay small."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, action
from pamoja.foundation.events import announce
from pamoja.products.savings.actions.contributing import stop_asking
from pamoja.products.savings.events import ContributionDueSoon, ContributionOverdue, LateFeeAdded, LateMemberReminded
from pamoja.products.savings.models import Circle, Contribution
from pamoja.products.savings.queries.locking import circle_for_update
from pamoja.products.savings.queries.seats import zones_of
from pamoja.products.savings.queries.sweeping import late_to_remind
from pamoja.products.savings.rules import calendar, money


@action
def remind_of_due(*, by: Actor, circle_id: UUID) -> int:
    """Tell those whose reminder's hour has come that money will be due; says how many."""
    circle, now = circle_for_update(circle_id), clock.now()
    waiting = _unpaid(circle, state=Contribution.State.DUE, remind_at__lte=now)
    zones = zones_of(circle, [each.seat.member_id for each in waiting])
    for each in waiting:
        zone = zones[each.seat.member_id]
        day = each.round.due_on
        each.remind_at = calendar.reminder_after(now, day, zone)
        each.save(update_fields=["remind_at"])
        if now < each.due_at:
            announce(
                ContributionDueSoon(
                    **_about(circle, each),
                    amount=each.owed,
                    due_on=day,
                    is_today=now.astimezone(calendar.zone(zone)).date() >= day,
                )
            )
    return len(waiting)


@action
def mark_overdue(*, by: Actor, circle_id: UUID) -> int:
    """Whoever has not paid by the end of the due day is late from now on; says how many."""
    circle, now = circle_for_update(circle_id), clock.now()
    late = _unpaid(circle, state=Contribution.State.DUE, due_at__lte=now)
    zones = zones_of(circle, [each.seat.member_id for each in late])
    for each in late:
        each.state = Contribution.State.OVERDUE
        each.remind_at = calendar.first_late_reminder_at(each.due_at, zones[each.seat.member_id])
        each.save(update_fields=["state", "remind_at"])
        announce(ContributionOverdue(**_about(circle, each), amount=each.amount))
    return len(late)


@action
def remind_of_late(*, by: Actor, circle_id: UUID) -> int:
    """Tell those who are late, three times at most and ever more rarely; says how many.

    Arrears of a circle that is over are still owed, so they are reminded of, too.
    """
    circle, now = circle_for_update(circle_id), clock.now()
    if circle.status == Circle.Status.PAUSED:
        return 0
    late = list(late_to_remind().filter(circle=circle).select_related("round", "seat").order_by("pk"))
    zones = zones_of(circle, [each.seat.member_id for each in late])
    for each in late:
        each.late_reminders += 1
        each.remind_at = calendar.late_reminder_after(now, each.late_reminders, zones[each.seat.member_id])
        each.save(update_fields=["late_reminders", "remind_at"])
        announce(
            LateMemberReminded(
                **_about(circle, each),
                amount=each.owed,
                due_on=each.round.due_on,
                time=each.late_reminders,
                is_last=each.remind_at is None,
            )
        )
    return len(late)


@action
def add_late_fees(*, by: Actor, circle_id: UUID) -> int:
    """Add the circle's fee, once, to what is unpaid after the grace days; says to how many."""
    circle, now = circle_for_update(circle_id), clock.now()
    count = 0
    for each in _unpaid(circle, state=Contribution.State.OVERDUE, late_fee_minor=0, fee_due_at__lte=now):
        count += _fine(circle, each, now)
    return count


def _fine(circle: Circle, contribution: Contribution, now: datetime) -> bool:
    assert contribution.fee_due_at is not None
    fee = money.late_fee_now(
        fee=circle.late_fee,
        charged=contribution.late_fee,
        fee_due_at=contribution.fee_due_at,
        now=now,
        is_being_paid=contribution.collecting == Contribution.Collecting.ASKED,
    )
    if not fee:
        return False
    contribution.late_fee_minor = fee.amount_minor
    if contribution.collecting:
        # What the phone would be asked for again is no longer what is owed.
        stop_asking(contribution, reason="A late fee was added.")
        contribution.collect_at = now if contribution.seat.pays_automatically else None
    contribution.save()
    announce(LateFeeAdded(**_about(circle, contribution), amount=fee))
    return True


def _unpaid(circle: Circle, **wanted: Any) -> list[Contribution]:
    if circle.status != Circle.Status.RUNNING:
        return []
    found = Contribution.objects.filter(circle=circle, **wanted).select_related("round", "seat")
    return list(found.order_by("pk"))


def _about(circle: Circle, contribution: Contribution) -> dict[str, Any]:
    return {
        "circle_id": circle.pk,
        "contribution_id": contribution.pk,
        "round_number": contribution.round.number,
        "member_id": contribution.seat.member_id,
    }
