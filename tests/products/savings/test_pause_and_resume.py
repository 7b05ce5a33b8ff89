"""Pausing a circle and going on"""

from datetime import date
from typing import Any

import pytest

from pamoja.products.savings import errors
from pamoja.products.savings.public import Round, change_member_role, pause_circle, resume_circle
from tests.products.savings.circles import (
    Group,
    a_running_group,
    after,
    kept,
    pay,
    run_own_jobs,
    shillings,
    sweep,
)
from tests.products.savings.scenes import begins_with


def rest(group: Group, clock: Any, **long: float) -> None:
    pause_circle(by=group.organiser, circle_id=group.circle_id, reason="Harvest time")
    clock.turn_by(**long)
    sweep()
    resume_circle(by=group.organiser, circle_id=group.circle_id)


def due_days(group: Group) -> list[date]:
    return list(Round.objects.filter(circle=group.circle_id).order_by("number").values_list("due_on", flat=True))


@begins_with(a_running_group, 3, late_fee=shillings(200))
def test_nothing_happens_while_it_rests(clock: Any, community: object, group: Group) -> None:
    pause_circle(by=group.organiser, circle_id=group.circle_id)
    clock.turn_by(days=90)
    sweep()

    assert [group.contribution(1, place).state for place in range(3)] == ["due"] * 3
    assert group.round(2).state == "scheduled"


@begins_with(a_running_group, 3)
def test_a_short_rest_moves_nothing(clock: Any, community: object, group: Group) -> None:
    before = due_days(group)

    rest(group, clock, days=3)

    assert due_days(group) == before


@begins_with(a_running_group, 3, first_due_on=date(2026, 3, 31))
def test_a_long_rest_moves_what_was_to_come_by_whole_months(clock: Any, community: object, group: Group) -> None:
    pay(group, 1, 0)

    rest(group, clock, days=45)

    assert due_days(group) == [date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30)]
    assert group.contribution(1, 1).due_at == group.round(1).due_at
    assert group.contribution(1, 0).state == "paid"
    assert group.round(2).opens_at == group.round(1).due_at


@begins_with(a_running_group, 3, first_due_on=date(2026, 3, 31))
def test_resting_twice_keeps_the_rhythm(clock: Any, community: object, group: Group) -> None:
    rest(group, clock, days=45)
    rest(group, clock, days=20)

    assert due_days(group) == [date(2026, 5, 31), date(2026, 6, 30), date(2026, 7, 31)]


@begins_with(a_running_group, 3, late_fee=shillings(200), grace_days=3)
def test_what_was_late_stays_late_but_its_grace_stood_still(clock: Any, community: object, group: Group) -> None:
    pay(group, 1, 0, 1)
    clock.turn_to(after(group, 1, days=1))
    sweep()
    before = group.contribution(1, 2)

    rest(group, clock, days=10)
    sweep()

    late = group.contribution(1, 2)
    assert (late.state, late.due_at, late.late_fee) == ("overdue", before.due_at, shillings(0))
    clock.turn_by(days=2)
    sweep()
    assert group.contribution(1, 2).late_fee == shillings(200)


@begins_with(a_running_group, 2)
def test_a_pot_that_had_filled_goes_out_afterwards(clock: Any, community: object, group: Group) -> None:
    pay(group, 1, 0, 1)
    pause_circle(by=group.organiser, circle_id=group.circle_id)
    run_own_jobs()
    assert kept(group) == shillings(10_000)

    resume_circle(by=group.organiser, circle_id=group.circle_id)
    run_own_jobs()

    assert group.round(1).is_paid_out


@begins_with(a_running_group, 3)
def test_a_treasurer_may_and_a_member_may_not(clock: Any, community: object, group: Group) -> None:
    change_member_role(by=group.organiser, circle_id=group.circle_id, member_id=group.people[1].pk, role="treasurer")

    with pytest.raises(errors.OrganiserOnly):
        pause_circle(by=group.by(2), circle_id=group.circle_id)
    pause_circle(by=group.by(1), circle_id=group.circle_id)

    assert group.circle.status == "paused"


@begins_with(a_running_group, 2)
def test_refuses_what_is_so_already(clock: Any, community: object, group: Group) -> None:
    with pytest.raises(errors.CircleNotPaused):
        resume_circle(by=group.organiser, circle_id=group.circle_id)
    pause_circle(by=group.organiser, circle_id=group.circle_id)
    with pytest.raises(errors.CircleNotRunning):
        pause_circle(by=group.organiser, circle_id=group.circle_id)
