"""Starting a circle and opening its rounds."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, action, joins_transaction
from pamoja.foundation.events import announce
from pamoja.kernel.ledger.public import open_account
from pamoja.products.savings.actions.ordering import close_swaps_of, hold_draw
from pamoja.products.savings.errors import (
    AcceptanceMissing,
    CircleNotGathering,
    OrderMissing,
    StartDayPassed,
    TooFewMembers,
)
from pamoja.products.savings.events import CircleStarted, RoundOpened
from pamoja.products.savings.models import Circle, CircleMember, Contribution, Round
from pamoja.products.savings.queries.locking import circle_for_update
from pamoja.products.savings.queries.seats import joined_seats, require_organiser, zones_of
from pamoja.products.savings.rules import calendar, money, seats


@action
def start_circle(*, by: Actor, circle_id: UUID) -> Circle:
    """Fix members, order and dates, and open round 1.

    Raises, in this order: OrganiserOnly; CircleNotGathering; TooFewMembers; AcceptanceMissing while somebody has not
        accepted the current rules; StartDayPassed; OrderMissing where the organiser sets the order and has not.
    """
    circle = circle_for_update(circle_id)
    require_organiser(circle, by)
    seated = _ready_to_start(circle)
    if circle.order_by == Circle.Order.DRAW:
        hold_draw(circle)
        seated = joined_seats(circle)
    if not seats.is_complete_order({seat.pk: seat.position or 0 for seat in seated}, [seat.pk for seat in seated]):
        raise OrderMissing()
    for purpose in ("pot", "late_fees"):
        open_account(owner=circle.ledger_owner, purpose=purpose, currency=circle.currency, floor_minor=0)
    circle.status, circle.started_at = Circle.Status.RUNNING, clock.now()
    circle.rounds_total = len(seated) * circle.turns
    circle.save(update_fields=["status", "started_at", "rounds_total"])
    rounds = Round.objects.bulk_create(_schedule(circle, seated, circle.started_at))
    announce(
        CircleStarted(circle_id=circle.pk, members=len(seated), rounds=len(rounds), first_due_on=circle.first_due_on)
    )
    open_round(circle, rounds[0], seated)
    return circle


@action
def open_due_rounds(*, by: Actor, circle_id: UUID) -> list[Round]:
    """Open the rounds whose time has come; none while the circle is paused or over."""
    circle = circle_for_update(circle_id)
    if circle.status != Circle.Status.RUNNING:
        return []
    due = Round.objects.filter(circle=circle, state=Round.State.SCHEDULED, opens_at__lte=clock.now())
    opened = list(due.select_related("recipient").order_by("number"))
    seated = joined_seats(circle) if opened else []
    for each in opened:
        open_round(circle, each, seated)
    return opened


@joins_transaction
def open_round(circle: Circle, its_round: Round, seated: list[CircleMember]) -> None:
    """Ask everybody for the round's contribution, by the end of the due day where they live."""
    now = clock.now()
    its_round.state = Round.State.OPEN
    its_round.save(update_fields=["state"])
    zones = zones_of(circle, [seat.member_id for seat in seated])
    Contribution.objects.bulk_create(
        contribution_for(circle, its_round, seat, zones[seat.member_id], now) for seat in seated
    )
    close_swaps_of(circle, {its_round.recipient_id})
    recipient = next(seat for seat in seated if seat.pk == its_round.recipient_id)
    announce(
        RoundOpened(
            circle_id=circle.pk,
            round_id=its_round.pk,
            round_number=its_round.number,
            recipient_id=recipient.member_id,
            amount=circle.amount,
            due_on=its_round.due_on,
        )
    )


def contribution_for(circle: Circle, its_round: Round, seat: CircleMember, zone: str, now: datetime) -> Contribution:
    """What this member will owe for the round, with everything that has a moment of its own."""
    contribution = Contribution(
        circle=circle,
        round=its_round,
        seat=seat,
        amount_minor=circle.amount_minor,
        currency=circle.currency,
        opened_at=now,
    )
    set_dates(contribution, circle, its_round, zone=zone, now=now)
    return contribution


def set_dates(contribution: Contribution, circle: Circle, its_round: Round, *, zone: str, now: datetime) -> None:
    """When it is due, reminded of, collected and fined, for a member who lives in `zone`."""
    day = its_round.due_on
    contribution.due_at = calendar.due_at(day, zone, opened_at=now)
    contribution.remind_at = calendar.reminder_after(now, day, zone)
    contribution.collect_at = calendar.collected_at(day, zone) if contribution.seat.pays_automatically else None
    contribution.fee_due_at = (
        calendar.fee_due_at(contribution.due_at, circle.grace_days) if circle.late_fee_minor else None
    )


def _ready_to_start(circle: Circle) -> list[CircleMember]:
    if not circle.is_gathering:
        raise CircleNotGathering()
    seated = joined_seats(circle)
    if len(seated) < money.MEMBERS_MIN:
        raise TooFewMembers(members_min=money.MEMBERS_MIN)
    if waiting := sum(not seat.has_accepted(circle.rules_version) for seat in seated):
        raise AcceptanceMissing(waiting=f"{waiting} member{'s' if waiting > 1 else ''}")
    if circle.first_due_on < clock.today(circle.time_zone):
        raise StartDayPassed(field="first_due_on")
    return seated


def _schedule(circle: Circle, seated: list[CircleMember], now: datetime) -> list[Round]:
    by_position = {seat.position: seat for seat in seated}
    rounds: list[Round] = []
    for number in range(1, len(seated) * circle.turns + 1):
        day = calendar.due_on(circle.first_due_on, circle.periods, number - 1)
        rounds.append(
            Round(
                circle=circle,
                number=number,
                recipient=by_position[seats.position_of_round(number, len(seated))],
                opens_at=rounds[-1].due_at if rounds else now,
                due_on=day,
                **due_moments(circle, day),
            )
        )
    return rounds


def due_moments(circle: Circle, day: date) -> dict[str, datetime | None]:
    """When a round's day ends in the circle's zone, and when a pot that is short then goes out."""
    due_at = calendar.end_of(day, circle.time_zone)
    waits = circle.shortfall_rule == Circle.Shortfall.WAIT
    return {
        "due_at": due_at,
        "shortfall_at": None if waits else calendar.shortfall_at(due_at, circle.shortfall_after_days),
    }
