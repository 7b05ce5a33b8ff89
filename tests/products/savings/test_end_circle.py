"""Ending a circle"""

from typing import Any

import pytest

from pamoja.products.savings import errors
from pamoja.products.savings.public import Round, end_circle, invite, join_by_invitation, pause_circle
from tests.products.savings.circles import (
    Group,
    a_group,
    a_running_group,
    after,
    kept,
    pay,
    pay_out,
    shillings,
    sweep,
    wallet,
)
from tests.products.savings.scenes import begins_with
from tests.world.cast import a_member, actor


@begins_with(a_running_group, 3)
def test_gives_back_what_is_in_the_pot(clock: Any, community: object, group: Group) -> None:
    pay(group, 1, 0, 1, 2)
    pay_out(group, 1)
    clock.turn_to(after(group, 1))
    sweep()
    pay(group, 2, 0, 1)

    end_circle(by=group.organiser, circle_id=group.circle_id, reason="We move away")

    assert [wallet(each) for each in group.people] == [shillings(20_000), shillings(5_000), shillings(0)]
    assert not kept(group)
    assert [group.contribution(2, place).state for place in range(3)] == ["refunded", "refunded", "cancelled"]
    assert list(Round.objects.order_by("number").values_list("state", flat=True)) == [
        "paid_out",
        "cancelled",
        "cancelled",
    ]
    assert (group.circle.status, group.circle.status_reason) == ("ended", "We move away")


@begins_with(a_running_group, 2, late_fee=shillings(200))
def test_shares_the_late_fees(clock: Any, community: object, group: Group) -> None:
    clock.turn_to(after(group, 1, days=4))
    sweep()
    pay(group, 1, 1)

    end_circle(by=group.organiser, circle_id=group.circle_id)

    assert [wallet(each) for each in group.people] == [shillings(100), shillings(5_100)]
    assert not kept(group, "late_fees")


@begins_with(a_running_group, 3, late_fee=shillings(200), shortfall_rule="pay_what_is_in", shortfall_after_days=1)
def test_arrears_can_still_be_paid_afterwards(clock: Any, community: object, group: Group) -> None:
    pay(group, 1, 0, 1)
    clock.turn_to(after(group, 1, days=4))
    sweep()
    end_circle(by=group.organiser, circle_id=group.circle_id)

    pay(group, 1, 2)

    assert wallet(group.people[0]) == shillings(15_200), "the fee goes to whoever has waited"
    assert not kept(group)
    assert not kept(group, "late_fees")


@begins_with(a_running_group, 2)
def test_ends_while_it_rests(clock: Any, community: object, group: Group) -> None:
    pay(group, 1, 0)
    pause_circle(by=group.organiser, circle_id=group.circle_id)

    end_circle(by=group.organiser, circle_id=group.circle_id)

    assert wallet(group.people[0]) == shillings(5_000)


@begins_with(a_group, 2)
def test_before_the_start_it_only_closes_the_doors(clock: Any, community: object, group: Group) -> None:
    code = invite(by=group.organiser, circle_id=group.circle_id).code

    end_circle(by=group.organiser, circle_id=group.circle_id)

    with pytest.raises(errors.CircleNotGathering):
        join_by_invitation(by=actor(a_member("Zuri")), code=code, rules_version=1)


@begins_with(a_running_group, 2)
def test_only_the_organiser_may_and_once(clock: Any, community: object, group: Group) -> None:
    with pytest.raises(errors.OrganiserOnly):
        end_circle(by=group.by(1), circle_id=group.circle_id)
    end_circle(by=group.organiser, circle_id=group.circle_id)
    with pytest.raises(errors.CircleOver):
        end_circle(by=group.organiser, circle_id=group.circle_id)
