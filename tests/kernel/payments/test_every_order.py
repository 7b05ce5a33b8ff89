"""Whatever order, repetition and loss an attempt's events come in, a last question leads to the same end."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from pamoja.foundation.actions import SYSTEM
from pamoja.kernel.payments.actions import asking, noting, settling
from pamoja.kernel.payments.actions.collecting import begin_attempt
from pamoja.kernel.payments.errors import RailFailure
from pamoja.kernel.payments.models import Collection, CollectionAttempt
from pamoja.kernel.payments.providers.rails import read_notice
from pamoja.kernel.payments.queries.collections import candidate_ids
from pamoja.kernel.payments.rules.messages import CollectionAnswer, Submission
from pamoja.kernel.payments.rules.states import AttemptState, CollectionState, Doubt
from tests.harness.thoroughness import examples
from tests.kernel.payments.cast import ask, came_in, push_callback, wallet

_numbers = itertools.count(1)

EVENTS = [
    "accepted",
    "answer lost",
    "true callback",
    "noted",
    "asked",
    "still pending",
    "says 1037 for now",
    "silence",
    "three minutes",
    "thirty hours",
    "forged failure",
    "stranger's success",
]
EXAMPLES = examples(8, long=200)
ORDERS = some.lists(some.sampled_from(EVENTS), max_size=12)


class Life:
    """One attempt, and the truth about it."""

    def __init__(self, member_id: Any, clock: Any, code: str) -> None:
        self.clock = clock
        self.code, self.rail_id = code, f"ws_CO_life_{next(_numbers)}"
        self.collection: Collection = ask(member_id=member_id, shillings=500, attempts_max=1)
        order = begin_attempt(collection_id=self.collection.pk)
        assert order is not None
        self.attempt_id = order.attempt_id

    @property
    def attempt(self) -> CollectionAttempt:
        return CollectionAttempt.objects.get(pk=self.attempt_id)

    def happens(self, event: str) -> None:
        failure = RailFailure("lost", permanent=False, may_have_happened=True, code="unreachable")
        deeds: dict[str, Callable[[], Any]] = {
            "accepted": self.accepted,
            "answer lost": lambda: settling.record_no_acceptance(attempt_id=self.attempt_id, failure=failure),
            "true callback": lambda: came_in(self.attempt, self.callback()),
            "noted": self.noted,
            "asked": lambda: self.asked(self.code),
            "still pending": lambda: self.asked(None),
            "says 1037 for now": lambda: self.asked("1037"),
            "silence": lambda: settling.expire_silent_attempt(by=SYSTEM, attempt_id=self.attempt_id),
            "three minutes": lambda: self.clock.turn_by(minutes=3),
            "thirty hours": lambda: self.clock.turn_by(hours=30),
            "forged failure": lambda: came_in(self.attempt, push_callback(self.rail_id, 1032)),
            "stranger's success": lambda: came_in(
                self.attempt, push_callback(self.rail_id, receipt="FORGED0000", shillings=1), is_trusted=False
            ),
        }
        deeds[event]()

    def callback(self) -> bytes:
        return push_callback(self.rail_id, int(self.code), receipt=f"R{self.rail_id[-8:].replace('_', '0').upper()}")

    def accepted(self) -> None:
        submission = Submission(rail_id=self.rail_id, other_id="m")
        settling.record_acceptance(attempt_id=self.attempt_id, submission=submission)

    def noted(self) -> None:
        noting.note_webhooks(read=read_notice)

    def asked(self, code: str | None) -> None:
        # The rail can be asked only once its id for the prompt is known, from its answer or a webhook.
        self.noted()
        asking.take_due_attempts()
        if self.attempt.checkout_request_id or candidate_ids(self.attempt):
            settling.apply_answer(
                attempt_id=self.attempt_id, answer=CollectionAnswer(rail_id=self.rail_id, code=code, text="said")
            )


@pytest.mark.parametrize("code", ["0", "1032"])
@settings(
    max_examples=examples(8, long=200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(events=ORDERS)
def test_ends_the_same(amina: Any, clock: Any, code: str, events: list[str]) -> None:
    life, before = Life(amina.pk, clock, code), wallet(amina.pk)[0]
    is_paid = code == "0"

    for event in events:
        life.happens(event)
    life.accepted()
    life.happens("true callback")
    life.asked(code)
    life.noted()

    life.collection.refresh_from_db()
    assert life.attempt.state == (AttemptState.PAID if is_paid else AttemptState.FAILED)
    assert life.collection.state == (CollectionState.CONFIRMED if is_paid else CollectionState.GIVEN_UP)
    assert wallet(amina.pk)[0] - before == (500 if is_paid else 0)
    assert bool(life.attempt.receipt) == is_paid
    assert life.attempt.doubt == Doubt.NONE


@settings(
    max_examples=examples(8, long=200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(events=ORDERS, place=some.integers(0, 12))
def test_another_amount_never_goes_unseen_and_never_posts_twice(
    amina: Any, clock: Any, events: list[str], place: int
) -> None:
    life, before = Life(amina.pk, clock, "0"), wallet(amina.pk)[0]
    chain: list[str] = [*events[:place], "lie", *events[place:]]

    for event in chain:
        if event == "lie":
            came_in(life.attempt, push_callback(life.rail_id, shillings=501))
        else:
            life.happens(event)
    life.accepted()
    life.asked("0")
    life.noted()

    assert life.attempt.doubt == Doubt.AMOUNT
    assert wallet(amina.pk)[0] - before in (0, 500)
    assert (wallet(amina.pk)[0] - before == 500) == (life.attempt.state == AttemptState.PAID)
