"""Bank accounts that can be debited (Bacs, ACH): test accounts, their outcomes, and the mandates behind them."""

import hashlib
from dataclasses import dataclass
from typing import Any

from pamoja.sandbox.stripe.desk import Desk
from pamoja.sandbox.stripe.errors import StripeError
from pamoja.sandbox.stripe.objects import Object
from pamoja.sandbox.stripe.params import Parameters

SORT_CODE, ROUTING = "108800", "110000000"
DELAY_LEAST_S = 180.0


@dataclass(frozen=True)
class Account:
    """`failure` is the code with which a debit fails, '' for success; `refusal` is said at once, when it is asked."""

    number: str
    token: str = ""
    failure: str = ""
    refusal: str = ""
    is_delayed: bool = False
    is_disputed: bool = False
    mandate: str = "active"
    is_invalid: bool = False

    @property
    def ends_mandate(self) -> bool:
        """Whether a failed debit takes the mandate with it."""
        return self.failure in ("debit_not_authorized", "account_closed", "no_account", "bank_ownership_changed")


BACS = [
    Account("00012345", "success"),
    Account("90012345", "successDelayed", is_delayed=True),
    Account("33333335", "debitNotAuthorized", "debit_not_authorized"),
    Account("93333335", "debitNotAuthorizedDelayed", "debit_not_authorized", is_delayed=True),
    Account("22222227", "insufficientFunds", "insufficient_funds"),
    Account("92222227", "insufficientFundsDelayed", "insufficient_funds", is_delayed=True),
    Account("55555559", "dispute", is_disputed=True),
    Account("00033333", "mandateRefused", mandate="inactive"),
    Account("00044444", is_invalid=True),
    Account("34343434", "exceedsWeeklyLimit", refusal="charge_exceeds_source_limit"),
    Account("12121212", "exceedsTransactionLimit", refusal="charge_exceeds_transaction_limit"),
]
ACH = [
    Account("000123456789", "success"),
    Account("000111111113", "accountClosed", "account_closed"),
    Account("000111111116", "noAccount", "no_account"),
    Account("000222222227", "insufficientFunds", "insufficient_funds"),
    Account("000333333335", "debitNotAuthorized", "debit_not_authorized"),
    Account("000666666661", "failureDelayed", "insufficient_funds", is_delayed=True),
    Account("000555555559", "dispute", is_disputed=True),
]
KINDS = {"bacs_debit": BACS, "us_bank_account": ACH}
TOKENS = {"bacs_debit": "pm_bacsDebit_", "us_bank_account": "pm_usBankAccount_"}
CURRENCIES = {"bacs_debit": "gbp", "us_bank_account": "usd"}
DETAILS = {
    "address": {
        "line1": "1 High Street",
        "line2": None,
        "city": "London",
        "state": None,
        "postal_code": "N1 1AA",
        "country": "GB",
    },
    "email": "jenny.rosen@example.com",
    "name": "Jenny Rosen",
    "phone": None,
    "tax_id": None,
}


def by_token(desk: Desk, token: str) -> Object | None:
    """A fresh method from a token such as `pm_bacsDebit_success`."""
    for kind, prefix in TOKENS.items():
        for account in KINDS[kind]:
            if account.token and token == prefix + account.token:
                rest = {"billing_details": dict(DETAILS), "metadata": {}, "allow_redisplay": "unspecified"}
                return _add(desk, kind, account.number, rest)
    return None


def create(desk: Desk, kind: str, given: Parameters, rest: dict[str, Any]) -> Object:
    """Raises: StripeError when a bank's number or something a mandate needs is missing."""
    route = "sort_code" if kind == "bacs_debit" else "routing_number"
    given.only(("account_number", route, "account_holder_type", "account_type"))
    number = given.needed("account_number").replace("-", "").replace(" ", "")
    routing = given.needed(route).replace("-", "").replace(" ", "")
    if routing != (SORT_CODE if kind == "bacs_debit" else ROUTING) or not number.isdigit():
        raise StripeError(
            400,
            f"Invalid {kind}: use the test {route.replace('_', ' ')}.",
            code=f"invalid_{route}" if not routing.isdigit() else "invalid_account_number",
            param=f"{kind}[{route}]",
        )
    for name in ("name", "email") if kind == "bacs_debit" else ("name",):
        if not rest["billing_details"][name]:
            called = f"billing_details[{name}]"
            raise StripeError(400, f"Missing required param: {called}.", code="parameter_missing", param=called)
    return _add(desk, kind, number, rest)


def _add(desk: Desk, kind: str, number: str, rest: dict[str, Any]) -> Object:
    fingerprint = hashlib.sha256(f"pamoja-sandbox:{kind}:{number}".encode()).hexdigest()[:16]
    shape: Object = {"fingerprint": fingerprint, "last4": number[-4:]}
    if kind == "bacs_debit":
        shape["sort_code"] = SORT_CODE
    else:
        shape |= {
            "account_holder_type": "individual",
            "account_type": "checking",
            "bank_name": "STRIPE TEST BANK",
            "financial_connections_account": None,
            "networks": {"preferred": "ach", "supported": ["ach"]},
            "routing_number": ROUTING,
            "status_details": {},
        }
    fields: dict[str, Any] = {kind: shape} | rest
    return desk.add("payment_method", customer=None, type=kind, _number=number, _mandate=None, **fields)


def account_of(method: Object) -> Account:
    """How the account behaves; one that is not listed succeeds."""
    for account in KINDS[method["type"]]:
        if account.number == method["_number"]:
            return account
    return Account(method["_number"])


def accept_mandate(desk: Desk, method: Object, acceptance: Object | None) -> Object:
    """The mandate, once the account's holder agreed. Raises: StripeError for an account that is not there."""
    account = account_of(method)
    if account.is_invalid:
        raise StripeError(
            400,
            "The account number provided is invalid.",
            code="account_number_invalid",
            param="bacs_debit[account_number]",
            is_kept=True,
        )
    details: Object = {"type": method["type"], method["type"]: {}}
    if method["type"] == "bacs_debit":
        details["bacs_debit"] = {
            "network_status": "accepted" if account.mandate == "active" else "refused",
            "reference": desk.new_id("M", 8).removeprefix("M_").upper(),
            "revocation_reason": None if account.mandate == "active" else "could_not_process",
            "url": "https://example.com/mandate",
        }
    mandate = desk.add(
        "mandate",
        customer_acceptance=acceptance or {"accepted_at": desk.now_s, "type": "offline", "offline": {}},
        multi_use={},
        on_behalf_of=None,
        payment_method=method["id"],
        payment_method_details=details,
        status=account.mandate,
        type="multi_use",
    )
    method["_mandate"] = mandate["id"]
    desk.save(method)
    desk.tell("mandate.updated", mandate, previous={"status": "pending"})
    return mandate


def revoke_mandate(desk: Desk, method: Object, reason: str = "debit_not_authorized") -> None:
    """The bank's customer or the bank cancelled it: the next debit is refused."""
    mandate = desk.find("mandate", method.get("_mandate"))
    if mandate is None or mandate["status"] == "inactive":
        return
    before = mandate["status"]
    mandate["status"] = "inactive"
    if "bacs_debit" in mandate["payment_method_details"]:
        mandate["payment_method_details"]["bacs_debit"] |= {"network_status": "revoked", "revocation_reason": reason}
    desk.save(mandate)
    desk.tell("mandate.updated", mandate, previous={"status": before})
