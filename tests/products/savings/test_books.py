"""However deeds interleave, the books of a circle hold

A machine plays a circle in any order of deeds and days. After each step: what is in the pot is what was paid in minus
what went out, the ledger sums to nothing, and nobody's row says otherwise.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pamoja.foundation.actions import SYSTEM, IdempotencyKey
from pamoja.foundation.errors import Refusal
from pamoja.kernel.ledger.public import trial_balance
from tests.harness.thoroughness import IS_LONG, examples
from tests.products.savings.circles import (
    Group,
    a_running_group,
    fund,
    kept,
    now,
    run_own_jobs,
    shillings,
    sweep,
    wallet,
)

PEOPLE = st.integers(0, 2)


@pytest.fixture
def machine(clock: Any, community: object) -> type[RuleBasedStateMachine]:
    """Bound to this test's database; every run of the machine is undone before the next."""
    from pamoja.products.savings.models import Contribution, RoundPayout
    from pamoja.products.savings.public import (
        ask_swap,
        consent_swap,
        end_circle,
        forgive_arrears,
        pause_circle,
        pay_from_wallet,
        pay_out_round,
        resume_circle,
    )

    class Circle(RuleBasedStateMachine):
        group: Group
        brought = 0
        presses = 0

        def __init__(self) -> None:
            super().__init__()
            self._undone = transaction.atomic()
            self._undone._from_testcase = True  # deeds inside are as durable as in any test
            self._undone.__enter__()
            self.began_at = clock.now

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self._undone.__exit__(None, None, None)
            clock.turn_to(self.began_at)

        @initialize(rule=st.sampled_from(["wait", "pay_what_is_in"]), fee=st.sampled_from([0, 200]))
        def start(self, rule: str, fee: int) -> None:
            self.group = a_running_group(
                3,
                shortfall_rule=rule,
                shortfall_after_days=2,
                late_fee=shillings(fee),
                grace_days=1,
                frequency="weekly",
            )

        @rule(place=PEOPLE, amount=st.sampled_from([1_000, 5_000, 20_000]))
        def bring_money(self, place: int, amount: int) -> None:
            fund(self.group.people[place], shillings(amount))
            self.brought += amount * 100

        @rule(place=PEOPLE, newest=st.booleans())
        def pay(self, place: int, newest: bool) -> None:
            found = Contribution.objects.filter(seat__member=self.group.people[place]).order_by("round__number")
            contribution = found.last() if newest else found.exclude(state="paid").first()
            if contribution is not None:
                self.presses += 1
                self._try(
                    pay_from_wallet,
                    by=self.group.by(place),
                    contribution_id=contribution.pk,
                    key=IdempotencyKey(f"press-{self.presses}"),
                )

        @rule(number=st.integers(1, 3))
        def pay_out(self, number: int) -> None:
            self._try(pay_out_round, by=SYSTEM, round_id=self.group.round(number).pk)

        @rule(hours=st.sampled_from([1, 13, 30, 80, 200]))
        def let_time_pass(self, hours: int) -> None:
            clock.turn_to(now() + timedelta(hours=hours))
            sweep()

        @rule()
        def work(self) -> None:
            run_own_jobs()

        @rule(one=PEOPLE, other=PEOPLE)
        def swap(self, one: int, other: int) -> None:
            swap = self._try(
                ask_swap, by=self.group.by(one), circle_id=self.group.circle_id, other_id=self.group.people[other].pk
            )
            if swap is not None:
                self._try(consent_swap, by=self.group.by(other), swap_id=swap.pk)

        @rule(place=PEOPLE)
        def forgive(self, place: int) -> None:
            owed = Contribution.objects.filter(
                state="overdue", round__recipient__member=self.group.people[place]
            ).first()
            if owed is not None:
                self._try(forgive_arrears, by=self.group.by(place), contribution_id=owed.pk)

        @rule()
        def pause(self) -> None:
            self._try(pause_circle, by=self.group.organiser, circle_id=self.group.circle_id)

        @rule()
        def resume(self) -> None:
            self._try(resume_circle, by=self.group.organiser, circle_id=self.group.circle_id)

        @precondition(lambda self: self.presses > 3)
        @rule(really=st.integers(0, 4))
        def end(self, really: int) -> None:
            if really == 0:
                self._try(end_circle, by=self.group.organiser, circle_id=self.group.circle_id)

        @invariant()
        def the_pot_is_what_was_paid_minus_what_went_out(self) -> None:
            paid = _sum(Contribution.objects.filter(state="paid"))
            assert kept(self.group).amount_minor == paid - _sum(RoundPayout.objects.all())

        @invariant()
        def nothing_is_made_or_lost(self) -> None:
            held = sum(wallet(person).amount_minor for person in self.group.people)
            assert held + kept(self.group).amount_minor + kept(self.group, "late_fees").amount_minor == self.brought
            assert trial_balance().balances

        @invariant()
        def every_round_is_paid_out_at_most_once_and_never_too_much(self) -> None:
            for payouts in RoundPayout.objects.values("round").annotate(total=Sum("amount_minor")):
                assert payouts["total"] <= 1_500_000

        @invariant()
        def every_place_has_one_holder_and_rounds_to_come_are_theirs(self) -> None:
            assert sorted(self.group.seat(place).position or 0 for place in range(3)) == [1, 2, 3]
            for number in (1, 2, 3):
                its_round = self.group.round(number)
                if its_round.state == "scheduled":
                    assert its_round.recipient.position == number

        @invariant()
        def what_is_over_holds_nothing(self) -> None:
            if self.group.circle.is_over:
                assert not kept(self.group)
                assert not kept(self.group, "late_fees")

        def _try(self, deed: Any, **arguments: Any) -> Any:
            try:
                return deed(**arguments)
            except Refusal:
                return None

    return Circle


def test_hold_in_any_order_of_deeds(machine: type[RuleBasedStateMachine]) -> None:
    machine.TestCase.settings = settings(
        max_examples=examples(2, long=100),
        stateful_step_count=25,
        deadline=None,
        derandomize=not IS_LONG,
        suppress_health_check=list(HealthCheck),
    )

    machine.TestCase().runTest()


def _sum(rows: Any) -> int:
    return int(rows.aggregate(total=Sum("amount_minor"))["total"] or 0)
