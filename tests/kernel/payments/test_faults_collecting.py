"""Collecting from phones when the outside world misbehaves: nothing is doubled, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from pamoja.kernel.payments.actions.reviewing import resolve_attempt
from pamoja.kernel.payments.models import Collection, CollectionAttempt
from pamoja.kernel.payments.queries.collections import attempts_in_doubt
from pamoja.kernel.payments.rules.states import AttemptState, CollectionState, Doubt
from tests.kernel.payments.cast import ask, clearing, operator, wallet
from tests.world import a_member

if TYPE_CHECKING:
    from tests.kernel.payments.outside import Outside

pytestmark = pytest.mark.committed

Collect = Callable[..., Collection]
RunJobs = Callable[[], Any]

# Long enough for every question and every attempt that may follow. Units: seconds after the last step.
A_DAY_S = (15, 50, 70, 600, 11_000, 87_000)

OVERCOME = [
    "token_expires",
    "spike_arrest",
    "too_many_requests",
    "internal_error",
    "html_error",
    "request_lost",
    "answer_lost",
    "callback_before_answer",
    "callback_lost",
    "callback_duplicated",
    "callback_late",
    "callback_reordered",
    "callback_as_text",
    "forged_unknown",
    "forged_success",
    "late_success",
    "query_lags",
]


def test_without_any_trouble_is_done_at_once(outside: Outside, collect: Collect, run_jobs: RunJobs) -> None:
    collection = collect(500)

    run_jobs()
    outside.sweep()

    collection.refresh_from_db()
    assert collection.state == CollectionState.CONFIRMED
    assert (wallet(collection.member_id), outside.moved("in")) == ((500, 500), 500)
    assert collection.attempts.get().receipt


def test_ends_paid_and_posted_despite_each_fault(
    community: object, outside: Outside, run_jobs: RunJobs, subtests: pytest.Subtests
) -> None:
    asked: dict[str, tuple[Collection, str]] = {}
    for number, fault in enumerate(OVERCOME):
        phone = f"2547110000{number:02}"
        outside.faults(**{fault: {"next": 1}})
        asked[fault] = ask(member_id=a_member("Juma Otieno", phone=f"+{phone}").pk, shillings=500), phone
        run_jobs()
        assert outside.has_struck(fault)

    outside.pass_time(*A_DAY_S)

    for fault, (collection, phone) in asked.items():
        with subtests.test(fault):
            collection.refresh_from_db()
            assert collection.state == CollectionState.CONFIRMED
            assert wallet(collection.member_id)[0] == outside.moved("in", msisdn=phone) >= 500
    assert clearing() == -outside.moved("in")
    # A second prompt may be paid, too, when the first one was not heard of; then a person is told.
    twice = [phone for _, phone in asked.values() if outside.moved("in", msisdn=phone) > 500]
    assert len(twice) == attempts_in_doubt().filter(doubt=Doubt.SURPLUS).count()
    assert not attempts_in_doubt().exclude(doubt__in=[Doubt.SURPLUS, Doubt.SILENCE]).exists()


def test_waits_for_a_person_when_the_amount_or_the_result_is_strange(
    community: object, outside: Outside, run_jobs: RunJobs
) -> None:
    asked = []
    for number, fault in enumerate(["callback_wrong_amount", "unknown_result_code"]):
        outside.faults(**{fault: {"next": 1}})
        asked.append(ask(member_id=a_member("Juma Otieno", phone=f"+25475600000{number}").pk, shillings=500))
        run_jobs()
    outside.pass_time(*A_DAY_S)
    for collection in asked:
        collection.refresh_from_db()
        assert (collection.state, wallet(collection.member_id)) == (CollectionState.REVIEW, (0, 0))
    wrong_amount, strange_result = (each.attempts.get() for each in asked)
    assert (strange_result.doubt, strange_result.result_code) == (Doubt.RESULT, "7531")
    assert outside.moved("in") == 500

    resolve_attempt(by=operator(), attempt_id=wrong_amount.pk, outcome="paid", reason="The statement says 500.")

    asked[0].refresh_from_db()
    assert asked[0].state == CollectionState.CONFIRMED
    assert [wallet(each.member_id)[0] for each in asked] == [500, 0]


def test_shows_a_person_the_prompt_that_nobody_ever_heard_of(
    outside: Outside, collect: Collect, run_jobs: RunJobs
) -> None:
    outside.faults(answer_lost={"next": 1}, callback_lost={"next": 1})
    collection = collect(500)
    run_jobs()
    outside.pass_time(*A_DAY_S)
    assert (wallet(collection.member_id)[0], outside.moved("in")) == (500, 1000)

    lost = attempts_in_doubt().get()
    assert (lost.state, lost.doubt) == (AttemptState.EXPIRED, Doubt.SILENCE)
    resolve_attempt(by=operator(), attempt_id=lost.pk, outcome="paid", reason="It is on the statement.")

    assert wallet(collection.member_id)[0] == 1000
    assert CollectionAttempt.objects.get(pk=lost.pk).doubt == Doubt.SURPLUS


def test_is_tried_again_when_the_member_did_not_pay(
    community: object, outside: Outside, run_jobs: RunJobs, subtests: pytest.Subtests
) -> None:
    asked: dict[str, tuple[Collection, str]] = {}
    for answer, code in {"cancel": "1032", "insufficient": "1", "wrong_pin": "2001", "unreachable": "1037"}.items():
        phone = f"2547550{code:0>5}"
        outside.autopilot(answer)
        asked[code] = ask(member_id=a_member("Juma Otieno", phone=f"+{phone}").pk, shillings=500), phone
        run_jobs()
        outside.settle()
    outside.pass_time(15)
    for code, (collection, _) in asked.items():
        collection.refresh_from_db()
        assert (collection.state, collection.reason_code) == (CollectionState.FAILED, code)

    outside.autopilot("pin")
    outside.pass_time(700, 60)

    for code, (collection, phone) in asked.items():
        with subtests.test(code):
            collection.refresh_from_db()
            assert collection.state == CollectionState.CONFIRMED
            assert wallet(collection.member_id)[0] == outside.moved("in", msisdn=phone) == 500


def test_gives_up_after_the_last_attempt(outside: Outside, collect: Collect, run_jobs: RunJobs) -> None:
    outside.autopilot("cancel")
    collection = collect(500, attempts_max=2)

    run_jobs()
    outside.pass_time(*A_DAY_S)

    collection.refresh_from_db()
    assert (collection.state, collection.reason_code) == (CollectionState.GIVEN_UP, "1032")
    assert collection.attempts.count() == 2
    assert (wallet(collection.member_id)[0], outside.moved("in")) == (0, 0)
