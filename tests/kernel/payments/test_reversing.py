"""A payment by M-PESA that is given back ..."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pamoja.foundation.money import Money
from pamoja.kernel.payments.errors import AmountNotWhole, NotRefundable, RefundTooLarge
from pamoja.kernel.payments.models import Collection, Refund

if TYPE_CHECKING:
    from pamoja.kernel.identity.public import Member
    from tests.kernel.payments.outside import Outside

FAULTS: list[dict[str, Any]] = [
    {"callback_duplicated": {"next": 1}},
    {"answer_lost": {"next": 1}, "callback_lost": {"next": 1}},
    {"timeout_after_effect": {"next": 1}, "forged_success": {"next": 1}},
]


def paid(outside: Outside, collect: Any) -> Collection:
    collection: Collection = collect(500)
    outside.pass_time(1, 15)
    collection.refresh_from_db()
    assert collection.state == "confirmed"
    return collection


@pytest.mark.committed
def test_leaves_the_wallet_once_whatever_is_lost(outside: Outside, amina: Member, collect: Any) -> None:
    from pamoja.kernel.payments.actions.refunding import refund_payment
    from tests.kernel.payments.cast import clearing, operator, wallet

    for number, faults in enumerate(FAULTS, start=1):
        collection = paid(outside, collect)
        outside.faults(**{kind: fault | {"scope": "reversal"} for kind, fault in faults.items()})
        asked: dict[str, Any] = {"by": operator(), "collection_id": collection.pk, "reason": "Paid in error"}
        refund = refund_payment(**asked, key=f"r{number}", amount=Money(30_000, "KES"))
        outside.pass_time(1, 40)

        refund.refresh_from_db()
        assert (refund.state, wallet(amina.pk)) == ("succeeded", (200 * number, 200 * number)), faults
        assert (outside.moved("out"), clearing()) == (300 * number, -200 * number)
        with pytest.raises(RefundTooLarge):
            refund_payment(**asked, key=f"more{number}", amount=Money(10_000, "KES"))


@pytest.mark.committed
def test_stays_in_the_wallet_when_mpesa_will_not_have_it(outside: Outside, amina: Member, collect: Any) -> None:
    from pamoja.kernel.payments.actions.refunding import refund_payment
    from pamoja.kernel.payments.models import Case, CollectionAttempt
    from tests.kernel.payments.cast import clearing, operator, wallet

    collection = paid(outside, collect)
    asked: dict[str, Any] = {"by": operator(), "collection_id": collection.pk, "reason": "Paid in error"}
    with pytest.raises(AmountNotWhole):
        refund_payment(**asked, key="cents", amount=Money(10_050, "KES"))
    with outside.shortcode_holding(100):
        refund = refund_payment(**asked, key="r")
        outside.pass_time(1, 40)

    refund.refresh_from_db()
    assert (refund.state, wallet(amina.pk), clearing()) == ("failed", (500, 500), -500)
    assert Case.objects.get().kind == "refund"
    assert outside.moved("out") == 0
    later = collect(200)
    attempt = CollectionAttempt.objects.filter(collection=later).first()
    assert attempt is None or attempt.receipt is None
    with pytest.raises(NotRefundable):
        refund_payment(by=operator(), collection_id=later.pk, reason="Not paid yet", key="too early")
    assert Refund.objects.count() == 1
