"""Cards and Direct Debits, against Stripe as the sandbox plays it, over real HTTP with real signed events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.conf import settings

from pamoja.kernel.payments.models import WebhookInbox
from pamoja.kernel.payments.rules.states import AttemptState, CollectionState
from tests.harness.servers import NO_AUTHORITIES

if TYPE_CHECKING:
    from pamoja.kernel.communities.public import Community
    from pamoja.kernel.identity.public import Member
    from tests.kernel.payments.cards import Bank
    from tests.kernel.payments.outside import Outside

pytestmark = pytest.mark.committed


def test_a_card_is_charged_once_and_lands_in_the_wallet(outside: Outside, bank: Bank, grace: Member) -> None:
    from tests.kernel.payments.cards import ask, attempt_of, clearing, wallet

    bank.card(grace.pk)
    collection = ask(grace.pk)

    outside.sweep()
    outside.sweep()

    collection.refresh_from_db()
    assert collection.state == CollectionState.CONFIRMED
    assert attempt_of(collection).receipt.startswith("ch_")
    assert (bank.charged(grace.pk), wallet(grace.pk), clearing()) == (5_000, 5_000, -5_000)
    assert WebhookInbox.objects.filter(kind="event", claimed_code="payment_intent.succeeded").count() == 1


def test_a_lost_answer_is_found_and_never_charged_again(outside: Outside, bank: Bank, grace: Member) -> None:
    from tests.kernel.payments.cards import ask, attempt_of, wallet

    bank.card(grace.pk)
    outside.faults(answer_lost={"next": 1, "scope": "stripe"}, callback_lost={"probability": 1, "scope": "stripe"})
    collection = ask(grace.pk)

    outside.sweep()
    assert attempt_of(collection).state == AttemptState.SENT
    outside.pass_time(150, 600)

    collection.refresh_from_db()
    assert collection.state == CollectionState.CONFIRMED
    assert (bank.charged(grace.pk), wallet(grace.pk), collection.attempts.count()) == (5_000, 5_000, 1)


def test_a_declined_card_is_tried_again_another_day(outside: Outside, bank: Bank, grace: Member) -> None:
    from tests.kernel.payments.cards import ask, attempt_of, wallet

    bank.card(grace.pk, "pm_card_chargeCustomerFail")
    collection = ask(grace.pk)

    outside.sweep()

    collection.refresh_from_db()
    assert (collection.state, wallet(grace.pk), bank.charged(grace.pk)) == (CollectionState.FAILED, 0, 0)
    assert "declined" in collection.reason
    assert attempt_of(collection).state == AttemptState.FAILED
    assert collection.next_attempt_at is not None


def test_a_bank_that_wants_the_member_is_answered_on_its_page(outside: Outside, bank: Bank, grace: Member) -> None:
    from pamoja.kernel.payments.actions.collecting import try_collection_again
    from tests.kernel.payments.cards import ask, attempt_of, wallet

    bank.card(grace.pk, "pm_card_authenticationRequired")
    collection = ask(grace.pk)
    outside.sweep()
    collection.refresh_from_db()
    assert (collection.state, collection.reason_code) == (CollectionState.FAILED, "authentication_required")

    from django.db import transaction

    with transaction.atomic():
        try_collection_again(collection.pk, is_attended=True)
    outside.sweep()
    attempt = attempt_of(collection)
    assert attempt.action_url.startswith(settings.PAMOJA.sandbox_url)
    bank.does(attempt.checkout_request_id, "authenticate")
    outside.sweep()

    collection.refresh_from_db()
    assert (collection.state, wallet(grace.pk), bank.charged(grace.pk)) == (CollectionState.CONFIRMED, 5_000, 5_000)
    assert attempt_of(collection).action_url == ""


def test_a_direct_debit_is_waited_for_and_one_not_allowed_ends_the_way_to_pay(
    outside: Outside, bank: Bank, grace: Member
) -> None:
    from tests.kernel.payments.cards import ask, attempt_of, wallet

    debit = bank.card(grace.pk, "pm_bacsDebit_success")
    first, second = ask(grace.pk), ask(grace.pk, 700)
    outside.sweep()
    assert {attempt_of(first).state, attempt_of(second).state} == {AttemptState.ACCEPTED}

    bank.does(attempt_of(first).checkout_request_id, "debit", failure="")
    bank.does(attempt_of(second).checkout_request_id, "debit", failure="debit_not_authorized")
    outside.sweep()

    for each in (first, second, debit):
        each.refresh_from_db()
    assert (first.state, second.state) == (CollectionState.CONFIRMED, CollectionState.GIVEN_UP)
    assert (wallet(grace.pk), debit.state) == (5_000, "failed")


@pytest.mark.parametrize("header", ["", "t=1,v1=00"])
def test_refuses_what_stripe_did_not_sign(outside: Outside, bank: Bank, london: Community, header: str) -> None:
    address = f"http://127.0.0.1:{settings.PAMOJA.port}/hooks/stripe/{london.pk.hex}"

    answer: Any = httpx.post(
        address, content=b'{"id": "evt_1"}', headers={"Stripe-Signature": header}, verify=NO_AUTHORITIES
    )

    assert answer.status_code == 400
    assert not WebhookInbox.objects.exists()
