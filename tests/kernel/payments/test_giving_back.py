"""Refunds, disputes and the comparison of books, against Stripe as the sandbox plays it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pamoja.foundation.money import Money
from pamoja.kernel.payments.errors import DisputeClosed, RefundTooLarge
from pamoja.kernel.payments.models import Case, Collection, Dispute

if TYPE_CHECKING:
    from pamoja.kernel.identity.public import Member
    from tests.kernel.payments.cards import Bank
    from tests.kernel.payments.outside import Outside

pytestmark = pytest.mark.committed


def paid(outside: Outside, bank: Bank, member: Member, token: str = "pm_card_visa") -> Collection:  # noqa: S107 - a test card
    from tests.kernel.payments.cards import ask

    bank.card(member.pk, token)
    collection = ask(member.pk)
    outside.sweep()
    collection.refresh_from_db()
    assert collection.state == "confirmed"
    return collection


def told(member: Member) -> list[str]:
    """What the member was told of it, in order."""
    from pamoja.kernel.messaging.public import messages_of

    said = [each.template.removeprefix("payments/") for each in messages_of(member.pk)]
    return [each for each in reversed(said) if each.startswith(("refund", "dispute"))]


def test_a_refund_leaves_the_wallet_once_and_comes_back_when_the_bank_will_not_have_it(
    outside: Outside, bank: Bank, grace: Member
) -> None:
    from pamoja.kernel.payments.actions.refunding import refund_payment
    from tests.kernel.payments.cards import clearing, wallet
    from tests.kernel.payments.cast import operator

    collection = paid(outside, bank, grace)
    asked: dict[str, Any] = {"by": operator(), "collection_id": collection.pk, "reason": "Paid in error", "key": "r"}

    refunds = [refund_payment(**asked, amount=Money(2_000, "GBP")) for _ in range(2)]
    outside.sweep()

    refunds[0].refresh_from_db()
    assert (refunds[0].pk, refunds[0].state) == (refunds[1].pk, "succeeded")
    assert (wallet(grace.pk), clearing()) == (3_000, -3_000)
    with pytest.raises(RefundTooLarge):
        refund_payment(**asked | {"key": "more"}, amount=Money(3_001, "GBP"))

    bank.does(refunds[0].rail_id, "end-refund", fails=True)
    outside.sweep()
    refunds[0].refresh_from_db()
    assert refunds[0].state == "failed"
    assert (wallet(grace.pk), clearing()) == (5_000, -5_000)
    assert Case.objects.get().kind == "refund"
    assert told(grace) == ["refund_begun", "refund_arrived", "refund_failed"]


def test_a_lost_dispute_takes_what_is_left_and_the_community_bears_the_rest(
    outside: Outside, bank: Bank, grace: Member
) -> None:
    from django.db import transaction

    from pamoja.kernel.ledger.public import Transfer, balance, post, wallet_of
    from pamoja.kernel.payments.actions.disputing import answer_dispute
    from pamoja.kernel.payments.queries.accounts import community_account
    from tests.kernel.payments.cards import attempt_of, clearing, wallet
    from tests.kernel.payments.cast import operator

    def ours(purpose: str) -> int:
        with transaction.atomic():
            return balance(community_account(purpose, "GBP")).posted.amount_minor

    collection = paid(outside, bank, grace)
    with transaction.atomic():
        pot = community_account("pots", "GBP")
        spent = Transfer(debit=wallet_of(grace.pk, "GBP"), credit=pot, amount=Money(4_000, "GBP"))
        post(key="spent", transfers=[spent], description="Into the pot")

    bank.does(str(attempt_of(collection).receipt), "dispute")
    outside.sweep()
    dispute = Dispute.objects.get()
    assert (dispute.state, dispute.held_minor, ours("disputed")) == ("open", 1_000, -5_000)
    assert Case.objects.get().due_at == dispute.due_at

    answer_dispute(by=operator(), dispute_id=dispute.pk, evidence="losing_evidence")
    with pytest.raises(DisputeClosed):
        answer_dispute(by=operator(), dispute_id=dispute.pk, evidence="once more")
    bank.does(dispute.rail_id, "decide", won=False)
    for _ in range(2):
        outside.sweep()

    dispute.refresh_from_db()
    assert (dispute.state, dispute.lost_minor, wallet(grace.pk)) == ("lost", 4_000, 0)
    assert (ours("disputed"), ours("losses"), ours("fees")) == (0, -4_000, -dispute.fee_minor)
    assert clearing() == dispute.fee_minor
    assert Case.objects.get().resolved_at is not None
    assert told(grace) == ["dispute_opened", "dispute_lost"]


def test_a_dispute_that_is_won_changes_nothing(outside: Outside, bank: Bank, grace: Member) -> None:
    from tests.kernel.payments.cards import attempt_of, clearing, wallet

    collection = paid(outside, bank, grace)
    bank.does(str(attempt_of(collection).receipt), "dispute")
    outside.sweep()
    dispute = Dispute.objects.get()

    bank.does(dispute.rail_id, "decide", won=True)
    outside.sweep()

    dispute.refresh_from_db()
    assert (dispute.state, dispute.withdrawn_minor, wallet(grace.pk)) == ("won", 0, 5_000)
    assert clearing() == -5_000 + dispute.fee_minor
    assert told(grace) == ["dispute_opened", "dispute_won"]


def test_books_that_disagree_become_cases_and_fees_are_posted_once(outside: Outside, bank: Bank, grace: Member) -> None:
    from pamoja.kernel.payments.jobs import reconcile_community
    from tests.kernel.payments.cards import clearing

    paid(outside, bank, grace)
    outside.pass_time(3_600)

    first, second = reconcile_community(), reconcile_community()
    assert first == second is not None
    assert (first.lines, first.differences) == (1, 0)
    assert clearing() == -5_000 + first.fees_minor

    customer = bank.post("/v1/customers", name="Somebody")["id"]
    stray = bank.post(
        "/v1/payment_intents", amount="700", currency="gbp", confirm="true", payment_method="pm_card_visa",
        customer=customer, **{"payment_method_types[]": "card", "metadata[community]": grace.community_id.hex},
    )  # fmt: skip
    found = reconcile_community()

    assert (found.differences, found.difference_minor) == (1, 700)
    assert Case.objects.get().subject == f"stripe:{stray['latest_charge']}"
