"""The pages about payments ..."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from pamoja.foundation import ids
from pamoja.kernel.payments.actions import settling
from pamoja.kernel.payments.models import Collection, CollectionAttempt, Payout
from pamoja.kernel.payments.rules.messages import CollectionAnswer
from pamoja.kernel.payments.rules.states import CollectionState, PayoutState
from tests.kernel.payments.cast import answered, ask, fill_wallet, send, submitted, wallet
from tests.world import signed_in

if TYPE_CHECKING:
    from tests.world import Cast

FRESH_KEY = "0" * 32


@pytest.fixture
def browser_of(cast: Cast) -> Callable[..., Any]:
    """`browser_of("member").get("wallet/")`, in the cast's community."""

    class Browser:
        def __init__(self, client: Client) -> None:
            self.client = client

        def get(self, path: str, **more: Any) -> Any:
            return self.client.get(f"/c/{cast.community.slug}/{path}", **more)

        def post(self, path: str, data: dict[str, Any]) -> Any:
            return self.client.post(f"/c/{cast.community.slug}/{path}", data)

    return lambda who, **options: Browser(signed_in(getattr(cast, who), **options))


def test_fill_the_wallet_by_asking_the_phone_once(cast: Cast, browser_of: Callable[..., Any]) -> None:
    browser = browser_of("member")

    first = browser.post("wallet/top-up/", {"amount": "500", "key": FRESH_KEY})
    again = browser.post("wallet/top-up/", {"amount": "500", "key": FRESH_KEY})

    collection = Collection.objects.get()
    assert (first.status_code, first["Location"]) == (302, again["Location"])
    assert (collection.member_id, collection.amount.text) == (cast.member.pk, "KSh 500")
    assert "Look at your phone" in browser.get(f"payments/{collection.public_id}/").content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "required"),
        ("abc", "not an amount"),
        ("-5", "not an amount"),
        ("10.50", "whole shillings only"),
        ("0", "smallest amount"),
        ("150001", "largest amount"),
        ("999,999,999", "largest amount"),
    ],
)
def test_say_beside_the_field_what_is_wrong(typed: str, said: str, browser_of: Callable[..., Any]) -> None:
    answer = browser_of("member").post("wallet/top-up/", {"amount": typed, "key": FRESH_KEY})

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Collection.objects.exists()


def test_send_money_to_the_phone(cast: Cast, browser_of: Callable[..., Any]) -> None:
    fill_wallet(cast.member.pk, 500)

    answer = browser_of("member").post("wallet/withdraw/", {"amount": "300", "key": FRESH_KEY})

    payout = Payout.objects.get()
    assert answer.status_code == 302
    assert (payout.state, wallet(cast.member.pk)) == (PayoutState.REQUESTED, (500, 200))


def test_refuse_to_send_more_than_there_is(cast: Cast, browser_of: Callable[..., Any]) -> None:
    fill_wallet(cast.member.pk, 200)

    answer = browser_of("member").post("wallet/withdraw/", {"amount": "300", "key": FRESH_KEY})

    assert answer.status_code == 422
    assert "not enough money" in answer.content.decode()
    assert not Payout.objects.exists()


def test_want_a_recent_sign_in_before_money_leaves(cast: Cast, browser_of: Callable[..., Any]) -> None:
    fill_wallet(cast.member.pk, 500)

    answer = browser_of("member", seconds_ago=3600).post("wallet/withdraw/", {"amount": "300", "key": FRESH_KEY})

    assert answer.status_code == 302
    assert "reauthenticate" in answer["Location"]
    assert not Payout.objects.exists()


def test_list_payments_with_filters(cast: Cast, browser_of: Callable[..., Any]) -> None:
    answered(submitted(ask(member_id=cast.member.pk, shillings=500)), "0")
    send(member_id=cast.member.pk, shillings=100)
    browser = browser_of("member")

    def shown(query: str) -> tuple[bool, bool]:
        text = browser.get(f"payments/{query}").content.decode()
        return "KSh 500" in text, "KSh 100" in text

    assert shown("") == (True, True)
    assert shown("?kind=in") == (True, False)
    assert shown("?state=under_way") == (False, True)
    assert shown("?since=2019-01-01&until=2019-12-31") == (False, False)
    assert shown("?kind=nonsense&since=never") == (True, True)


def test_show_nobody_elses_payment(cast: Cast, browser_of: Callable[..., Any]) -> None:
    collection = ask(member_id=cast.member.pk, shillings=500)

    assert browser_of("treasurer").get(f"payments/{collection.public_id}/").status_code == 404
    assert browser_of("treasurer").post(f"payments/{collection.public_id}/retry/", {}).status_code == 404


def test_follow_a_payment_until_it_is_done(cast: Cast, browser_of: Callable[..., Any]) -> None:
    collection = ask(member_id=cast.member.pk, shillings=500)
    attempt = submitted(collection)
    browser = browser_of("member")
    fragment = {"HX-Request": "true", "HX-Target": "payment"}
    assert "data-waits" in browser.get(f"payments/{collection.public_id}/", headers=fragment).content.decode()

    answered(attempt, "0")

    text = browser.get(f"payments/{collection.public_id}/", headers=fragment).content.decode()
    assert "data-waits" not in text
    assert "is in your wallet" in text


def test_ask_again_after_a_failure(cast: Cast, browser_of: Callable[..., Any]) -> None:
    collection = ask(member_id=cast.member.pk, shillings=500)
    answered(submitted(collection), "1032")
    browser = browser_of("member")
    assert "cancelled on the phone" in browser.get(f"payments/{collection.public_id}/").content.decode()

    browser.post(f"payments/{collection.public_id}/retry/", {})

    assert submitted(collection, "ws_CO_2").number == 2


def test_show_the_statement_of_the_wallet(cast: Cast, browser_of: Callable[..., Any]) -> None:
    answered(submitted(ask(member_id=cast.member.pk, shillings=500)), "0")

    text = browser_of("member").get("wallet/").content.decode()

    assert "Paid by M-PESA" in text
    assert "KSh 500" in text


def test_keep_the_review_to_those_who_manage_payments(browser_of: Callable[..., Any]) -> None:
    assert browser_of("owner").get("payments/review/").status_code == 200
    assert browser_of("treasurer").get("payments/review/").status_code == 403
    assert browser_of("member").get("payments/review/").status_code == 403


def test_let_a_person_settle_a_doubt(cast: Cast, browser_of: Callable[..., Any]) -> None:
    collection = ask(member_id=cast.member.pk, shillings=500)
    attempt = answered(submitted(collection), "7531")
    browser = browser_of("owner")
    path = f"payments/review/{ids.public('attempt', attempt.pk)}/"
    assert "nobody has documented" in browser.get(path).content.decode()
    assert browser.post(path, {"outcome": "paid", "reason": ""}).status_code == 422
    assert wallet(cast.member.pk) == (0, 0)

    answer = browser.post(path, {"outcome": "paid", "reason": "It is on the statement.", "receipt": "SKL7TLTQA2"})

    collection.refresh_from_db()
    assert answer.status_code == 302
    assert (collection.state, wallet(cast.member.pk)) == (CollectionState.CONFIRMED, (500, 500))
    assert CollectionAttempt.objects.get().receipt == "SKL7TLTQA2"
    assert "Nothing to look at" in browser.get("payments/review/").content.decode()


def test_let_a_person_have_the_provider_asked_again(cast: Cast, browser_of: Callable[..., Any]) -> None:
    attempt = answered(submitted(ask(member_id=cast.member.pk, shillings=500)), "7531")
    CollectionAttempt.objects.update(next_query_at=None)

    browser_of("owner").post(f"payments/review/{ids.public('attempt', attempt.pk)}/ask/", {})

    attempt.refresh_from_db()
    assert attempt.next_query_at is not None


def test_leave_the_back_office_read_only(cast: Cast, browser_of: Callable[..., Any]) -> None:
    collection = ask(member_id=cast.member.pk, shillings=500)
    attempt = submitted(collection)
    settling.apply_answer(attempt_id=attempt.pk, answer=CollectionAnswer(rail_id="ws_CO_1", code="7531"))
    send(member_id=cast.member.pk, shillings=100)
    browser = browser_of("owner")

    for name in ("collection", "payout", "webhookinbox"):
        assert browser.get(f"admin/payments/{name}/").status_code == 200
        assert browser.get(f"admin/payments/{name}/add/").status_code == 403
    detail = browser.get(f"admin/payments/collection/{collection.pk}/change/")
    assert detail.status_code == 200
    assert "Look at it" in detail.content.decode()
    assert "254712" not in detail.content.decode().replace("2547****", "")


def test_show_the_paybill_and_take_a_receipt_from_the_phones_message(
    cast: Cast, browser_of: Callable[..., Any]
) -> None:
    from pamoja.kernel.payments.models import Arrival, Reference

    browser = browser_of("member")
    shown = browser.get("wallet/top-up/").content.decode()
    code = Reference.objects.get(member=cast.member).code
    assert all(number in shown for number in ("174379", code))

    browser.post("wallet/top-up/", {"amount": "500", "key": FRESH_KEY})
    page = f"payments/{Collection.objects.get().public_id}/paid/"
    assert browser.get(page).status_code == 200
    assert browser.post(page, {"receipt": "no"}).status_code == 422
    assert browser.post(page, {"receipt": "skl7 tltqa2"}).status_code == 302
    assert Arrival.objects.get().receipt == "SKL7TLTQA2"
