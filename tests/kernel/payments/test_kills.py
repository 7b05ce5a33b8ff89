"""A process killed between two actions leaves a state from which the next sweep recovers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from pamoja.kernel.payments.actions import asking, paying_out
from pamoja.kernel.payments.actions.collecting import begin_attempt
from pamoja.kernel.payments.models import Collection, Payout
from pamoja.kernel.payments.providers.rails import rail_named
from pamoja.kernel.payments.rules.states import CollectionState, PayoutState
from tests.kernel.payments.cast import clearing, wallet

if TYPE_CHECKING:
    from tests.kernel.payments.outside import Outside

pytestmark = pytest.mark.committed

A_DAY_S = (15, 50, 70, 130, 600, 11_000, 87_000)


def forget_jobs() -> None:
    """The worker had taken them when it was killed."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.mark.parametrize("killed", ["before it began", "before the push", "after the push"])
def test_a_collection_is_paid_once_although_killed(
    killed: str, outside: Outside, collect: Callable[..., Collection]
) -> None:
    collection = collect(500)
    if killed != "before it began":
        order = begin_attempt(collection_id=collection.pk)
        assert order is not None
        if killed == "after the push":
            rail_named("mpesa").collect(order)
    forget_jobs()

    outside.pass_time(*A_DAY_S)

    collection.refresh_from_db()
    assert collection.state == CollectionState.CONFIRMED
    assert wallet(collection.member_id)[0] == outside.moved("in") == -clearing() == 500


@pytest.mark.parametrize("killed", ["before it began", "before it was sent", "after it was sent", "while asking"])
def test_a_payout_is_sent_once_although_killed(killed: str, outside: Outside, pay_out: Callable[..., Payout]) -> None:
    payout = pay_out(300, filled=500)
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

    payout.refresh_from_db()
    assert payout.state == PayoutState.CONFIRMED
    assert (wallet(payout.member_id), outside.moved("out"), clearing()) == ((200, 200), 300, 300)
