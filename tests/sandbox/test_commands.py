"""An M-PESA command that is answered by a result"""

from tests.sandbox.conftest import AMINA, Outside, Platform


def test_tells_25_about_a_transaction_nobody_made(outside: Outside, platform: Platform) -> None:
    answer = outside.command(
        "/mpesa/transactionstatus/v1/query",
        CommandID="TransactionStatusQuery",
        TransactionID="SKL7TLTQA2",
        PartyA="174379",
        IdentifierType="4",
    )
    outside.settle()

    assert answer.json()["ResponseDescription"] == "Accept the service request successfully."
    assert platform.results()[0]["ResultCode"] == 25


def test_tells_the_balance_in_one_text(outside: Outside, platform: Platform) -> None:
    outside.command("/mpesa/accountbalance/v1/query", CommandID="AccountBalance", PartyA="174379", IdentifierType="4")
    outside.settle()

    told = {item["Key"]: item["Value"] for item in platform.results()[0]["ResultParameters"]["ResultParameter"]}
    accounts = dict(account.split("|", 1) for account in told["AccountBalance"].split("&"))
    assert accounts["Utility Account"] == "KES|10000000.00|10000000.00|0.00|0.00"


def _reverse(outside: Outside, receipt: str, amount: int) -> None:
    outside.command(
        "/mpesa/reversal/v1/request",
        CommandID="TransactionReversal",
        TransactionID=receipt,
        Amount=amount,
        ReceiverParty="174379",
        RecieverIdentifierType="11",
        Occasion="",
    )
    outside.settle()


def test_reverses_a_payment_once(outside: Outside, platform: Platform) -> None:
    outside.push()
    receipt = outside.answer()["receipt"]

    _reverse(outside, receipt, 50)
    _reverse(outside, receipt, 50)

    done, refused = platform.results()
    told = {item["Key"]: item["Value"] for item in done["ResultParameters"]["ResultParameter"]}
    assert (done["ResultCode"], told["OriginalTransactionID"]) == (0, receipt)
    assert told["DebitAccountCurrentBalance"].startswith("{Amount={CurrencyCode=KES, ")
    assert refused["ResultCode"] == "R000001"
    assert outside.balance(AMINA) == 200_000
    assert [movement["kind"] for movement in outside.statement()] == ["stk", "reversal"]


def test_does_not_reverse_more_than_was_paid(outside: Outside, platform: Platform) -> None:
    outside.push()
    receipt = outside.answer()["receipt"]

    _reverse(outside, receipt, 51)
    _reverse(outside, "NOBODYS111", 50)

    assert [result["ResultCode"] for result in platform.results()] == ["R000002", "R000002"]
    assert outside.balance(AMINA) == 199_950
