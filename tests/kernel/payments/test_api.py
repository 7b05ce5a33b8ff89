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
        return answer.status_code, json.loads(answer.content)

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
