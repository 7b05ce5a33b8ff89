"""An M-PESA push payment on the sandbox"""

from typing import Any

import pytest

from tests.sandbox.conftest import AMINA, BRIAN, Outside, Platform


def test_is_accepted_before_it_is_paid(outside: Outside) -> None:
    answer = outside.push()

    assert answer.status_code == 200
    assert set(answer.json()) == {
        "MerchantRequestID",
        "CheckoutRequestID",
        "ResponseCode",
        "ResponseDescription",
        "CustomerMessage",
    }
    assert answer.json()["ResponseCode"] == "0"
    assert outside.statement() == []


def test_shows_a_prompt_with_amount_business_and_reference(outside: Outside) -> None:
    outside.push(Amount=5000)

    (prompt,) = outside.prompts()
    assert (prompt["amount_kes"], prompt["business"], prompt["reference"]) == (5000, "PAMOJA SANDBOX", "CIRCLE4")


def test_moves_the_money_and_calls_back_when_the_pin_is_right(outside: Outside, platform: Platform) -> None:
    checkout = outside.push().json()["CheckoutRequestID"]

    outside.answer(pin="1234")
    outside.settle()

    (movement,) = outside.statement()
    assert (movement["amount_kes"], movement["msisdn"], movement["operation"]) == (50, AMINA, checkout)
    assert outside.balance() == 199_950
    (told,) = platform.stk()
    assert (told["CheckoutRequestID"], told["ResultCode"]) == (checkout, 0)
    items = {item["Name"]: item.get("Value") for item in told["CallbackMetadata"]["Item"]}
    assert items["Amount"] == 50.0
    assert items["MpesaReceiptNumber"] == movement["receipt"]
    assert items["PhoneNumber"] == 254712345678
    assert isinstance(items["TransactionDate"], int)
    assert {"Name": "Balance"} in told["CallbackMetadata"]["Item"]


def test_sends_the_phone_a_receipt(outside: Outside) -> None:
    outside.push(Amount=5000)

    receipt = outside.answer()["receipt"]

    (message,) = outside.client.get(f"/api/phones/{AMINA}/messages").json()["messages"]
    assert message["body"].startswith(
        f"{receipt} Confirmed. Ksh5,000.00 sent to PAMOJA SANDBOX for account CIRCLE4 on "
    )
    assert "New M-PESA balance is Ksh195,000.00." in message["body"]


@pytest.mark.parametrize(
    ("answer", "code", "text"),
    [
        ({"action": "cancel"}, 1032, "Request cancelled by user"),
        ({"pin": "9999"}, 2001, "The initiator information is invalid."),
        ({"action": "wrong_pin"}, 2001, "The initiator information is invalid."),
        ({"action": "unreachable"}, 1037, "DS timeout user cannot be reached."),
        ({"action": "insufficient"}, 1, "The balance is insufficient for the transaction."),
    ],
)
def test_moves_nothing_when_it_is_not_approved(
    outside: Outside, platform: Platform, answer: dict[str, str], code: int, text: str
) -> None:
    checkout = outside.push().json()["CheckoutRequestID"]

    outside.answer(**answer)
    outside.settle()

    assert outside.statement() == []
    (told,) = platform.stk()
    assert (told["ResultCode"], told["ResultDesc"]) == (code, text)
    assert "CallbackMetadata" not in told
    assert outside.query(checkout).json()["ResultCode"] == str(code)


def test_says_being_processed_until_it_is_final_and_then_a_text_code(outside: Outside) -> None:
    checkout = outside.push().json()["CheckoutRequestID"]

    waiting = outside.query(checkout)
    outside.answer()
    final = outside.query(checkout)

    assert waiting.status_code == 500
    assert waiting.json() == {
        "requestId": checkout,
        "errorCode": "500.001.1001",
        "errorMessage": "The transaction is being processed",
    }
    assert (final.status_code, final.json()["ResponseCode"], final.json()["ResultCode"]) == (200, "0", "0")


def test_ends_with_1037_a_minute_after_it_was_ignored(outside: Outside, platform: Platform) -> None:
    checkout = outside.push().json()["CheckoutRequestID"]
    outside.answer(action="ignore")

    outside.advance(58)
    still = outside.query(checkout)
    outside.advance(3)

    assert still.json()["errorCode"] == "500.001.1001"
    assert outside.query(checkout).json()["ResultCode"] == "1037"
    assert [told["ResultCode"] for told in platform.stk()] == [1037]


def test_never_shows_on_an_unreachable_phone(outside: Outside) -> None:
    outside.client.put(f"/api/phones/{AMINA}", json={"reachable": False})

    checkout = outside.push().json()["CheckoutRequestID"]
    shown = outside.prompts()
    outside.advance(61)

    assert shown == []
    assert outside.query(checkout).json()["ResultCode"] == "1037"


def test_fails_with_1_when_the_balance_is_short(outside: Outside, platform: Platform) -> None:
    outside.client.put(f"/api/phones/{AMINA}", json={"balance_kes": 49})
    outside.push()

    outside.answer()
    outside.settle()

    assert platform.stk()[0]["ResultCode"] == 1
    assert outside.statement() == []


def test_fails_with_3_above_the_limit_of_one_transaction(outside: Outside, platform: Platform) -> None:
    outside.push(Amount=150_001)

    outside.answer()
    outside.settle()

    assert platform.stk()[0]["ResultCode"] == 3
    assert outside.statement() == []


def test_cannot_be_answered_twice(outside: Outside) -> None:
    outside.push()
    prompt = outside.answer()

    again = outside.client.post(f"/api/prompts/{prompt['id']}/answer", json={"pin": "1234"})

    assert again.status_code == 409
    assert len(outside.statement()) == 1


def test_is_refused_while_another_prompt_is_open_on_the_phone(outside: Outside) -> None:
    outside.push()

    second, other = outside.push(), outside.push(PhoneNumber=BRIAN)

    assert (second.status_code, second.json()["errorCode"]) == (500, "500.001.1001")
    assert second.json()["errorMessage"].startswith("Unable to lock subscriber")
    assert other.status_code == 200


def test_may_prompt_twice_when_so_preferred(outside: Outside) -> None:
    outside.client.put("/api/preferences", json={"second_prompt": "show"})
    outside.push()

    second = outside.push()

    assert second.status_code == 200
    assert len(outside.prompts()) == 2


@pytest.mark.parametrize(
    ("changes", "status", "code", "message"),
    [
        ({"PhoneNumber": "0712345678"}, 400, "400.002.02", "Bad Request - Invalid PhoneNumber"),
        ({"PhoneNumber": "254812345678"}, 400, "400.002.02", "Bad Request - Invalid PhoneNumber"),
        ({"PartyA": BRIAN}, 400, "400.002.02", "Bad Request - Invalid PartyA"),
        ({"PartyB": "174378"}, 400, "400.002.02", "Bad Request - Invalid PartyB"),
        ({"Amount": "0"}, 400, "400.002.02", "Bad Request - Invalid Amount"),
        ({"Amount": "50.5"}, 400, "400.002.02", "Bad Request - Invalid Amount"),
        ({"Amount": 50.5}, 400, "400.002.02", "Bad Request - Invalid Amount"),
        ({"Amount": True}, 400, "400.002.02", "Bad Request - Invalid Amount"),
        ({"Amount": None}, 400, "400.002.02", "Bad Request - Invalid Amount"),
        ({"Amount": "٥٠"}, 400, "400.002.02", "Bad Request - Invalid Amount"),
        ({"TransactionType": "CustomerPaybill"}, 400, "400.002.02", "Bad Request - Invalid TransactionType"),
        ({"AccountReference": "THIRTEENCHARS"}, 400, "400.002.02", "Bad Request - Invalid AccountReference"),
        ({"TransactionDesc": ""}, 400, "400.002.02", "Bad Request - Invalid TransactionDesc"),
        ({"TransactionDesc": "fourteen chars"}, 400, "400.002.02", "Bad Request - Invalid TransactionDesc"),
        ({"CallBackURL": "http://example.org/x"}, 400, "400.002.02", "Bad Request - Invalid CallBackURL"),
        ({"CallBackURL": "https://e.org/MPesa/x"}, 400, "400.002.02", "Bad Request - Invalid CallBackURL"),
        ({"CallBackURL": "https://e.org/execute"}, 400, "400.002.02", "Bad Request - Invalid CallBackURL"),
        ({"CallBackURL": "http://[::1"}, 400, "400.002.02", "Bad Request - Invalid CallBackURL"),
        ({"CallBackURL": {"a": 1}}, 400, "400.002.02", "Bad Request - Invalid CallBackURL"),
        ({"Timestamp": "20261321083400"}, 400, "400.002.02", "Bad Request - Invalid Timestamp"),
        ({"Timestamp": "20261121083401"}, 500, "500.001.1001", "[MerchantValidate] - Wrong credentials"),
        ({"Password": "x"}, 500, "500.001.1001", "[MerchantValidate] - Wrong credentials"),
        ({"BusinessShortCode": "999999"}, 500, "500.001.1001", "Merchant does not exist"),
    ],
)
def test_is_refused_with_daraja_s_envelope(
    outside: Outside, changes: dict[str, Any], status: int, code: str, message: str
) -> None:
    answer = outside.push(**changes)

    assert answer.status_code == status
    assert set(answer.json()) == {"requestId", "errorCode", "errorMessage"}
    assert (answer.json()["errorCode"], answer.json()["errorMessage"]) == (code, message)
    assert outside.prompts() == []


def test_takes_numbers_where_they_are_often_sent_as_numbers(outside: Outside) -> None:
    answer = outside.push(BusinessShortCode=174379, PartyB=174379, PhoneNumber=254712345678, Amount=50)

    assert answer.status_code == 200


def test_cannot_be_queried_under_an_unknown_id(outside: Outside) -> None:
    assert outside.query("ws_CO_nobody").json()["errorMessage"] == "Bad Request - Invalid CheckoutRequestID"


@pytest.mark.parametrize(("callbacks", "attempts"), [(1, 1), (3, 3)])
def test_repeats_a_failed_callback_only_when_told_to(
    outside: Outside, platform: Platform, callbacks: int, attempts: int
) -> None:
    platform.status = 500
    outside.client.put("/api/preferences", json={"callback_attempts": callbacks})
    outside.push()
    outside.answer()
    outside.settle()

    for _ in range(4):
        outside.advance(31)

    assert len(platform.stk()) == attempts
