"""The API about payments and the wallet ..."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from pamoja.kernel.payments.models import Collection, Payout
from tests.kernel.payments.cast import answered, ask, fill_wallet, submitted, wallet
from tests.world import signed_in

if TYPE_CHECKING:
    from tests.world import Cast

Call = Callable[..., Any]


@pytest.fixture
def call(cast: Cast) -> Call:
    """`call("GET", "/wallet")` as the member."""

    def called(method: str, path: str, body: Any = None, *, seconds_ago: int = 0, **headers: str) -> Any:
        client = signed_in(cast.member, seconds_ago=seconds_ago)
        answer = client.generic(
            method,
            f"/c/{cast.community.slug}/api/v1{path}",
            data="" if body is None else json.dumps(body),
            content_type="application/json",
            headers=headers or None,
        )
        return answer.status_code, json.loads(answer.content or "{}")

    return called


def test_tells_what_the_wallet_holds(cast: Cast, call: Call) -> None:
    fill_wallet(cast.member.pk, 500)

    status, told = call("GET", "/wallet")

    assert (status, told["available"]) == (200, {"amount_minor": 50_000, "currency": "KES", "text": "KSh 500"})


def test_gives_a_statement_that_adds_up(cast: Cast, call: Call) -> None:
    answered(submitted(ask(member_id=cast.member.pk, shillings=500)), "0")

    status, told = call("GET", "/wallet/statement")

    assert status == 200
    assert [line["amount"]["amount_minor"] for line in told["lines"]] == [50_000]
    assert (told["opening"]["amount_minor"], told["closing"]["amount_minor"]) == (0, 50_000)


def test_refuses_a_statement_of_ten_years(call: Call) -> None:
    status, told = call("GET", "/wallet/statement?since=2010-01-01&until=2020-01-01")

    assert (status, told["code"]) == (422, "payments.statement_too_long")


def test_lists_and_shows_own_payments(cast: Cast, call: Call) -> None:
    mine, theirs = (ask(member_id=each.pk, shillings=500) for each in (cast.member, cast.treasurer))

    status, listed = call("GET", "/payments?kind=in&state=under_way")

    assert (status, [each["id"] for each in listed["items"]]) == (200, [mine.public_id])
    assert call("GET", f"/payments/{mine.public_id}")[1]["state"] == "intended"
    assert call("GET", f"/payments/{theirs.public_id}")[0] == 404


def test_fills_the_wallet_once_for_a_key(call: Call) -> None:
    key = {"Idempotency-Key": "tap-1"}

    first = call("POST", "/wallet/top-up", {"amount_minor": 50_000}, **key)
    again = call("POST", "/wallet/top-up", {"amount_minor": 50_000}, **key)

    assert (first[0], first[1]["id"]) == (202, again[1]["id"])
    assert Collection.objects.count() == 1


def test_sends_money_to_the_phone(cast: Cast, call: Call) -> None:
    fill_wallet(cast.member.pk, 500)

    status, told = call("POST", "/wallet/withdraw", {"amount_minor": 30_000})

    assert (status, told["standing"]) == (202, "under_way")
    assert wallet(cast.member.pk) == (500, 200)


def test_wants_a_recent_sign_in_before_money_leaves(cast: Cast, call: Call) -> None:
    fill_wallet(cast.member.pk, 500)

    status, _ = call("POST", "/wallet/withdraw", {"amount_minor": 30_000}, seconds_ago=3600)

    assert status in (401, 403)
    assert not Payout.objects.exists()


@pytest.mark.parametrize("amount_minor", [0, -5, 150, 10**13, "many", None, 1.5])
def test_refuses_amounts_that_make_no_sense(call: Call, amount_minor: Any) -> None:
    status, told = call("POST", "/wallet/top-up", {"amount_minor": amount_minor})

    assert (status, told["status"]) == (422, 422)
    assert not Collection.objects.exists()


def test_asks_again_after_a_failure(cast: Cast, call: Call) -> None:
    collection = ask(member_id=cast.member.pk, shillings=500)
    answered(submitted(collection), "1032")

    status, told = call("POST", f"/payments/{collection.public_id}/retry")

    assert (status, told["state"]) == (200, "failed")
    assert submitted(collection, "ws_CO_2").number == 2


def test_tells_what_comes_and_gives_a_receipt(cast: Cast, call: Call) -> None:
    mine = ask(member_id=cast.member.pk, shillings=500)
    assert call("GET", f"/payments/{mine.public_id}/receipt")[1]["code"] == "payments.receipt_missing"
    answered(submitted(mine), "1032")

    [coming] = call("GET", "/payments/upcoming")[1]

    assert (coming["amount"]["text"], coming["is_asked"]) == ("KSh 500", True)
    answered(submitted(paid := ask(member_id=cast.member.pk, shillings=200), "ws_CO_2"), "0", "ws_CO_2")
    status, receipt = call("GET", f"/payments/{paid.public_id}/receipt")
    assert (status, receipt["amount"]["text"], receipt["returned"]["text"]) == (200, "KSh 200", "KSh 0")


def test_keeps_ways_to_pay_in_order(cast: Cast, call: Call) -> None:
    first, second = (
        call("POST", "/payments/methods/phone", {"phone": phone})[1]["id"] for phone in ("0712345001", "0712345002")
    )

    assert [each["id"] for each in call("GET", "/payments/methods")[1]] == [first, second]
    assert call("PUT", "/payments/methods/order", {"methods": [second]})[1][0]["id"] == second
    assert call("PATCH", f"/payments/methods/{first}", {"name": "Shop"})[1]["title"] == "Shop"
    assert call("POST", f"/payments/methods/{first}/first")[1]["place"] == 1
    assert call("DELETE", f"/payments/methods/{second}", seconds_ago=3600)[0] == 403


def test_adds_no_way_to_pay_that_the_community_does_not_take(call: Call) -> None:
    assert call("POST", "/payments/methods", {"kind": "card"})[1]["code"] == "payments.rail_unknown"
    assert call("POST", "/payments/methods", {"kind": "cash"})[0] == 422


@pytest.fixture
def desk(cast: Cast) -> Call:
    """`desk("GET", "/payments")` as the operator, below `/payments/desk`."""

    def called(method: str, path: str, body: Any = None, **headers: str) -> Any:
        address = f"/c/{cast.community.slug}/api/v1/payments/desk{path}"
        data = "" if body is None else json.dumps(body)
        answer = signed_in(cast.owner).generic(
            method, address, data=data, content_type="application/json", headers=headers or None
        )
        return answer.status_code, json.loads(answer.content)

    return called


def test_tells_staff_of_everybodys_payments(cast: Cast, desk: Call) -> None:
    answered(submitted(ask(member_id=cast.member.pk, shillings=500)), "0")
    ask(member_id=cast.treasurer.pk, shillings=300)

    found = desk("GET", f"/payments?text={cast.member.name.split()[0]}")[1]

    assert [(each["member"]["name"], each["amount"]["text"]) for each in found["items"]] == [
        (cast.member.name, "KSh 500")
    ]
    assert desk("GET", "/reports?step=week")[1]["total"]["arrived"] == 1
    assert desk("GET", "/reports?since=2001-01-01")[1]["code"] == "payments.report_too_long"


def test_gives_back_nothing_that_was_not_paid(cast: Cast, desk: Call) -> None:
    paid = ask(member_id=cast.member.pk, shillings=500)

    status, told = desk("POST", f"/payments/{paid.public_id}/refunds", {"reason": "Paid twice"})

    assert (status, told["code"]) == (409, "payments.not_refundable")
    assert desk("GET", "/refunds")[1]["count"] == 0


def test_lets_staff_decide_a_case_once(cast: Cast, desk: Call) -> None:
    from django.db import transaction

    from pamoja.foundation.money import Money
    from pamoja.kernel.payments.actions.casework import open_case
    from pamoja.kernel.payments.rules.givingback import CaseKind

    with transaction.atomic():
        case = open_case(kind=CaseKind.DIFFERENCE, subject="stripe:1", says="They disagree", amount=Money(7, "KES"))

    assert desk("GET", "/cases")[1]["items"][0]["id"] == case.public_id
    decided = desk("POST", f"/cases/{case.public_id}/resolve", {"reason": "Known at the bank"})
    again = desk("POST", f"/cases/{case.public_id}/resolve", {"reason": "Known at the bank"})

    assert (decided[1]["resolution"], again[1]["code"]) == ("Known at the bank", "payments.nothing_to_review")
    assert desk("GET", "/cases")[1]["count"] == 0
    assert desk("GET", "/cases?state=resolved")[1]["count"] == 1


@pytest.mark.parametrize("path", ["/payments", "/refunds", "/cases", "/reports"])
def test_tells_members_nothing_of_the_desk(path: str, call: Call) -> None:
    assert call("GET", f"/payments/desk{path}")[0] == 403
