"""Checkout sessions: a page of Stripe's on which somebody pays, subscribes or keeps a card."""

from datetime import timedelta
from typing import Any

from pamoja.sandbox.stripe import catalogue, charging, discounts, paying, setup_intents
from pamoja.sandbox.stripe.bank_accounts import CURRENCIES
from pamoja.sandbox.stripe.call import INCLUDED, Call, as_list
from pamoja.sandbox.stripe.desk import Desk, customer_of, follow_customer
from pamoja.sandbox.stripe.dues import happens
from pamoja.sandbox.stripe.errors import StripeError, unfit
from pamoja.sandbox.stripe.objects import Object
from pamoja.sandbox.stripe.params import Parameters, names
from pamoja.sandbox.world import World

FIELDS = names(
    "mode line_items success_url cancel_url return_url customer customer_email customer_creation client_reference_id "
    "allow_promotion_codes discounts payment_intent_data subscription_data setup_intent_data payment_method_types "
    "expires_at ui_mode metadata currency locale submit_type payment_method_options billing_address_collection "
    "payment_method_collection phone_number_collection automatic_tax consent_collection custom_fields custom_text "
    "customer_update invoice_creation saved_payment_method_options redirect_on_completion origin_context"
)
MODES = ("payment", "setup", "subscription")
UI = ("hosted_page", "embedded_page", "elements", "form", "hosted")
SHORTEST, LONGEST = timedelta(minutes=30), timedelta(hours=24)


def create(call: Call) -> Object:
    """`POST /v1/checkout/sessions`."""
    params = call.params
    params.only(FIELDS)
    follow_customer(call, params.text("customer"))
    mode = str(params.choice("mode", MODES, params.needed("mode")))
    ui = params.choice("ui_mode", UI, "hosted_page")
    if ui in ("hosted_page", "hosted"):
        params.needed("success_url")
    lines = _lines(call, mode)
    customer = customer_of(call, params)
    currency = lines[0]["currency"] if lines else (params.text("currency") or "gbp").lower()
    session = call.add("checkout.session", **_blank(params, mode), currency=currency, _line_items=lines)
    subtotal = sum(line["amount_total"] for line in lines)
    session |= {
        "amount_subtotal": subtotal if lines else None,
        "customer": customer["id"] if customer else None,
        "expires_at": _expires_at(call, params),
        "payment_method_types": _kinds(params, currency),
        "payment_status": "no_payment_required" if mode == "setup" else "unpaid",
        "ui_mode": ui,
        "url": f"{charging.origin(call)}/checkout/{session['id']}" if ui in ("hosted_page", "hosted") else None,
        "_discounts": discounts.redeem_all(
            call, params.children("discounts"), customer=customer["id"] if customer else None, amount=subtotal
        ),
        "_data": {name: params.mapping(name) or {} for name in ("payment_intent_data", "subscription_data")},
    }
    reckon(call, session)
    if mode == "setup":
        intent = _setup(call, session, params)
        session["setup_intent"] = intent["id"]
    call.save(session)
    call.later("stripe.checkout_expires", timedelta(seconds=session["expires_at"] - call.now_s), session=session["id"])
    return session


def _blank(params: Parameters, mode: str) -> Object:
    return {
        "adaptive_pricing": None,
        "after_expiration": None,
        "allow_promotion_codes": params.flag("allow_promotion_codes") or None,
        "amount_subtotal": None,
        "amount_total": None,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": params.text("billing_address_collection"),
        "cancel_url": params.text("cancel_url"),
        "client_reference_id": params.text("client_reference_id", most=200),
        "client_secret": None,
        "collected_information": None,
        "consent": None,
        "customer_creation": params.choice("customer_creation", ("always", "if_required"))
        or ("if_required" if mode == "payment" else "always"),
        "customer_details": None,
        "customer_email": params.text("customer_email"),
        "discounts": [],
        "invoice": None,
        "locale": params.text("locale"),
        "metadata": params.metadata(),
        "mode": mode,
        "payment_intent": None,
        "payment_method_collection": "always",
        "payment_method_options": params.mapping("payment_method_options") or {},
        "return_url": params.text("return_url"),
        "setup_intent": None,
        "shipping_cost": None,
        "status": "open",
        "submit_type": params.text("submit_type"),
        "subscription": None,
        "success_url": params.text("success_url"),
    }


def _lines(call: Call, mode: str) -> list[Object]:
    given = call.params.children("line_items")
    if mode == "setup":
        return []
    if not given:
        raise StripeError(400, "Missing required param: line_items.", code="parameter_missing", param="line_items")
    lines = []
    for each in given:
        each.only(("price", "price_data", "quantity", "adjustable_quantity", "dynamic_tax_rates", "tax_rates"))
        if each.child("price_data").given:
            data = each.child("price_data")
            product = (
                catalogue.add_product(call, data.child("product_data"))["id"]
                if data.child("product_data").given
                else call.get("product", data.needed("product"), param=data.called("product"))["id"]
            )
            price = catalogue.add_price(call, data, product)
        else:
            price = call.get("price", each.needed("price"), param=each.called("price"))
        if price["type"] == "recurring" and mode == "payment":
            raise StripeError(
                400,
                "You specified `payment` mode but passed a recurring price. Either switch to "
                "`subscription` mode or use only one-time prices.",
                param=each.called("price"),
            )
        quantity = each.whole("quantity", 1, least=1) or 1
        product_name = (call.find("product", price["product"]) or {}).get("name")
        lines.append(_line(call, price, quantity, product_name))
    if mode == "subscription" and not any(line["price"]["recurring"] for line in lines):
        raise StripeError(
            400, "You must provide at least one recurring price in `subscription` mode.", param="line_items"
        )
    return lines


def _line(desk: Desk, price: Object, quantity: int, name: str | None) -> Object:
    amount = catalogue.amount_of(price, quantity)
    return {
        "id": desk.new_id("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": name or price["nickname"] or price["id"],
        "price": {key: value for key, value in price.items() if not key.startswith("_")},
        "quantity": quantity,
    }


def _expires_at(call: Call, params: Parameters) -> int:
    wished = params.whole("expires_at")
    if wished is None:
        return int((call.at + LONGEST).timestamp())
    if not call.now_s + SHORTEST.total_seconds() - 60 <= wished <= call.now_s + LONGEST.total_seconds() + 60:
        raise StripeError(
            400,
            "The `expires_at` timestamp must be at least 30 minutes and less than 24 hours from "
            "Checkout Session creation.",
            param="expires_at",
        )
    return wished


def _kinds(params: Parameters, currency: str) -> list[str]:
    kinds = params.texts("payment_method_types")
    for kind in kinds:
        if CURRENCIES.get(kind, currency) != currency or kind not in ("card", "link", *CURRENCIES):
            raise StripeError(
                400, f"The payment method type {kind} is invalid for {currency}.", param="payment_method_types"
            )
    return kinds or ["card"]


def reckon(desk: Desk, session: Object) -> None:
    """The total, discounts taken off. A trial costs nothing today."""
    if session["amount_subtotal"] is None:
        return
    lines = discounts.taken_off(desk, session["amount_subtotal"], session["currency"], session["_discounts"])
    off = sum(line["amount"] for line in lines)
    session["total_details"] = {"amount_discount": off, "amount_shipping": 0, "amount_tax": 0}
    session["amount_total"] = session["amount_subtotal"] - off
    found = [desk.get("discount", number) for number in session["_discounts"]]
    session["discounts"] = [
        {"coupon": each["source"]["coupon"], "promotion_code": each["promotion_code"]} for each in found
    ]


def _setup(call: Call, session: Object, params: Parameters) -> Object:
    data = params.child("setup_intent_data")
    data.only(("description", "metadata", "on_behalf_of"))
    intent = setup_intents.add(
        call,
        customer=session["customer"],
        description=data.text("description"),
        metadata=data.metadata(),
        payment_method_types=session["payment_method_types"],
    )
    intent["_by_checkout"] = session["id"]
    return call.save(intent)


@paying.when_one_moves
def intent_moved(desk: Desk, intent: Object) -> None:
    """The intent behind a session succeeded, is processing or failed."""
    session = desk.find("checkout.session", intent.get("_by_checkout"))
    if session is None:
        return
    if session["status"] == "open":
        if intent["status"] in ("succeeded", "processing", "requires_capture"):
            complete(desk, session, is_paid=intent["status"] == "succeeded")
    elif intent["status"] == "succeeded" and session["payment_status"] == "unpaid":
        session["payment_status"] = "paid"
        desk.save(session)
        desk.tell("checkout.session.async_payment_succeeded", session)
    elif intent["status"] == "requires_payment_method" and session["payment_status"] == "unpaid":
        desk.tell("checkout.session.async_payment_failed", session)


def complete(desk: Desk, session: Object, *, is_paid: bool) -> None:
    """Done: fulfil it if it is paid; a bank debit is told later."""
    session |= {"status": "complete", "url": None}
    if session["mode"] != "setup":
        session["payment_status"] = "paid" if is_paid else "unpaid"
    if session["amount_total"] == 0:
        session["payment_status"] = "no_payment_required"
    desk.save(session)
    desk.tell("checkout.session.completed", session)


def expire(call: Call) -> Object:
    """`POST /v1/checkout/sessions/{id}/expire`."""
    call.params.only(())
    session = call.get("checkout.session", call.path["id"])
    if session["status"] != "open":
        raise unfit(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a '
            f"status of `{session['status']}`."
        )
    end(call, session)
    return session


def end(desk: Desk, session: Object) -> None:
    session |= {"status": "expired", "url": None}
    desk.save(session)
    desk.tell("checkout.session.expired", session)


def update(call: Call) -> Object:
    call.params.only(("metadata",))
    session = call.get("checkout.session", call.path["id"])
    session["metadata"] = call.params.metadata(session["metadata"])
    return call.save(session)


def listing(call: Call) -> Object:
    return call.listed("checkout.session", "customer", "payment_intent", "subscription", "status", "payment_link")


def line_items(call: Call) -> Object:
    """`GET /v1/checkout/sessions/{id}/line_items`."""
    return _as_lines(call, call.get("checkout.session", call.path["id"]))


def _as_lines(desk: Desk, session: Object) -> Object:
    kept = desk.get("checkout.session", session["id"])
    return as_list(f"/v1/checkout/sessions/{session['id']}/line_items", kept["_line_items"])


INCLUDED["checkout.session", "line_items"] = _as_lines


def join(world: World) -> None:
    """Lets sessions expire that nobody completed."""

    def expires(desk: Desk, payload: dict[str, Any]) -> None:
        session = desk.get("checkout.session", payload["session"])
        if session["status"] == "open":
            end(desk, session)

    happens(world, "stripe.checkout_expires", expires)
