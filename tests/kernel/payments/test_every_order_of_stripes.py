"""Whatever order, repetition and loss Stripe's events come in, a last question leads to the same end."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from pamoja.foundation.money import Money
from pamoja.kernel.payments.actions import asking, disputing, refunding, settling
from pamoja.kernel.payments.actions.collecting import begin_attempt
from pamoja.kernel.payments.actions.hinting import heed_events
from pamoja.kernel.payments.models import CollectionAttempt, Customer, Dispute, Method, Refund
from pamoja.kernel.payments.rules.messages import CollectionAnswer, DisputeAnswer, Notice, RefundAnswer, Submission
from tests.harness.thoroughness import examples
from tests.kernel.payments.cards import ask, wallet
from tests.kernel.payments.cast import operator

if TYPE_CHECKING:
    from pamoja.kernel.identity.public import Member

_numbers = itertools.count(1)

PAID, REFUND = 5_000, 2_000
# What is true at Stripe, in the order in which it becomes true: payment, refund, dispute.
BY_CARD = [
    ("requires_action", "", ""),
    ("succeeded", "", ""),
    ("succeeded", "pending", ""),
    ("succeeded", "succeeded", ""),
    ("succeeded", "succeeded", "needs_response"),
    ("succeeded", "succeeded", "lost"),
]
# A debit that fails after it had succeeded is told as a dispute which nobody may answer.
BY_DEBIT = [
    ("processing", "", ""),
    ("succeeded", "", ""),
    ("succeeded", "", "needs_response"),
    ("succeeded", "", "lost"),
]
EVENTS = [
    "payment_intent.requires_action", "payment_intent.processing", "payment_intent.succeeded", "refund.created",
    "refund.updated", "charge.dispute.created", "charge.dispute.closed",
]  # fmt: skip
STEPS = some.lists(some.sampled_from([*EVENTS, "asked", "on", "on"]), max_size=14)


class Life:
    """One payment, the truth about it at Stripe, and what we are told of it."""

    def __init__(self, member_id: Any, truths: list[tuple[str, str, str]]) -> None:
        self.rail_id, self._truths, self._at = f"pi_life{next(_numbers)}", truths, 0
        self.member_id, self.before = member_id, wallet(member_id)
        order = begin_attempt(collection_id=ask(member_id, PAID, attempts_max=1).pk)
        assert order is not None
        self.attempt_id = order.attempt_id
        settling.record_acceptance(attempt_id=self.attempt_id, submission=Submission(rail_id=self.rail_id))

    @property
    def attempt(self) -> CollectionAttempt:
        return CollectionAttempt.objects.get(pk=self.attempt_id)

    def happens(self, step: str) -> None:
        if step == "on":
            self._at = min(self._at + 1, len(self._truths) - 1)
        elif step == "asked":
            self.asked()
        else:
            self.told(step)

    def told(self, event: str) -> None:
        """An event: early, late, again, or of what was never true; it only makes a question due."""
        subject = {"payment_intent": self.rail_id, "refund": f"re_{self.rail_id}", "charge": f"dp_{self.rail_id}"}
        notice = Notice(rail_id=subject[event.partition(".")[0]], other_id=self.rail_id, code=event)
        is_dispute = event.startswith("charge.dispute")
        if is_dispute and not self._truths[self._at][2]:
            return  # Nobody can name a dispute before there is one.
        with transaction.atomic():
            heed_events("stripe", [notice, notice])

    def asked(self) -> None:
        """The sweep: whatever is due is asked about, and answered with what is true now."""
        payment, refund, dispute = self._truths[self._at]
        for question in asking.take_due_attempts():
            url = "https://bank.example" if payment == "requires_action" else ""
            receipt = f"ch_{self.rail_id}" if payment == "succeeded" else ""
            answer = CollectionAnswer(rail_id=self.rail_id, code=payment, receipt=receipt, action_url=url)
            settling.apply_answer(attempt_id=question.attempt_id, answer=answer)
        if self._gives_back and self.attempt.state == "paid" and not self.attempt.refunds.exists():
            refunding.refund_payment(
                by=operator(), collection_id=self.attempt.collection_id, reason="In error", key=self.rail_id,
                amount=Money(REFUND, "GBP"),
            )  # fmt: skip
        for order, _, _ in refunding.take_due_refunds():
            said = RefundAnswer(rail_id=f"re_{self.rail_id}", state=refund or "pending")
            refunding.record_refund(refund_id=order.refund_id, answer=said)
        for each in disputing.take_due_disputes():
            withdrawn = PAID if dispute else 0
            told = DisputeAnswer(
                rail_id=each.rail_id, payment_id=self.rail_id, receipt=f"ch_{self.rail_id}", state=dispute,
                reason="fraudulent", amount=Money(PAID, "GBP"), withdrawn_minor=withdrawn, fee_minor=0, due_at=None,
            )  # fmt: skip
            disputing.record_dispute(dispute_id=each.pk, answer=told)

    def ends(self) -> None:
        """Each thing is named once more, as the nightly comparison names what no event told, and asked about."""
        for _ in range(2):
            self._at = len(self._truths) - 1
            for event in ("payment_intent.succeeded", "refund.updated", "charge.dispute.closed"):
                self.told(event)
            self.asked()

    @property
    def _gives_back(self) -> bool:
        return any(refund for _, refund, _ in self._truths)


@settings(
    max_examples=examples(4, long=200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS, truths=some.sampled_from([BY_CARD, BY_DEBIT]))
def test_every_life_of_a_payment_ends_alike(
    grace: Member, steps: list[str], truths: list[tuple[str, str, str]]
) -> None:
    if not Method.objects.exists():
        Customer.objects.create(member=grace, rail="stripe", rail_id="cus_1")
        Method.objects.create(
            member=grace, rail="stripe", kind="card", position=1, state="verified", number="", rail_id="pm_1",
            verified_at=grace.joined_at,
        )  # fmt: skip
    life = Life(grace.pk, truths)

    for step in steps:
        life.happens(step)
    life.ends()

    dispute = Dispute.objects.get(rail_id=f"dp_{life.rail_id}")
    states = [each.state for each in Refund.objects.filter(attempt_id=life.attempt_id)]
    assert life.attempt.state == "paid"
    assert states == (["succeeded"] if truths is BY_CARD else [])
    # The bank took all of it: what was left in the wallet went back, the rest is the community's loss.
    kept = life.before + PAID - (REFUND if truths is BY_CARD else 0)
    assert (dispute.state, dispute.held_minor, dispute.lost_minor) == ("lost", min(kept, PAID), PAID - min(kept, PAID))
    assert wallet(grace.pk) == kept - min(kept, PAID)
