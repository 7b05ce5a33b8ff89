"""Paying a contribution from the wallet"""

from typing import Any

import pytest

from pamoja.foundation.actions import IdempotencyKey
from pamoja.foundation.errors import Refusal
from pamoja.kernel.audit.public import feed
from pamoja.products.savings import errors
from pamoja.products.savings.public import end_circle, pause_circle, pay_from_wallet
from tests.products.savings.circles import (
    Group,
    a_running_group,
    after,
    fund,
    kept,
    pay,
    run_own_jobs,
    shillings,
    sweep,
    wallet,
)
from tests.products.savings.scenes import begins_with

KEY = IdempotencyKey("pressed-once")


def pay_own(group: Group, *, key: IdempotencyKey = KEY) -> Any:
    return pay_from_wallet(by=group.by(1), contribution_id=group.contribution(1, 1).pk, key=key)


@begins_with(a_running_group, 3)
def test_moves_the_money_and_marks_it_paid_in_one(clock: Any, community: object, group: Group) -> None:
    fund(group.people[1], shillings(5_500))

    paid = pay_own(group)

    assert (paid.state, paid.paid_at) == ("paid", clock.now)
    assert (wallet(group.people[1]), kept(group)) == (shillings(500), shillings(5_000))
    assert feed(f"circle:{group.circle_id}")[0].sentence == "Baraka O. paid KSh 5,000 into round 1."


@begins_with(a_running_group, 3)
def test_the_same_key_pays_once(clock: Any, community: object, group: Group) -> None:
    fund(group.people[1], shillings(50_000))

    first, second = pay_own(group), pay_own(group)

    assert first.entry_id == second.entry_id
    assert kept(group) == shillings(5_000)


@pytest.mark.parametrize(
    ("spoil", "refusal"),
    [
        ("another's", errors.NotYours),
        ("key", errors.KeyUsedOtherwise),
        ("paid", errors.AlreadyPaid),
        ("ended", errors.ContributionClosed),
        ("paused", errors.CircleNotRunning),
        ("poor", errors.WalletTooLow),
    ],
)
@begins_with(a_running_group, 3)
def test_refuses_and_moves_nothing(
    clock: Any, community: object, spoil: str, refusal: type[Refusal], group: Group
) -> None:
    fund(group.people[1], shillings(4_999 if spoil == "poor" else 90_000))
    match spoil:
        case "key":
            pay_own(group, key=KEY)
            clock.turn_to(after(group, 1))
            sweep()
        case "paid":
            pay_own(group, key=IdempotencyKey("before"))
        case "ended":
            end_circle(by=group.organiser, circle_id=group.circle_id)
        case "paused":
            pause_circle(by=group.organiser, circle_id=group.circle_id)
    before = (wallet(group.people[1]), kept(group))
    contribution = group.contribution(2 if spoil == "key" else 1, 1)
    by = group.by(2 if spoil == "another's" else 1)

    with pytest.raises(refusal):
        pay_from_wallet(by=by, contribution_id=contribution.pk, key=KEY)

    assert (wallet(group.people[1]), kept(group)) == before


@begins_with(a_running_group, 3)
def test_the_last_one_fills_the_pot_which_goes_out(clock: Any, community: object, group: Group) -> None:
    pay(group, 1, 0, 1, 2)
    run_own_jobs()

    assert group.round(1).is_paid_out
    assert wallet(group.people[0]) == shillings(15_000)
    assert not kept(group)
