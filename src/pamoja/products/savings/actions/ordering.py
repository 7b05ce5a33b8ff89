"""Who receives when: by lot, by the organiser's hand, and by swaps to which both consent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, F, Value, When

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, action, joins_transaction
from pamoja.foundation.events import announce
from pamoja.products.savings.errors import (
    CircleNotGathering,
    CircleOver,
    NotYours,
    OrderIsDrawn,
    OrderIsSetByHand,
    OrderMissing,
    SwapDecided,
    SwapNotPossible,
    SwapsNotAllowed,
    SwapUnderWay,
    TooFewMembers,
)
from pamoja.products.savings.events import (
    PositionsDrawn,
    PositionsSet,
    PositionsSwapped,
    SwapAsked,
    SwapRefused,
)
from pamoja.products.savings.models import Circle, CircleMember, Draw, PositionSwap, Round
from pamoja.products.savings.queries.locking import circle_for_update, swap_for_update
from pamoja.products.savings.queries.seats import joined_seat, joined_seats, require_organiser
from pamoja.products.savings.rules import draw, money, seats

SWAP_ANSWERED_WITHIN = timedelta(days=7)


@action
def draw_positions(*, by: Actor, circle_id: UUID) -> Draw:
    """Hold the draw before the start, so that everybody sees the order; it is void when members come or go after it.

    A circle that starts without it draws as it starts. Drawing again with the same members gives the draw that holds.
    Raises: OrganiserOnly; CircleNotGathering; OrderIsSetByHand; TooFewMembers.
    """
    circle = circle_for_update(circle_id)
    require_organiser(circle, by)
    if not circle.is_gathering:
        raise CircleNotGathering()
    if circle.order_by != Circle.Order.DRAW:
        raise OrderIsSetByHand()
    return hold_draw(circle)


@action
def set_positions(*, by: Actor, circle_id: UUID, order: Sequence[UUID]) -> None:
    """Set who receives first, second, third…, as members' ids; before the start.

    Raises: OrganiserOnly; CircleNotGathering; OrderIsDrawn; OrderMissing unless everybody is in it once.
    """
    circle = circle_for_update(circle_id)
    require_organiser(circle, by)
    if not circle.is_gathering:
        raise CircleNotGathering()
    if circle.order_by != Circle.Order.MANUAL:
        raise OrderIsDrawn()
    seated = joined_seats(circle)
    positions = {member_id: place for place, member_id in enumerate(order, start=1)}
    if len(positions) != len(order) or not seats.is_complete_order(positions, [seat.member_id for seat in seated]):
        raise OrderMissing(field="order")
    _take_places(circle, list(order))
    announce(PositionsSet(circle_id=circle.pk, order=tuple(order)))


@action
def ask_swap(*, by: Actor, circle_id: UUID, other_id: UUID) -> PositionSwap:
    """Ask another member to exchange places; they have some days to answer.

    Asking the same again gives the open request.
    Raises: NotInCircle; CircleOver; SwapsNotAllowed; SwapNotPossible when a turn of one of them has begun or the
        order is
        not made yet; SwapUnderWay when one of them is in another open request.
    """
    circle = circle_for_update(circle_id)
    asker, other = joined_seat(circle, by.member_id), joined_seat(circle, other_id)
    _check_may_swap(circle, asker, other)
    if asker.position is None or other.position is None:
        raise SwapNotPossible()
    now = clock.now()
    _expire_swaps(circle, now)
    for each in PositionSwap.objects.filter(circle=circle, state=PositionSwap.State.ASKED):
        if (each.asker_id, each.other_id) == (asker.pk, other.pk):
            return each
        if {each.asker_id, each.other_id} & {asker.pk, other.pk}:
            raise SwapUnderWay()
    swap = PositionSwap.objects.create(
        circle=circle,
        asker=asker,
        other=other,
        asker_position=asker.position,
        other_position=other.position,
        asked_at=now,
        expires_at=now + SWAP_ANSWERED_WITHIN,
    )
    announce(SwapAsked(**_named(swap)))
    return swap


@action
def consent_swap(*, by: Actor, swap_id: UUID) -> PositionSwap:
    """Agree to a swap that one was asked for; the places are exchanged at once.

    Raises: SwapNotFound; NotYours; SwapDecided; SwapsNotAllowed; SwapNotPossible when a turn has begun meanwhile.
    """
    circle, swap = swap_for_update(swap_id)
    if swap.other.member_id != by.member_id:
        raise NotYours()
    _check_open(swap)
    _check_may_swap(circle, swap.asker, swap.other)
    _decide(swap, PositionSwap.State.CONSENTED)
    _exchange(circle, swap)
    announce(PositionsSwapped(**_named(swap)))
    return swap


@action
def refuse_swap(*, by: Actor, swap_id: UUID) -> PositionSwap:
    """Refuse a swap that one was asked for, or withdraw one's own request.

    Raises: SwapNotFound; NotYours; SwapDecided.
    """
    _, swap = swap_for_update(swap_id)
    if by.member_id not in {swap.other.member_id, swap.asker.member_id}:
        raise NotYours()
    _check_open(swap)
    is_own = by.member_id == swap.asker.member_id
    _decide(swap, PositionSwap.State.WITHDRAWN if is_own else PositionSwap.State.REFUSED)
    announce(SwapRefused(**_parties(swap), outcome=swap.state))
    return swap


@action
def expire_swaps(*, by: Actor, circle_id: UUID) -> int:
    """Close requests that nobody answered in time; says how many."""
    return _expire_swaps(circle_for_update(circle_id), clock.now())


@joins_transaction
def hold_draw(circle: Circle) -> Draw:
    """Open the sealed seed, order the members by it, publish both.

    Raises: TooFewMembers.
    """
    held = Draw.objects.get(circle=circle, voided_at=None)
    if held.seed is not None:
        return held
    members = [seat.member_id for seat in joined_seats(circle)]
    if len(members) < money.MEMBERS_MIN:
        raise TooFewMembers(members_min=money.MEMBERS_MIN)
    seed = str(held.sealed_seed)
    order = draw.drawn_order(seed, members)
    held.seed, held.drawn_at = seed, clock.now()
    held.member_ids, held.order = sorted(map(str, members)), [str(each) for each in order]
    held.save(update_fields=["seed", "drawn_at", "member_ids", "order"])
    _take_places(circle, order)
    announce(
        PositionsDrawn(
            circle_id=circle.pk,
            draw_number=held.number,
            commitment=held.commitment,
            seed=seed,
            drawn_ids=tuple(sorted(members, key=str)),
            order=tuple(order),
        )
    )
    return held


@joins_transaction
def close_swaps_of(circle: Circle, seat_ids: set[UUID]) -> None:
    """A round has opened for one of these: whoever asked or was asked to exchange that place is too late."""
    for swap in PositionSwap.objects.filter(circle=circle, state=PositionSwap.State.ASKED).select_related(
        "asker", "other"
    ):
        if {swap.asker_id, swap.other_id} & seat_ids:
            _expire(swap)


def _take_places(circle: Circle, order: list[UUID]) -> None:
    places = [When(member_id=member_id, then=Value(place)) for place, member_id in enumerate(order, start=1)]
    CircleMember.objects.filter(circle=circle, status=CircleMember.Status.JOINED).update(position=Case(*places))


def _check_may_swap(circle: Circle, one: CircleMember, other: CircleMember) -> None:
    if circle.is_over:
        raise CircleOver()
    if not circle.allows_swaps:
        raise SwapsNotAllowed()
    if circle.is_gathering:
        possible = one.pk != other.pk and one.position is not None and other.position is not None
    else:
        rounds = Round.objects.filter(circle=circle, state=Round.State.SCHEDULED)
        possible = seats.may_swap(list(rounds.values_list("recipient_id", flat=True)), one.pk, other.pk)
    if not possible:
        raise SwapNotPossible()


def _check_open(swap: PositionSwap) -> None:
    if not swap.is_open or clock.now() >= swap.expires_at:
        raise SwapDecided()


def _exchange(circle: Circle, swap: PositionSwap) -> None:
    if (swap.asker.position, swap.other.position) != (swap.asker_position, swap.other_position):
        raise SwapNotPossible()
    # In one statement each: the database would not let two members share a place in between.
    CircleMember.objects.filter(pk__in=[swap.asker_id, swap.other_id]).update(
        position=Value(swap.asker_position + swap.other_position) - F("position")
    )
    Round.objects.filter(
        circle=circle, state=Round.State.SCHEDULED, recipient_id__in=[swap.asker_id, swap.other_id]
    ).update(recipient=Case(When(recipient_id=swap.asker_id, then=Value(swap.other_id)), default=Value(swap.asker_id)))


def _expire_swaps(circle: Circle, now: datetime) -> int:
    late = PositionSwap.objects.filter(circle=circle, state=PositionSwap.State.ASKED, expires_at__lte=now)
    count = 0
    for swap in late.select_related("asker", "other"):
        _expire(swap)
        count += 1
    return count


def _expire(swap: PositionSwap) -> None:
    _decide(swap, PositionSwap.State.EXPIRED)
    announce(SwapRefused(**_parties(swap), outcome=swap.state))


def _decide(swap: PositionSwap, state: PositionSwap.State) -> None:
    swap.state, swap.decided_at = state, clock.now()
    swap.save(update_fields=["state", "decided_at"])


def _parties(swap: PositionSwap) -> dict[str, Any]:
    return {
        "circle_id": swap.circle_id,
        "swap_id": swap.pk,
        "member_id": swap.asker.member_id,
        "other_id": swap.other.member_id,
    }


def _named(swap: PositionSwap) -> dict[str, Any]:
    return _parties(swap) | {
        "member_position": swap.asker_position,
        "other_position": swap.other_position,
    }
