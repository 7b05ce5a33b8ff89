"""Settling an attempt ..."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pamoja.foundation import clock
from pamoja.kernel.audit.public import facts
from pamoja.kernel.payments.actions import noting, settling
from pamoja.kernel.payments.actions.collecting import begin_attempt
from pamoja.kernel.payments.errors import RailFailure
from pamoja.kernel.payments.models import Collection, CollectionAttempt
from pamoja.kernel.payments.queries.collections import attempts_in_doubt
from pamoja.kernel.payments.rules.states import AttemptState, CollectionState, Doubt
from tests.kernel.payments.cast import answered, claimed, clearing, submitted, wallet

Collect = Callable[..., Collection]


def test_posts_once_however_often_it_is_told(collect: Collect) -> None:
    collection = collect(500)
    attempt = submitted(collection)

    for _ in range(3):
        answered(attempt, "0")

    assert (wallet(collection.member_id), clearing()) == ((500, 500), -500)
    assert facts(name="payments.collection_confirmed").count() == 1


def test_keeps_what_is_paid_paid(collect: Collect) -> None:
    collection = collect(500)
    attempt = answered(submitted(collection), "0")

    for code in ("1032", None, "7531"):
        attempt = answered(attempt, code)

    collection.refresh_from_db()
    assert (attempt.state, collection.state, wallet(collection.member_id)[0]) == (
        AttemptState.PAID,
        CollectionState.CONFIRMED,
        500,
    )


def test_takes_the_receipt_from_a_webhook_before_or_after(collect: Collect) -> None:
    before, after = submitted(collect(500), "ws_1"), submitted(collect(500), "ws_2")

    claimed(before, "ws_1", receipt="AAA1111111")
    answered(before, "0", "ws_1")
    answered(after, "0", "ws_2")
    claimed(after, "ws_2", receipt="BBB2222222")

    before.refresh_from_db()
    after.refresh_from_db()
    assert (before.receipt, after.receipt) == ("AAA1111111", "BBB2222222")


def test_posts_nothing_for_a_webhook_alone(collect: Collect) -> None:
    collection = collect(500)
    attempt = submitted(collection)

    claimed(attempt, "ws_CO_1")

    attempt.refresh_from_db()
    assert (attempt.state, wallet(collection.member_id)) == (AttemptState.ACCEPTED, (0, 0))
    assert attempt.next_query_at is not None
    assert attempt.next_query_at <= clock.now()


def test_does_not_listen_to_an_address_that_is_not_allowed(collect: Collect) -> None:
    attempt = submitted(collect(500))
    due_before = attempt.next_query_at

    row = claimed(attempt, "ws_CO_1", is_trusted=False, shillings=1)

    attempt.refresh_from_db()
    assert (row.note, attempt.next_query_at) == ("source not allowed", due_before)
    attempt = answered(attempt, "0")
    assert (attempt.state, attempt.receipt, attempt.doubt) == (AttemptState.PAID, None, "")


def test_lets_a_person_look_when_another_amount_is_claimed(collect: Collect) -> None:
    collection = collect(500)
    attempt = submitted(collection)
    claimed(attempt, "ws_CO_1", shillings=501)

    for _ in range(2):
        attempt = answered(attempt, "0")

    collection.refresh_from_db()
    assert (attempt.state, attempt.doubt) == (AttemptState.REVIEW, Doubt.AMOUNT)
    assert (collection.state, wallet(collection.member_id)) == (CollectionState.REVIEW, (0, 0))


def test_flags_another_amount_that_is_claimed_after_the_posting(collect: Collect) -> None:
    attempt = answered(submitted(collect(500)), "0")

    claimed(attempt, "ws_CO_1", shillings=501)

    assert attempts_in_doubt().get().doubt == Doubt.AMOUNT


def test_takes_no_receipt_when_two_are_claimed(collect: Collect) -> None:
    collection = collect(500)
    attempt = submitted(collection)
    claimed(attempt, "ws_CO_1", receipt="AAA1111111")
    claimed(attempt, "ws_CO_1", receipt="BBB2222222")

    attempt = answered(attempt, "0")

    assert (attempt.receipt, attempt.doubt, wallet(collection.member_id)[0]) == (None, Doubt.RECEIPT, 500)


def test_takes_no_receipt_that_another_payment_has(collect: Collect) -> None:
    first, second = submitted(collect(500), "ws_1"), submitted(collect(500), "ws_2")
    claimed(first, "ws_1", receipt="AAA1111111")
    claimed(second, "ws_2", receipt="AAA1111111")

    answered(first, "0", "ws_1")
    second = answered(second, "0", "ws_2")

    assert (second.state, second.receipt, second.doubt) == (AttemptState.PAID, None, Doubt.RECEIPT)


def test_ignores_a_webhook_about_another_prompt(collect: Collect) -> None:
    attempt = submitted(collect(500))

    row = claimed(attempt, "ws_CO_another", shillings=1)
    attempt = answered(attempt, "0")

    assert (row.note, attempt.state) == ("another prompt", AttemptState.PAID)


def test_grants_a_late_success_after_giving_up(collect: Collect) -> None:
    collection = collect(500, attempts_max=1)
    attempt = answered(submitted(collection), "1037")
    collection.refresh_from_db()
    assert (collection.state, attempt.next_query_at is not None) == (CollectionState.GIVEN_UP, True)

    answered(attempt, "0")

    collection.refresh_from_db()
    assert (collection.state, wallet(collection.member_id)[0]) == (CollectionState.CONFIRMED, 500)


def test_puts_a_second_payment_into_the_wallet_too_and_says_so(collect: Collect, clock: Any) -> None:
    collection = collect(500)
    first = answered(submitted(collection, "ws_1"), "1037", "ws_1")
    clock.turn_by(hours=1)
    answered(submitted(collection, "ws_2"), "0", "ws_2")

    first = answered(first, "0", "ws_1")

    assert (first.state, first.doubt, wallet(collection.member_id)[0]) == (AttemptState.PAID, Doubt.SURPLUS, 1000)
    assert facts(name="payments.surplus_received").count() == 1


@pytest.mark.parametrize("code", ["1032", "1", "2001", "1019"])
def test_lets_the_member_try_again(code: str, collect: Collect) -> None:
    collection = collect(500)

    answered(submitted(collection), code)

    collection.refresh_from_db()
    assert (collection.state, collection.reason_code) == (CollectionState.FAILED, code)
    assert facts(name="payments.collection_failed").count() == 1


@pytest.mark.parametrize("code", ["2", "8006", "2028"])
def test_gives_up_at_once_when_trying_again_is_no_use(code: str, collect: Collect) -> None:
    collection = collect(500)

    answered(submitted(collection), code)

    collection.refresh_from_db()
    assert (collection.state, collection.next_attempt_at) == (CollectionState.GIVEN_UP, None)


def test_asks_to_the_end_of_the_schedule_and_then_a_person(collect: Collect, clock: Any) -> None:
    collection = collect(500)
    attempt = submitted(collection)
    clock.turn_by(hours=23)
    attempt = answered(attempt, None)
    assert attempt.state == AttemptState.ACCEPTED

    clock.turn_by(hours=2)
    attempt = answered(attempt, None)

    collection.refresh_from_db()
    assert (attempt.state, attempt.doubt, collection.state) == (
        AttemptState.REVIEW,
        Doubt.SILENCE,
        CollectionState.REVIEW,
    )


def test_holds_two_minutes_after_a_push_without_an_answer(collect: Collect, clock: Any) -> None:
    collection = collect(500)
    order = begin_attempt(collection_id=collection.pk)
    assert order is not None
    failure = RailFailure("timed out", permanent=False, may_have_happened=True, code="unreachable")
    settling.record_no_acceptance(attempt_id=order.attempt_id, failure=failure)

    clock.turn_by(seconds=119)
    settling.expire_silent_attempt(attempt_id=order.attempt_id)
    assert CollectionAttempt.objects.get().state == AttemptState.SENT

    clock.turn_by(seconds=2)
    settling.expire_silent_attempt(attempt_id=order.attempt_id)
    assert CollectionAttempt.objects.get().state == AttemptState.EXPIRED
    collection.refresh_from_db()
    assert collection.state == CollectionState.FAILED


def test_counts_no_attempt_when_the_gate_refused(collect: Collect, clock: Any) -> None:
    collection = collect(500, attempts_max=1)
    order = begin_attempt(collection_id=collection.pk)
    assert order is not None

    failure = RailFailure("spike", permanent=False, may_have_happened=False, code="500.003.02")
    settling.record_no_acceptance(attempt_id=order.attempt_id, failure=failure)

    collection.refresh_from_db()
    assert collection.state == CollectionState.FAILED
    clock.turn_by(seconds=6)
    assert submitted(collection).number == 2


def test_gives_up_and_tells_us_when_our_request_is_refused_for_good(collect: Collect) -> None:
    collection = collect(500)
    order = begin_attempt(collection_id=collection.pk)
    assert order is not None

    failure = RailFailure("wrong credentials", permanent=True, may_have_happened=False, code="500.001.1001")
    settling.record_no_acceptance(attempt_id=order.attempt_id, failure=failure)

    collection.refresh_from_db()
    assert collection.state == CollectionState.GIVEN_UP
    assert attempts_in_doubt().get().doubt == Doubt.REFUSED


def test_keeps_an_unreadable_webhook_and_goes_on(collect: Collect) -> None:
    from pamoja.kernel.payments.providers.rails import read_notice

    attempt = submitted(collect(500))
    row = claimed(attempt, "ws_CO_1", body=b"\xff\x00 not json")

    assert (row.note, row.raw) == ("unreadable", b"\xff\x00 not json")
    assert noting.note_webhooks(read=read_notice) == 0
