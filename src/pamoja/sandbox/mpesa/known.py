"""The credentials and result codes of this outside world: constants, because nothing here is worth stealing."""

CONSUMER_KEY = "pamoja-sandbox-consumer"
CONSUMER_SECRET = "pamoja-sandbox-secret"  # noqa: S105 - known to everybody
PASSKEY = "pamoja-sandbox-passkey"
SHORTCODE = "174379"
SHORTCODE_NAME = "PAMOJA SANDBOX"
INITIATOR_NAME = "pamoja-initiator"
INITIATOR_PASSWORD = "pamoja-initiator-password"  # noqa: S105 - known to everybody
PIN = "1234"

RESULT_TEXTS = {
    "0": "The service request is processed successfully.",
    "1": "The balance is insufficient for the transaction.",
    "2": "Declined due to limit rule: less than the minimum transaction amount.",
    "3": "Declined due to limit rule: greater than the maximum transaction amount.",
    "4": "Declined due to limit rule: would exceed daily transfer limit.",
    "8": "Declined due to limit rule: would exceed the maximum balance.",
    "17": "Declined due to a rule limiting the same payment within a short time.",
    "21": "The initiator is not allowed to initiate this request.",
    "25": "The transaction asked about is not known.",
    "1001": "Unable to lock subscriber, a transaction is already in process for the current subscriber.",
    "1019": "Transaction has expired.",
    "1025": "An error occurred while sending a push request.",
    "1032": "Request cancelled by user",
    "1037": "DS timeout user cannot be reached.",
    "2001": "The initiator information is invalid.",
    "2028": "The request is not permitted according to product assignment.",
    "8006": "The security credential is locked.",
    "9999": "An error occurred while sending a push request.",
    "SFC_IC0003": "The operator does not exist.",
    "R000001": "The transaction has already been reversed.",
    "R000002": "The OriginalTransactionID is invalid.",
}


def result_text(code: str) -> str:
    return RESULT_TEXTS.get(code, "The request could not be completed.")


def code_value(code: str) -> int | str:
    """A result code as results carry it: a number where it is one."""
    return int(code) if code.isdigit() else code
