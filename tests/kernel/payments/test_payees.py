"""A member whom Stripe is to pay ..."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pamoja.kernel.payments.actions import payees as deeds
from pamoja.kernel.payments.errors import PayeeMissing, PayeeNotReady, RailFailure
from pamoja.kernel.payments.errors.safety import DestinationTooNew
from pamoja.kernel.payments.models import Method, Payee, Payout
from pamoja.kernel.payments.providers.stripe_connect import StripeConnect
from pamoja.kernel.payments.providers.stripe_http import StripeAccount, StripeHttp
from pamoja.kernel.payments.rules.onward import OnwardState, next_query_at
from pamoja.kernel.payments.rules.payees import PayeeSaid, PayeeStanding, in_words, standing_of

if TYPE_CHECKING:
    from pamoja.kernel.communities.public import Community
    from pamoja.kernel.identity.public import Member

BLANK = PayeeSaid(rail_id="acct_1", is_submitted=False, takes_transfers="inactive", is_paid_out=False)
READY = replace(BLANK, is_submitted=True, takes_transfers="active", is_paid_out=True, bank_id="ba_1", fingerprint="f1")
ASKED = replace(BLANK, is_submitted=True, missing=("individual.verification.document",))
S = PayeeStanding


@pytest.mark.parametrize(
    ("said", "before", "standing"),
    [
        (replace(READY, disabled_reason="rejected.fraud"), S.READY, S.REFUSED),
        (replace(READY, is_gone=True), None, S.REFUSED),
        (READY, None, S.READY),
        (replace(READY, missing=("individual.phone",)), None, S.READY),
        (BLANK, None, S.NEEDS_MORE),
        (ASKED, None, S.NEEDS_MORE),
        (ASKED, S.CHECKED, S.NEEDS_MORE),
        (ASKED, S.READY, S.RESTRICTED),
        (ASKED, S.RESTRICTED, S.RESTRICTED),
        (replace(ASKED, missing=(), is_checked=True), S.NEEDS_MORE, S.CHECKED),
        (replace(ASKED, missing=(), is_checked=True), S.RESTRICTED, S.CHECKED),
        (replace(ASKED, missing=(), takes_transfers="pending"), None, S.CHECKED),
        (replace(ASKED, missing=(), disabled_reason="under_review"), None, S.CHECKED),
        (replace(ASKED, missing=(), disabled_reason="platform_paused"), None, S.RESTRICTED),
        (replace(READY, is_paid_out=False), S.READY, S.RESTRICTED),
    ],
)
def test_stands_as_stripe_says(said: PayeeSaid, before: PayeeStanding | None, standing: PayeeStanding) -> None:
    assert standing_of(said, before) == standing


def test_is_told_in_words_what_is_missing() -> None:
    assert in_words(["individual.dob.day", "individual.dob.year", "person_1Mqj.verification.document", "x.y"]) == [
        "your date of birth",
        "a document that shows who you are",
        "more about you",
    ]


NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "after", "next_after"),
    [
        ("sent", timedelta(0), timedelta(seconds=20)),
        ("requested", timedelta(hours=3), timedelta(hours=12)),
        ("moving", timedelta(days=30), timedelta(days=31)),
        ("paid", timedelta(days=1), timedelta(days=3)),
        ("paid", timedelta(days=9), None),
        ("stuck", timedelta(0), None),
        ("came_back", timedelta(0), None),
    ],
)
def test_its_money_is_asked_about_until_nothing_can_happen_any_more(
    state: str, after: timedelta, next_after: timedelta | None
) -> None:
    found = next_query_at(OnwardState(state), since=NOW, paid_at=NOW, tries=1, now=NOW + after)

    assert found == (None if next_after is None else NOW + next_after)


# What the first and second key are answered with, in the order told; when it is in Stripe's list; and the end.
BROKEN = RailFailure("500", permanent=False, may_have_happened=True, code="500")
UNHEARD = RailFailure("lost", permanent=False, may_have_happened=True, code="unreachable")
BUSY = RailFailure("429", permanent=False, may_have_happened=False, code="rate_limit")
REFUSED = RailFailure("400", permanent=True, may_have_happened=False, code="balance_insufficient")

AFTERWARDS = "after the first key was used"

NOBODY = StripeConnect(StripeHttp(StripeAccount(base_url="http://127.0.0.1:1", secret_key="")))


@pytest.mark.parametrize(
    ("tries", "listed", "answers", "keys", "code"),
    [
        (1, False, [None], ["k"], ""),
        (1, True, [None], ["k"], ""),
        (2, True, [], [], ""),
        (2, False, [None], ["k"], ""),
        (2, False, [BROKEN, None], ["k", "k-2"], ""),
        (2, AFTERWARDS, [BROKEN], ["k"], ""),
        (2, False, [REFUSED, None], ["k", "k-2"], ""),
        (2, False, [BROKEN, BROKEN], ["k", "k-2"], "500"),
        (2, False, [UNHEARD], ["k"], "unreachable"),
        (2, False, [BUSY], ["k"], "rate_limit"),
        (3, False, [REFUSED, BUSY], ["k", "k-2"], "rate_limit"),
    ],
)
def test_a_deed_told_again_never_goes_under_a_new_key_while_an_old_one_is_open(
    tries: int, listed: bool | str, answers: list[RailFailure | None], keys: list[str], code: str
) -> None:
    used: list[str] = []

    def find() -> dict[str, Any] | None:
        return {"id": "found"} if listed is True or (listed == AFTERWARDS and used) else None

    def deed(key: str) -> dict[str, Any]:
        used.append(key)
        if failure := answers[len(used) - 1]:
            raise failure
        return {"id": "made"}

    said = ""
    try:
        NOBODY._under_keys(deed, find, key="k", tries=tries)
    except RailFailure as failure:
        said = failure.code

    assert (used, said) == (keys, code)


def test_is_paid_once_ready_and_not_before_a_new_bank_has_cooled(clock: Any, london: Community, grace: Member) -> None:
    from tests.kernel.payments.payees import send
    from tests.world import actor

    clock.turn_by(days=40)
    with pytest.raises(PayeeMissing):
        send(grace.pk)
    order = deeds.begin_payee(by=actor(grace))
    with pytest.raises(PayeeNotReady):
        send(grace.pk)
    assert deeds.begin_payee(by=actor(grace)) == replace(order, is_repeated=True)
    deeds.record_payee_opened(payee_id=order.payee_id, rail_id="acct_1")
    deeds.record_payee(payee_id=order.payee_id, said=READY)

    with pytest.raises(DestinationTooNew):
        send(grace.pk)
    clock.turn_by(days=4)
    assert send(grace.pk).state == "requested"
    deeds.record_payee(payee_id=order.payee_id, said=replace(READY, bank_id="ba_2", fingerprint="f2"))
    with pytest.raises(DestinationTooNew):
        send(grace.pk)
    assert (Payout.objects.count(), Payee.objects.get().bank_id) == (1, "ba_2")


def test_removed_and_added_again_is_the_same_to_stripe_and_new_to_us(london: Community, grace: Member) -> None:
    from pamoja.kernel.payments.actions.methods import remove_method
    from tests.world import actor

    first = deeds.begin_payee(by=actor(grace))
    deeds.record_payee_opened(payee_id=first.payee_id, rail_id="acct_1")
    deeds.record_payee(payee_id=first.payee_id, said=READY)
    remove_method(by=actor(grace), method_id=first.method_id)
    assert deeds.record_payee(payee_id=first.payee_id, said=ASKED).standing == "restricted"

    again = deeds.begin_payee(by=actor(grace))
    deeds.record_payee(payee_id=again.payee_id, said=READY)

    assert (again.payee_id, again.rail_id) == (first.payee_id, "acct_1")
    assert list(Method.objects.order_by("added_at").values_list("pk", "state")) == [
        (first.method_id, "removed"),
        (again.method_id, "verified"),
    ]


def test_is_told_when_stripe_wants_more_or_pays_another_bank(london: Community, grace: Member) -> None:
    from pamoja.kernel.messaging.public import messages_of
    from tests.world import actor

    order = deeds.begin_payee(by=actor(grace))
    deeds.record_payee_opened(payee_id=order.payee_id, rail_id="acct_1")
    other = replace(READY, bank_id="ba_2")
    for said in (READY, READY, other, ASKED, ASKED, replace(ASKED, missing=("external_account",))):
        deeds.record_payee(payee_id=order.payee_id, said=said)

    told = [(each.template, each.text) for each in messages_of(grace.pk)]
    assert sorted(template for template, _ in told) == ["payments/payee_bank_changed", "payments/payee_wants_more"]
    assert "a document that shows who you are" in dict(told)["payments/payee_wants_more"]
