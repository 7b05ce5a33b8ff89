"""Whatever is told, asked and lost about a payout by Stripe, it ends in the bank or in the wallet, and once."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from pamoja.foundation import clock as time
from pamoja.kernel.payments.actions import onward as deeds
from pamoja.kernel.payments.actions import paying_out
from pamoja.kernel.payments.actions.hinting import heed_events
from pamoja.kernel.payments.errors import RailFailure
from pamoja.kernel.payments.models import Method, Onward, Payee
from pamoja.kernel.payments.rules.messages import Found, Notice, OnwardAnswer, OnwardOrder, Submission
from pamoja.kernel.payments.rules.onward import OnwardState
from tests.harness.thoroughness import examples
from tests.kernel.payments.cards import wallet
from tests.kernel.payments.payees import send, without_limits

if TYPE_CHECKING:
    from pamoja.kernel.communities.public import Community
    from pamoja.kernel.identity.public import Member

_numbers = itertools.count(1)

# What becomes true of Stripe's payout once it was told, in this order.
LIVES = [["moving", "paid"], ["moving", "failed"], ["moving", "paid", "failed"]]
# How Stripe answers a question: truly, not at all, that it has not looked, or (told something) after it did it.
ANSWERS = some.sampled_from(["true", "true", "lost", "busy", "broken"])
STEPS = some.lists(some.one_of(some.just("on"), some.just("event"), some.just("later"), ANSWERS), max_size=16)


class AtStripe:
    """The member's account there, and what we are told of it."""

    def __init__(self, life: list[str]) -> None:
        self.number, self._life, self._at = next(_numbers), life, -1
        self.sent, self.reversed = 0, 0

    @property
    def state(self) -> str:
        return self._life[self._at] if self._at >= 0 else ""

    def goes_on(self) -> None:
        if self._at >= 0:
            self._at = min(self._at + 1, len(self._life) - 1)

    def answers(self, order: OnwardOrder, before: OnwardState, how: str) -> OnwardAnswer | RailFailure:
        if how == "busy":
            return RailFailure("429", permanent=False, may_have_happened=False, code="rate_limit")
        if before == OnwardState.COMING_BACK:
            self.reversed = 1
            answer = OnwardAnswer(rail_id=f"trr_{self.number}", state="came_back")
        elif before == OnwardState.REQUESTED:
            # Under one key, and looked for in the list first, however often it is told.
            self.sent, self._at = 1, max(self._at, 0)
            answer = self._said()
        else:
            answer = self._said() if self.sent else OnwardAnswer()
        if how == "true":
            return answer
        return RailFailure(how, permanent=False, may_have_happened=True, code="unreachable" if how == "lost" else "500")

    def _said(self) -> OnwardAnswer:
        code = "no_account" if self.state == "failed" else ""
        return OnwardAnswer(rail_id=f"po_{self.number}", state=self.state, code=code)


@settings(
    max_examples=examples(5, long=300), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS, life=some.sampled_from(LIVES))
def test_every_life_of_a_payout_ends_alike(
    clock: Any, london: Community, grace: Member, steps: list[str], life: list[str]
) -> None:
    from django.db import transaction

    if not Payee.objects.exists():
        without_limits()
        Payee.objects.create(member=grace, rail_id="acct_1", standing="ready")
        Method.objects.create(
            member=grace, rail="stripe", kind="stripe_account", position=1, state="verified", number="",
            verified_at=time.now(),
        )  # fmt: skip
    before, stripe = wallet(grace.pk), AtStripe(life)
    clock.turn_by(hours=2)
    payout = send(grace.pk, 2_000, filled=2_000)
    order = paying_out.begin_payout(payout_id=payout.pk)
    assert order is not None
    named = f"tr_{stripe.number}"
    paying_out.record_payout_acceptance(payout_id=payout.pk, submission=Submission(rail_id=named))
    with transaction.atomic():
        payout.refresh_from_db()
        paying_out.settle_payout(payout, Notice(found=Found.COMPLETED, receipt=named, amount_minor=2_000))

    def ask(how: str) -> None:
        for due, state in deeds.take_due_onwards():
            deeds.record_onward(payout_id=due.payout_id, answer=stripe.answers(due, state, how))

    for step in steps:
        if step == "on":
            stripe.goes_on()
        elif step == "later":
            clock.turn_by(hours=1)
        elif step == "event":
            with transaction.atomic():
                heed_events("stripe", [Notice(rail_id=f"po_{stripe.number}", other_id="acct_1", code="payout.updated")])
        else:
            ask(step)
    for _ in range(12):
        stripe.goes_on()
        clock.turn_by(days=2)
        ask("true")

    ended = Onward.objects.get(payout=payout)
    is_back = life[-1] == "failed"
    assert ended.state == ("came_back" if is_back else "paid")
    assert (stripe.sent, stripe.reversed) == (1, int(is_back))
    assert wallet(grace.pk) - before == (2_000 if is_back else 0)
