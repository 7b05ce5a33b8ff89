"""Payment methods: cards and bank accounts, as tokens; the numbers stay in here."""

import hashlib
from typing import Any

from pamoja.sandbox.stripe import bank_accounts, cards
from pamoja.sandbox.stripe.call import Call
from pamoja.sandbox.stripe.cards import Card
from pamoja.sandbox.stripe.desk import Desk
from pamoja.sandbox.stripe.errors import CardError, StripeError, missing, unfit
from pamoja.sandbox.stripe.objects import Object, changes, shown
from pamoja.sandbox.stripe.params import Parameters, names

FIELDS = names("type card bacs_debit us_bank_account billing_details metadata allow_redisplay customer payment_method")
KINDS = ("card", "bacs_debit", "us_bank_account")


def create(call: Call) -> Object:
    """`POST /v1/payment_methods`."""
    call.params.only(FIELDS)
    return from_parameters(call, call.params)


def from_parameters(desk: Desk, params: Parameters) -> Object:
    """A new method of what was given. Raises: StripeError for an unknown kind, CardError for a wrong number."""
    kind = params.needed("type")
    if kind not in KINDS:
        raise StripeError(400, f"Invalid type: must be one of {', '.join(KINDS)}", param="type")
    details = _details(params.child("billing_details"))
    rest: dict[str, Any] = {"billing_details": details, "metadata": params.metadata()}
    rest["allow_redisplay"] = params.choice("allow_redisplay", ("always", "limited", "unspecified"), "unspecified")
    if kind == "card":
        return _card_of(desk, params.child("card"), rest)
    return bank_accounts.create(desk, kind, params.child(kind), rest)


def _details(given: Parameters) -> Object:
    names = ("email", "name", "phone", "tax_id")
    return {"address": given.mapping("address") or None} | {name: given.text(name) for name in names}


def _card_of(desk: Desk, given: Parameters, rest: dict[str, Any]) -> Object:
    given.only(("number", "exp_month", "exp_year", "cvc", "token", "networks"))
    if token := given.text("token"):
        card = cards.by_token(token)
        if card is None:
            raise missing("token", token, param="card[token]")
        return add_card(desk, card, **rest)
    number = given.needed("number").replace(" ", "").replace("-", "")
    month, year = given.needed_whole("exp_month"), given.needed_whole("exp_year")
    year += 2000 if year < 100 else 0
    card = cards.by_number(number)
    if card is None:
        raise CardError("Your card number is incorrect.", code="incorrect_number", param="number")
    if not 1 <= month <= 12:
        raise CardError("Your card's expiration month is invalid.", code="invalid_expiry_month", param="exp_month")
    if (year, month) < (desk.at.year, desk.at.month):
        raise CardError("Your card's expiration year is invalid.", code="invalid_expiry_year", param="exp_year")
    cvc = given.text("cvc")
    if cvc is not None and (not cvc.isdigit() or len(cvc) != (4 if card.brand == "amex" else 3)):
        raise CardError("Your card's security code is invalid.", code="invalid_cvc", param="cvc")
    return add_card(desk, card, exp_month=month, exp_year=year, **rest)


def add_card(desk: Desk, card: Card, *, exp_month: int = 12, exp_year: int = 0, **rest: Any) -> Object:
    last4, unknown = card.number[-4:], {"address_line1_check": None, "address_postal_code_check": None}
    shape = {
        "brand": card.brand,
        "checks": unknown | {"cvc_check": "unchecked"},
        "country": "GB" if card.number.startswith("400000826") else "US",
        "display_brand": {"amex": "american_express"}.get(card.brand, card.brand),
        "exp_month": exp_month,
        "exp_year": exp_year or desk.at.year + 3,
        "fingerprint": _fingerprint(card.number),
        "funding": card.funding,
        "generated_from": None,
        "last4": last4,
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }
    usual: dict[str, Any] = {"allow_redisplay": "unspecified", "billing_details": _details(Parameters({}))}
    method = usual | {"metadata": {}} | rest
    return desk.add("payment_method", card=shape, customer=None, type="card", _number=card.number, **method)


def _fingerprint(number: str) -> str:
    return hashlib.sha256(f"pamoja-sandbox:{number}".encode()).hexdigest()[:16]


def card_of(method: Object) -> Card:
    card = cards.by_number(method["_number"])
    assert card is not None, "only good numbers are kept"
    return card


def by_name(desk: Desk, name: str, *, param: str = "payment_method") -> Object:
    """A method by its id, or a fresh one from a test token such as `pm_card_visa`. Raises: StripeError."""
    card = cards.by_token(name)
    if card is not None:
        return add_card(desk, card)
    if bank := bank_accounts.by_token(desk, name):
        return bank
    return desk.get("payment_method", name, param=param)


def attach(call: Call) -> Object:
    """`POST /v1/payment_methods/{id}/attach`."""
    call.params.only(("customer",))
    customer = call.get("customer", call.params.needed("customer"), param="customer")
    method = by_name(call, call.path["id"], param="id")
    attach_to(call, method, customer)
    return method


def attach_to(desk: Desk, method: Object, customer: Object, *, is_checked: bool = False) -> None:
    """Raises: CardError when the bank declines the card; `is_checked`: it has just been asked."""
    if method["customer"] == customer["id"]:
        return
    if method["customer"]:
        raise unfit("The payment method you provided has already been attached to a customer.")
    refuse_spent(method)
    if method["type"] == "card" and not is_checked:
        verdict = cards.verdict_on_setup(card_of(method), is_authenticated=True)
        if isinstance(verdict, cards.Decline):
            raise declined(verdict, method)
    if method["type"] == "card":
        card = card_of(method)
        has_address = bool(method["billing_details"]["address"])
        method["card"]["checks"] = {
            "address_line1_check": card.line1 if has_address else None,
            "address_postal_code_check": card.postcode if has_address else None,
            "cvc_check": card.cvc,
        }
    method["customer"] = customer["id"]
    desk.save(method)
    desk.tell("payment_method.attached", method)


def refuse_spent(method: Object) -> None:
    """Raises: StripeError for a method that was used up or detached."""
    if method.get("_spent"):
        raise unfit(
            "This PaymentMethod was previously used without being attached to a Customer or was detached "
            "from a "
            "Customer, and may not be used again.",
            param="payment_method",
        )


def declined(verdict: cards.Decline, method: Object | None = None, **more: Any) -> CardError:
    """The 402 that tells of a decline."""
    return CardError(
        verdict.message,
        code=verdict.code,
        decline_code=verdict.decline_code,
        advice_code=verdict.advice,
        network_decline_code=verdict.network,
        payment_method=shown(method) if method else None,
        **more,
    )


def detach(call: Call) -> Object:
    """`POST /v1/payment_methods/{id}/detach`: it can never be used again."""
    call.params.only(())
    method = call.get("payment_method", call.path["id"])
    if not method["customer"]:
        raise unfit("The payment method you provided is not attached to a customer so detachment is impossible.")
    customer = call.find("customer", method["customer"])
    if customer and customer.get("invoice_settings", {}).get("default_payment_method") == method["id"]:
        customer["invoice_settings"]["default_payment_method"] = None
        call.save(customer)
    before = method["customer"]
    method |= {"customer": None, "_spent": True}
    call.save(method)
    call.tell("payment_method.detached", method, previous={"customer": before})
    return method


def update(call: Call) -> Object:
    """`POST /v1/payment_methods/{id}`."""
    params, method = call.params, call.get("payment_method", call.path["id"])
    params.only(("billing_details", "card", "metadata", "allow_redisplay"))
    before: Object = {"metadata": method["metadata"], "billing_details": dict(method["billing_details"])}
    if "billing_details" in params:
        method["billing_details"] |= {
            name: value for name, value in _details(params.child("billing_details")).items() if value is not None
        }
    given = params.child("card")
    for name in ("exp_month", "exp_year"):
        if name in given:
            method["card"][name] = given.needed_whole(name)
    method["metadata"] = params.metadata(method["metadata"])
    call.save(method)
    call.tell("payment_method.updated", method, previous=changes(before, method))
    return method


def listing(call: Call) -> Object:
    """`GET /v1/payment_methods?customer=&type=` and `GET /v1/customers/{id}/payment_methods`."""
    if "id" in call.path:
        call.living("customer", call.path["id"])
        return call.listed("payment_method", "type", customer=call.path["id"])
    if "customer" in call.params:
        call.get("customer", call.params.needed("customer"), param="customer")
    return call.listed("payment_method", "type", "customer", "allow_redisplay")


def retrieve_of_customer(call: Call) -> Object:
    """`GET /v1/customers/{id}/payment_methods/{method}`."""
    method = call.get("payment_method", call.path["method"])
    if method["customer"] != call.path["id"]:
        raise missing("PaymentMethod", call.path["method"])
    return method
