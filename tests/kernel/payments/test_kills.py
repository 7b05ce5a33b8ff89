"""A process killed between two actions leaves a state from which the next sweep recovers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection

from pamoja.kernel.payments.actions import asking, paying_out
from pamoja.kernel.payments.actions.collecting import begin_attempt
from pamoja.kernel.payments.models import Collection, Payout
from pamoja.kernel.payments.providers.rails import rail_named
from pamoja.kernel.payments.rules.states import CollectionState, PayoutState
from tests.kernel.payments.cast import ask, clearing, send, wallet
from tests.world import a_member

if TYPE_CHECKING:
    from tests.kernel.payments.outside import Outside

pytestmark = pytest.mark.committed

A_DAY_S = (15, 50, 70, 130, 600, 11_000, 87_000)


def forget_jobs() -> None:
    """The worker had taken them when it was killed."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def test_collections_are_paid_once_although_killed(
    community: object, outside: Outside, subtests: pytest.Subtests
) -> None:
    asked: dict[str, tuple[Collection, str]] = {}
    for number, killed in enumerate(["before it began", "before the push", "after the push"]):
        phone = f"2547330000{number:02}"
        collection = ask(member_id=a_member("Juma Otieno", phone=f"+{phone}").pk, shillings=500)
        asked[killed] = collection, phone
        if killed != "before it began":
            order = begin_attempt(collection_id=collection.pk)
            assert order is not None
            if killed == "after the push":
                rail_named("mpesa").collect(order)
    forget_jobs()

    outside.pass_time(*A_DAY_S)

    for killed, (collection, phone) in asked.items():
        with subtests.test(killed):
            collection.refresh_from_db()
            assert collection.state == CollectionState.CONFIRMED
            assert wallet(collection.member_id)[0] == outside.moved("in", msisdn=phone) == 500
    assert -clearing() == outside.moved("in") == 500 * len(asked)


def test_payouts_are_sent_once_although_killed(community: object, outside: Outside, subtests: pytest.Subtests) -> None:
    sent: dict[str, tuple[Payout, str]] = {}
    for number, killed in enumerate(["while asking", "before it began", "before it was sent", "after it was sent"]):
        phone = f"2547440000{number:02}"
        payout = send(member_id=a_member("Juma Otieno", phone=f"+{phone}").pk, shillings=300, filled=500)
        sent[killed] = payout, phone
        if killed != "before it began":
            order = paying_out.begin_payout(payout_id=payout.pk)
            assert order is not None
            if killed != "before it was sent":
                rail_named("mpesa").pay_out(order)
            if killed == "while asking":
                outside.settle()
                asking.take_due_payouts()
    forget_jobs()

    outside.pass_time(*A_DAY_S)

    for killed, (payout, phone) in sent.items():
        with subtests.test(killed):
            payout.refresh_from_db()
            assert payout.state == PayoutState.CONFIRMED
            assert wallet(payout.member_id) == (200, 200)
            assert outside.moved("out", msisdn=phone) == 300
    assert clearing() == outside.moved("out") == 300 * len(sent)
