"""A B2C payout on the sandbox"""

import re
from typing import Any

import pytest

from tests.sandbox.conftest import AMINA, Outside, Platform


def test_is_acknowledged_paid_and_told(outside: Outside, platform: Platform) -> None:
    answer = outside.b2c()
    outside.settle()

    assert answer.json()["OriginatorConversationID"] == "payout-1"
    assert answer.json()["ResponseCode"] == "0"
    (movement,) = outside.statement()
    assert (movement["direction"], movement["amount_kes"], movement["originator"]) == ("out", 60_000, "payout-1")
    assert outside.balance() == 260_000
    (result,) = platform.results()
    assert (result["ResultType"], result["ResultCode"]) == (0, 0)
    assert result["ConversationID"] == answer.json()["ConversationID"]
    told = {item["Key"]: item.get("Value") for item in result["ResultParameters"]["ResultParameter"]}
    assert told["TransactionReceipt"] == movement["receipt"] == result["TransactionID"]
    assert told["TransactionAmount"] == 60_000
    assert told["ReceiverPartyPublicName"].startswith(f"{AMINA} - ")
    assert told["B2CUtilityAccountAvailableFunds"] == 9_940_000.0
    assert told["B2CRecipientIsRegisteredCustomer"] == "Y"
    assert re.fullmatch(r"\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d", told["TransactionCompletedDateTime"])


def test_is_refused_under_an_originator_id_that_was_used_before(outside: Outside) -> None:
    outside.b2c()

    again = outside.b2c(Amount=1)
    outside.settle()

    assert (again.status_code, again.json()["errorCode"]) == (500, "500.002.1001")
    assert again.json()["errorMessage"] == "Duplicate OriginatorConversationID."
    assert [movement["amount_kes"] for movement in outside.statement()] == [60_000]


def test_of_the_first_version_names_its_own_conversation(outside: Outside) -> None:
    body = {"OriginatorConversationID": "ignored"}
    answer = outside.command(
        "/mpesa/b2c/v1/paymentrequest",
        InitiatorName="pamoja-initiator",
        CommandID="SalaryPayment",
        Amount="10",
        PartyA="174379",
        PartyB=AMINA,
        Occassion="",
        **body,
    )

    assert answer.status_code == 200
    assert answer.json()["OriginatorConversationID"] != "ignored"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"SecurityCredential": "bm90IG91cnM="}, 2001),
        ({"InitiatorName": "stranger"}, 2001),
        ({"Amount": 150_001}, 3),
        ({"PartyB": "254799990404"}, "SFC_IC0003"),
    ],
)
def test_fails_by_a_result_without_parameters(
    outside: Outside, platform: Platform, changes: dict[str, Any], code: int | str
) -> None:
    answer = outside.b2c(**changes)
    outside.settle()

    assert answer.status_code == 200
    (result,) = platform.results()
    assert result["ResultCode"] == code
    assert "ResultParameters" not in result
    assert outside.statement() == []


def test_fails_with_1_when_the_float_is_short(outside: Outside, platform: Platform) -> None:
    outside.client.put("/api/shortcodes/174379", json={"balance_kes": 59_999})

    outside.b2c()
    outside.settle()

    assert platform.results()[0]["ResultCode"] == 1
    assert outside.statement() == []


def test_fails_with_8_when_the_recipient_would_hold_too_much(outside: Outside, platform: Platform) -> None:
    outside.client.put(f"/api/phones/{AMINA}", json={"balance_kes": 499_999})

    outside.b2c()
    outside.settle()

    assert platform.results()[0]["ResultCode"] == 8


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"OriginatorConversationID": ""}, "Bad Request - Invalid OriginatorConversationID"),
        ({"CommandID": "Salary"}, "Bad Request - Invalid CommandID"),
        ({"Amount": "1.5"}, "Bad Request - Invalid Amount"),
        ({"PartyB": "+254712345678"}, "Bad Request - Invalid PartyB"),
        ({"Remarks": "x" * 101}, "Bad Request - Invalid Remarks"),
        ({"ResultURL": "https://example.org/sql"}, "Bad Request - Invalid ResultURL"),
        ({"QueueTimeOutURL": ""}, "Bad Request - Invalid QueueTimeOutURL"),
        ({"SecurityCredential": ""}, "Bad Request - Invalid SecurityCredential"),
    ],
)
def test_is_refused_with_daraja_s_envelope(outside: Outside, changes: dict[str, Any], message: str) -> None:
    answer = outside.b2c(**changes)

    assert (answer.status_code, answer.json()["errorMessage"]) == (400, message)
    outside.settle()
    assert outside.statement() == []


@pytest.mark.parametrize("by", ["receipt", "conversation", "originator"])
def test_can_be_asked_after(outside: Outside, platform: Platform, by: str) -> None:
    conversation = outside.b2c().json()["ConversationID"]
    outside.settle()
    receipt = outside.statement()[0]["receipt"]
    asked = {
        "receipt": {"TransactionID": receipt},
        "conversation": {"TransactionID": "", "OriginalConversationID": conversation},
        "originator": {"OriginalConversationID": "payout-1"},
    }[by]

    outside.command(
        "/mpesa/transactionstatus/v1/query",
        CommandID="TransactionStatusQuery",
        PartyA="174379",
        IdentifierType="4",
        Occasion="",
        **asked,
    )
    outside.settle()

    result = platform.results()[-1]
    told = {item["Key"]: item.get("Value") for item in result["ResultParameters"]["ResultParameter"]}
    assert (told["TransactionStatus"], told["ReceiptNo"], told["Amount"]) == ("Completed", receipt, 60_000.0)
    assert told["OriginatorConversationID"] == "payout-1"


def test_that_failed_is_told_as_failed_when_asked_after(outside: Outside, platform: Platform) -> None:
    outside.b2c(InitiatorName="stranger")
    outside.settle()

    outside.command(
        "/mpesa/transactionstatus/v1/query",
        CommandID="TransactionStatusQuery",
        PartyA="174379",
        IdentifierType="4",
        OriginalConversationID="payout-1",
    )
    outside.settle()

    told = {item["Key"]: item.get("Value") for item in platform.results()[-1]["ResultParameters"]["ResultParameter"]}
    assert told["TransactionStatus"] == "Failed"
