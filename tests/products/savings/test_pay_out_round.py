"""Paying the pot out"""

from typing import Any

import pytest

from pamoja.foundation.actions import SYSTEM
from pamoja.foundation.errors import Refusal
from pamoja.products.savings import errors
from pamoja.products.savings.public import RoundPayout, forgive_arrears, pause_circle, pay_out_round
from tests.products.savings.circles import (
    Group,
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

SHORT = {"shortfall_rule": "pay_what_is_in", "shortfall_after_days": 7}


@begins_with(a_running_group, 3)
def test_a_full_pot_goes_out_once(clock: Any, community: object, group: Group) -> None:
    pay(group, 1, 0, 1, 2)

    first = pay_out_round(by=SYSTEM, round_id=group.round(1).pk)
    second = pay_out_round(by=SYSTEM, round_id=group.round(1).pk)

    assert first.pk == second.pk
    assert (wallet(group.people[0]), kept(group)) == (shillings(15_000), shillings(0))


@pytest.mark.parametrize(
    ("spoil", "refusal"),
    [("short", errors.PotNotReady), ("closed", errors.RoundNotOpen), ("paused", errors.CircleNotRunning)],
)
@begins_with(a_running_group, 3)
def test_refuses_and_moves_nothing(
    clock: Any, community: object, spoil: str, refusal: type[Refusal], group: Group
) -> None:
    pay(group, 1, 0, 1, *([] if spoil == "short" else [2]))
    if spoil == "paused":
        pause_circle(by=group.organiser, circle_id=group.circle_id)
    before = kept(group)

    with pytest.raises(refusal):
        pay_out(group, 2 if spoil == "closed" else 1)

    assert (kept(group), RoundPayout.objects.count()) == (before, 0)


@begins_with(a_running_group, 3)
def test_a_short_pot_waits_where_the_rule_says_so(clock: Any, community: object, group: Group) -> None:
    pay(group, 1, 0, 1)

    clock.turn_to(after(group, 1, days=27))
    sweep()

    assert group.round(1).is_open
    assert kept(group) == shillings(10_000)


@begins_with(a_running_group, 3, **SHORT)
def test_a_short_pot_goes_out_after_some_days_where_the_rule_says_so(
    clock: Any, community: object, group: Group
) -> None:
    pay(group, 1, 0, 1)

    clock.turn_to(after(group, 1, days=6, hours=23))
    sweep()
    assert group.round(1).is_open
    clock.turn_to(after(group, 1, days=7))
    sweep()

    assert group.round(1).is_paid_out
    assert (wallet(group.people[0]), kept(group)) == (shillings(10_000), shillings(0))


@begins_with(a_running_group, 3, late_fee=shillings(200), **SHORT)
def test_arrears_go_on_to_whoever_was_paid_short(clock: Any, community: object, group: Group) -> None:
    pay(group, 1, 0, 1)
    clock.turn_to(after(group, 1, days=7))
    sweep()

    pay(group, 1, 2)

    assert wallet(group.people[0]) == shillings(15_000)
    assert (kept(group), kept(group, "late_fees")) == (shillings(0), shillings(200))
    assert RoundPayout.objects.get(kind="arrears").amount == shillings(5_000)


@begins_with(a_running_group, 3, **SHORT)
def test_nobody_owes_arrears_to_themselves(clock: Any, community: object, group: Group) -> None:
    pay(group, 1, 1, 2)

    clock.turn_to(after(group, 1, days=7))
    sweep()

    assert group.contribution(1, 0).state == "forgiven"
    assert wallet(group.people[0]) == shillings(10_000)


@begins_with(a_running_group, 3, **SHORT)
def test_whoever_is_owed_may_forgive_and_nobody_else(clock: Any, community: object, group: Group) -> None:
    pay(group, 1, 0, 1)
    clock.turn_to(after(group, 1, days=7))
    sweep()
    owed = group.contribution(1, 2)

    for place in (1, 2):
        with pytest.raises(errors.NothingToForgive):
            forgive_arrears(by=group.by(place), contribution_id=owed.pk)
    forgive_arrears(by=group.by(0), contribution_id=owed.pk)

    assert group.contribution(1, 2).state == "forgiven"
    with pytest.raises(errors.ContributionClosed):
        pay(group, 1, 2)


@begins_with(a_running_group, 2, late_fee=shillings(201))
def test_the_last_pot_completes_the_circle_and_shares_its_fees(clock: Any, community: object, group: Group) -> None:
    pay(group, 1, 0)
    clock.turn_to(after(group, 1, days=4))
    sweep()
    pay(group, 1, 1)
    pay_out(group, 1)
    pay(group, 2, 0, 1)

    pay_out(group, 2)

    assert group.circle.status == "completed"
    assert [wallet(each).amount_minor for each in group.people] == [1_000_000 + 10_050, 1_000_000 + 10_050]
    assert not kept(group, "late_fees")
