"""Two at once: one of them wins, nothing is doubled, nobody waits for ever"""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from pamoja.foundation.actions import SYSTEM, IdempotencyKey
from pamoja.foundation.errors import Refusal
from pamoja.kernel.communities.public import current_community_id, entered
from pamoja.kernel.ledger.public import trial_balance
from pamoja.products.savings import errors
from pamoja.products.savings.public import (
    CircleMember,
    Round,
    RoundPayout,
    ask_swap,
    consent_swap,
    end_circle,
    invite,
    join_by_invitation,
    leave_circle,
    pay_from_wallet,
    pay_out_round,
    refuse_swap,
    set_positions,
    start_circle,
)
from tests.products.savings.circles import (
    a_group,
    a_running_group,
    after,
    fund,
    kept,
    pay,
    shillings,
    sweep,
    wallet,
)
from tests.world.cast import a_member, actor

pytestmark = pytest.mark.committed


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Runs each in a thread of its own, all released together; gives results, or the refusals."""
    gate, answers, community_id = threading.Barrier(len(deeds)), [None] * len(deeds), current_community_id()

    def run(place: int, deed: Callable[[], Any]) -> None:
        try:
            with entered(community_id):
                gate.wait(10)
                answers[place] = deed()
        except Refusal as refusal:
            answers[place] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive(), "somebody waits for ever"
    return answers


def refusals(answers: list[Any]) -> list[type]:
    return [type(each) for each in answers if isinstance(each, Refusal)]


def test_one_contribution_is_paid_once(clock: Any, community: object) -> None:
    group = a_running_group(3)
    fund(group.people[1], shillings(50_000))
    contribution = group.contribution(1, 1)

    answers = at_once(
        *[
            lambda key=key: pay_from_wallet(by=group.by(1), contribution_id=contribution.pk, key=IdempotencyKey(key))
            for key in ("a", "b", "c", "d")
        ]
    )

    assert refusals(answers) == [errors.AlreadyPaid] * 3
    assert (kept(group), wallet(group.people[1])) == (shillings(5_000), shillings(45_000))


def test_the_same_press_answers_the_same(clock: Any, community: object) -> None:
    group = a_running_group(3)
    fund(group.people[1], shillings(50_000))
    contribution = group.contribution(1, 1)

    answers = at_once(
        *[lambda: pay_from_wallet(by=group.by(1), contribution_id=contribution.pk, key=IdempotencyKey("same"))] * 4
    )

    assert len({each.entry_id for each in answers}) == 1
    assert kept(group) == shillings(5_000)


def test_the_last_free_place_is_given_once(clock: Any, community: object) -> None:
    group = a_group(2, members_max=3)
    code = invite(by=group.organiser, circle_id=group.circle_id, uses_max=10).code
    people = [a_member(f"Person {number}") for number in range(4)]

    answers = at_once(
        *[lambda each=each: join_by_invitation(by=actor(each), code=code, rules_version=1) for each in people]
    )

    assert refusals(answers) == [errors.CircleFull] * 3
    assert CircleMember.objects.filter(circle=group.circle_id, status="joined").count() == 3


def test_a_single_invitation_lets_one_in(clock: Any, community: object) -> None:
    group = a_group(2)
    code = invite(by=group.organiser, circle_id=group.circle_id).code
    people = [a_member(f"Person {number}") for number in range(3)]

    answers = at_once(
        *[lambda each=each: join_by_invitation(by=actor(each), code=code, rules_version=1) for each in people]
    )

    assert refusals(answers) == [errors.InvitationUsedUp] * 2


def test_a_pot_goes_out_once(clock: Any, community: object) -> None:
    group = a_running_group(3)
    pay(group, 1, 0, 1, 2)
    round_id = group.round(1).pk

    at_once(*[lambda: pay_out_round(by=SYSTEM, round_id=round_id)] * 4)

    assert RoundPayout.objects.count() == 1
    assert wallet(group.people[0]) == shillings(15_000)


def test_the_start_and_somebody_leaving(clock: Any, community: object) -> None:
    group = a_group(3)
    set_positions(by=group.organiser, circle_id=group.circle_id, order=[each.pk for each in group.people])

    answers = at_once(
        lambda: start_circle(by=group.organiser, circle_id=group.circle_id),
        lambda: leave_circle(by=group.by(2), circle_id=group.circle_id),
    )

    # Whoever comes first makes the other impossible: members are fixed, or the order is no longer whole.
    assert refusals(answers) in ([errors.CircleNotGathering], [errors.OrderMissing])
    rounds = Round.objects.filter(circle=group.circle_id).count()
    assert rounds == (3 if group.circle.status == "running" else 0)


def test_a_consent_and_a_withdrawal(clock: Any, community: object) -> None:
    group = a_running_group(4)
    swap = ask_swap(by=group.by(1), circle_id=group.circle_id, other_id=group.people[2].pk)

    answers = at_once(
        lambda: consent_swap(by=group.by(2), swap_id=swap.pk), lambda: refuse_swap(by=group.by(1), swap_id=swap.pk)
    )

    assert refusals(answers) == [errors.SwapDecided]
    swap.refresh_from_db()
    swapped = swap.state == "consented"
    assert group.seat(1).position == (3 if swapped else 2)
    assert group.round(2).recipient.member_id == group.people[2 if swapped else 1].pk


def test_a_swap_and_the_turn_that_begins(clock: Any, community: object) -> None:
    group = a_running_group(4)
    swap = ask_swap(by=group.by(1), circle_id=group.circle_id, other_id=group.people[2].pk)
    clock.turn_to(after(group, 1))

    answers = at_once(lambda: consent_swap(by=group.by(2), swap_id=swap.pk), sweep)

    swapped = not refusals(answers)
    assert group.round(2).is_open
    assert group.round(2).recipient.member_id == group.people[2 if swapped else 1].pk
    assert group.seat(1).position == (3 if swapped else 2)


def test_a_payment_and_the_end(clock: Any, community: object) -> None:
    group = a_running_group(3)
    fund(group.people[1], shillings(5_000))
    contribution = group.contribution(1, 1)

    at_once(
        lambda: pay_from_wallet(by=group.by(1), contribution_id=contribution.pk, key=IdempotencyKey("k")),
        lambda: end_circle(by=group.organiser, circle_id=group.circle_id),
    )

    assert (kept(group), wallet(group.people[1])) == (shillings(0), shillings(5_000))
    assert trial_balance().balances


def test_sweeps_side_by_side_do_everything_once(clock: Any, community: object) -> None:
    group = a_running_group(3, late_fee=shillings(200))
    clock.turn_to(after(group, 1, days=4))

    at_once(*[sweep] * 3)

    assert group.round(2).is_open
    assert group.round(2).contributions.count() == 3
    assert [group.contribution(1, place).late_fee for place in range(3)] == [shillings(200)] * 3
