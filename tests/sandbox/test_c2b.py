"""A payment by menu (C2B) on the sandbox"""

from typing import Any

import pytest

from tests.sandbox.conftest import AMINA, Outside, Platform


def _register(outside: Outside, response_type: str = "Completed") -> Any:
    return outside.call(
        "/mpesa/c2b/v1/registerurl",
        {
            "ShortCode": "174379",
            "ResponseType": response_type,
            "ConfirmationURL": f"{outside.hooks}/confirm",
            "ValidationURL": f"{outside.hooks}/validate",
        },
    )


def _pay(outside: Outside, **changes: Any) -> dict[str, Any]:
    order = {"amount_kes": 700, "reference": "CIRCLE4"} | changes
    return dict(outside.client.post(f"/api/phones/{AMINA}/pay", json=order).json())


def _at(platform: Platform, path: str) -> list[dict[str, Any]]:
    return [body for body in platform.told if body["path"] == f"/hooks/{path}"]


def test_is_confirmed_with_a_masked_number_and_the_new_balance(outside: Outside, platform: Platform) -> None:
    registered = _register(outside)

    paid = _pay(outside)
    outside.settle()

    assert registered.json()["OriginatorCoversationID"]
    (told,) = _at(platform, "confirm")
    assert told["TransID"] == paid["receipt"]
    assert (told["TransAmount"], told["BillRefNumber"], told["MSISDN"]) == ("700.00", "CIRCLE4", "2547*****678")
    assert told["OrgAccountBalance"] == "10000700.00"
    assert _at(platform, "validate") == []


def test_is_validated_first_when_validation_is_on(outside: Outside, platform: Platform) -> None:
    outside.client.put("/api/preferences", json={"validates_c2b": True})
    platform.answer = {"ResultCode": "0", "ResultDesc": "Accepted", "ThirdPartyTransID": "ours-1"}
    _register(outside)

    paid = _pay(outside)
    outside.settle()

    asked, told = platform.told
    assert (asked["path"], asked["OrgAccountBalance"], asked["TransID"]) == ("/hooks/validate", "", paid["receipt"])
    assert (told["path"], told["ThirdPartyTransID"]) == ("/hooks/confirm", "ours-1")


def test_moves_nothing_when_the_business_rejects_it(outside: Outside, platform: Platform) -> None:
    outside.client.put("/api/preferences", json={"validates_c2b": True})
    platform.answer = {"ResultCode": "C2B00012", "ResultDesc": "Rejected"}
    _register(outside)

    refused = _pay(outside)

    assert refused == {"paid": False, "refused_by": "the business", "code": "C2B00012"}
    assert outside.statement() == []


@pytest.mark.parametrize(("response_type", "paid"), [("Completed", True), ("Cancelled", False)])
def test_follows_the_response_type_when_the_business_cannot_be_asked(
    outside: Outside, platform: Platform, response_type: str, paid: bool
) -> None:
    outside.client.put("/api/preferences", json={"validates_c2b": True})
    platform.answer = {}
    _register(outside, response_type)

    assert _pay(outside)["paid"] is paid
    assert len(outside.statement()) == int(paid)


def test_can_be_simulated_by_the_platform(outside: Outside) -> None:
    answer = outside.call(
        "/mpesa/c2b/v1/simulate",
        {
            "ShortCode": "174379",
            "CommandID": "CustomerPayBillOnline",
            "Amount": "20",
            "Msisdn": AMINA,
            "BillRefNumber": "X",
        },
    )
    outside.settle()

    assert answer.json()["ResponseCode"] == "0"
    assert [movement["kind"] for movement in outside.statement()] == ["c2b"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount_kes": 0}, "amount_kes"),
        ({"amount_kes": "x"}, "amount_kes"),
        ({"reference": ""}, "reference"),
        ({"shortcode": "1"}, "shortcode"),
    ],
)
def test_is_refused_when_the_order_makes_no_sense(outside: Outside, changes: dict[str, Any], field: str) -> None:
    assert _pay(outside, **changes)["error"]["field"] == field
