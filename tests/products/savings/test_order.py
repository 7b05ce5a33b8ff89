"""Who receives when: draw, hand, swaps"""

from datetime import date
from typing import Any

import pytest

from pamoja.products.savings import errors
from pamoja.products.savings.public import (
    ask_swap,
    check_draw,
    consent_swap,
    draw_evidence,
    draw_positions,
    refuse_swap,
    set_positions,
    start_circle,
)
from tests.products.savings.circles import Group, a_group, a_running_group, after, sweep


def positions(group: Group) -> list[int | None]:
    return [group.seat(place).position for place in range(len(group.people))]


def test_a_draw_can_be_checked_by_everybody(clock: Any, community: object) -> None:
    group = a_group(5, order_by="draw")
    (before,) = draw_evidence(group.circle_id, group.by(4))

    draw_positions(by=group.organiser, circle_id=group.circle_id)

    (after_draw,) = draw_evidence(group.circle_id, group.by(4))
    held = after_draw.draw
    assert before.draw.commitment == held.commitment
    assert not before.is_published
    assert after_draw.holds
    assert check_draw(held.commitment, held.seed or "", [each.pk for each in group.people], held.members_in_order())
    by_position = sorted(group.people, key=lambda each: held.members_in_order().index(each.pk))
    assert [group.people.index(each) for each in by_position] == sorted(
        range(5), key=lambda place: positions(group)[place] or 0
    )


def test_a_draw_is_held_once(clock: Any, community: object) -> None:
    group = a_group(4, order_by="draw")

    first = draw_positions(by=group.organiser, circle_id=group.circle_id)
    second = draw_positions(by=group.organiser, circle_id=group.circle_id)

    assert (first.pk, first.order) == (second.pk, second.order)


def test_the_start_draws_if_nobody_has(clock: Any, community: object) -> None:
    group = a_group(3, order_by="draw")

    start_circle(by=group.organiser, circle_id=group.circle_id)

    assert sorted(position or 0 for position in positions(group)) == [1, 2, 3]
    assert draw_evidence(group.circle_id, group.organiser)[0].holds


def test_a_hand_sets_everybody_once(clock: Any, community: object) -> None:
    group = a_group(3)
    ids = [each.pk for each in group.people]

    set_positions(by=group.organiser, circle_id=group.circle_id, order=[ids[2], ids[0], ids[1]])

    assert positions(group) == [2, 3, 1]


@pytest.mark.parametrize("wrong", [[0, 1], [0, 1, 1], [0, 1, 2, 2], []])
def test_refuses_an_order_with_gaps_or_doubles(clock: Any, community: object, wrong: list[int]) -> None:
    group = a_group(3)

    with pytest.raises(errors.OrderMissing):
        set_positions(by=group.organiser, circle_id=group.circle_id, order=[group.people[place].pk for place in wrong])

    assert positions(group) == [None, None, None]


def test_each_way_refuses_the_other(clock: Any, community: object) -> None:
    drawn, by_hand = a_group(2, order_by="draw"), a_group(2)

    with pytest.raises(errors.OrderIsDrawn):
        set_positions(by=drawn.organiser, circle_id=drawn.circle_id, order=[each.pk for each in drawn.people])
    with pytest.raises(errors.OrderIsSetByHand):
        draw_positions(by=by_hand.organiser, circle_id=by_hand.circle_id)


@pytest.mark.committed
def test_two_who_agree_exchange_places_and_rounds(clock: Any, community: object) -> None:
    group = a_running_group(3)

    swap = ask_swap(by=group.by(1), circle_id=group.circle_id, other_id=group.people[2].pk)
    assert positions(group) == [1, 2, 3], "asking changes nothing"
    consent_swap(by=group.by(2), swap_id=swap.pk)

    assert positions(group) == [1, 3, 2]
    assert group.round(2).recipient.member_id == group.people[2].pk
    assert group.round(3).recipient.member_id == group.people[1].pk


def test_asking_twice_is_one_request(clock: Any, community: object) -> None:
    group = a_running_group(4)

    first = ask_swap(by=group.by(1), circle_id=group.circle_id, other_id=group.people[2].pk)
    second = ask_swap(by=group.by(1), circle_id=group.circle_id, other_id=group.people[2].pk)

    assert first.pk == second.pk
    with pytest.raises(errors.SwapUnderWay):
        ask_swap(by=group.by(3), circle_id=group.circle_id, other_id=group.people[2].pk)


def test_refuses_turns_that_have_begun(clock: Any, community: object) -> None:
    group = a_running_group(3)

    with pytest.raises(errors.SwapNotPossible):
        ask_swap(by=group.by(0), circle_id=group.circle_id, other_id=group.people[1].pk)


def test_a_turn_that_begins_closes_the_request(clock: Any, community: object) -> None:
    group = a_running_group(3)
    swap = ask_swap(by=group.by(1), circle_id=group.circle_id, other_id=group.people[2].pk)

    clock.turn_to(after(group, 1, minutes=1))
    sweep()

    swap.refresh_from_db()
    assert swap.state == "expired"
    with pytest.raises(errors.SwapDecided):
        consent_swap(by=group.by(2), swap_id=swap.pk)
    assert positions(group) == [1, 2, 3]


def test_only_who_was_asked_consents(clock: Any, community: object) -> None:
    group = a_running_group(4)
    swap = ask_swap(by=group.by(1), circle_id=group.circle_id, other_id=group.people[2].pk)

    for place in (1, 3):
        with pytest.raises(errors.NotYours):
            consent_swap(by=group.by(place), swap_id=swap.pk)

    assert positions(group) == [1, 2, 3, 4]


@pytest.mark.parametrize(("place", "state"), [(1, "withdrawn"), (2, "refused")])
def test_a_refusal_ends_it(clock: Any, community: object, place: int, state: str) -> None:
    group = a_running_group(4)
    swap = ask_swap(by=group.by(1), circle_id=group.circle_id, other_id=group.people[2].pk)

    refuse_swap(by=group.by(place), swap_id=swap.pk)

    swap.refresh_from_db()
    assert swap.state == state
    with pytest.raises(errors.SwapDecided):
        consent_swap(by=group.by(2), swap_id=swap.pk)


def test_an_unanswered_request_expires(clock: Any, community: object) -> None:
    group = a_running_group(4, first_due_on=date(2026, 4, 30))
    swap = ask_swap(by=group.by(1), circle_id=group.circle_id, other_id=group.people[2].pk)

    clock.turn_by(days=7)
    sweep()

    swap.refresh_from_db()
    assert swap.state == "expired"


def test_refuses_where_swaps_are_not_allowed(clock: Any, community: object) -> None:
    group = a_running_group(3, allows_swaps=False)

    with pytest.raises(errors.SwapsNotAllowed):
        ask_swap(by=group.by(1), circle_id=group.circle_id, other_id=group.people[2].pk)
