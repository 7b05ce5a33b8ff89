"""What happens when somebody fills in the page of a Checkout session."""

from pamoja.sandbox.stripe import (
    charging,
    checkout,
    invoice_items,
    invoices,
    paying,
    payment_intents,
    payment_methods,
    setup_intents,
    subscriptions,
)
from pamoja.sandbox.stripe.desk import Desk
from pamoja.sandbox.stripe.errors import unfit
from pamoja.sandbox.stripe.objects import Object
from pamoja.sandbox.stripe.params import Parameters


def submit(desk: Desk, session: Object, method: Object, *, email: str | None, name: str | None) -> str:
    """Somebody filled in the page. Returns where to go next. Raises: CardError, and the session stays open."""
    if session["status"] != "open":
        raise unfit("This Checkout Session is no longer open.", code="checkout_session_not_open")
    session["customer_details"] = {
        "address": None,
        "email": email or session["customer_email"],
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }
    _customer(desk, session)
    back = Parameters({"return_url": f"{charging.origin(desk)}/checkout/{session['id']}/done"})
    intent: Object | None
    if session["mode"] == "setup":
        intent = desk.get("setup_intent", session["setup_intent"])
        intent |= {"payment_method": method["id"], "customer": session["customer"], "status": "requires_confirmation"}
        setup_intents.confirm_with(desk, intent, back)
    elif session["mode"] == "subscription":
        intent = _subscribe(desk, session, method, back)
    else:
        intent = _pay(desk, session, method, back)
    desk.save(session)
    if intent and intent["status"] == "requires_action":
        return str(intent["next_action"]["redirect_to_url"]["url"])
    return after(session)


def after(session: Object) -> str:
    """Where the payer goes back to."""
    if session["status"] == "complete" and session["success_url"]:
        return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])
    return str(session["url"])


def _customer(desk: Desk, session: Object) -> None:
    """A customer is made where the session asks for one."""
    wanted = session["customer_creation"] == "always" or session["mode"] == "subscription"
    if session["customer"] or not wanted:
        return
    details = session["customer_details"]
    blank: Object = {"test_clock": None, "metadata": {}, "balance": 0, "currency": None, "delinquent": False}
    settings = {"custom_fields": None, "default_payment_method": None, "footer": None, "rendering_options": None}
    customer = desk.add(
        "customer",
        email=details["email"],
        name=details["name"],
        phone=None,
        description=None,
        invoice_settings=settings,
        next_invoice_sequence=1,
        invoice_prefix=desk.new_id("x", 8)[2:].upper(),
        **blank,
    )
    session["customer"] = customer["id"]
    desk.tell("customer.created", customer)


def _pay(desk: Desk, session: Object, method: Object, back: Parameters) -> Object:
    data = Parameters(session["_data"]["payment_intent_data"], "payment_intent_data")
    intent = desk.find("payment_intent", session["payment_intent"])
    if intent is None:
        intent = payment_intents.add(
            desk,
            amount=session["amount_total"],
            currency=session["currency"],
            customer=session["customer"],
            payment_method_types=session["payment_method_types"],
            payment_method_options=session["payment_method_options"],
            description=data.text("description"),
            metadata=data.metadata(),
            capture_method=data.text("capture_method") or "automatic_async",
            setup_future_usage=data.text("setup_future_usage"),
            receipt_email=data.text("receipt_email"),
            statement_descriptor=data.text("statement_descriptor"),
            transfer_group=data.text("transfer_group"),
            transfer_data=data.mapping("transfer_data") or None,
            application_fee_amount=data.whole("application_fee_amount"),
        )
        intent["_by_checkout"] = session["id"]
        session["payment_intent"] = intent["id"]
        desk.tell("payment_intent.created", intent)
    intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    desk.save(intent)
    desk.save(session)
    paying.confirm(desk, intent, back)
    return intent


def _subscribe(desk: Desk, session: Object, method: Object, back: Parameters) -> Object | None:
    subscription = _subscription_of(desk, session)
    session["subscription"] = subscription["id"]
    session["invoice"] = subscription["latest_invoice"]
    desk.save(session)
    intent = _pay_first(desk, subscription, method, session["id"], back)
    if intent is None:
        checkout.complete(desk, session, is_paid=True)
    return intent


def _subscription_of(desk: Desk, session: Object) -> Object:
    """The subscription that a Checkout session asks for, unpaid; a second try at the page finds it again."""
    if found := desk.find("subscription", session["subscription"]):
        return found
    customer = desk.get("customer", session["customer"])
    data = Parameters(session["_data"]["subscription_data"], "subscription_data")
    days = data.whole("trial_period_days", least=1)
    lines = session["_line_items"]
    items = [
        subscriptions.item_of(desk, desk.get("price", line["price"]["id"]), line["quantity"])
        for line in lines
        if line["price"]["recurring"]
    ]
    for line in lines:
        if not line["price"]["recurring"]:
            invoice_items.add_item(desk, customer["id"], line["amount_total"], line["currency"], line["description"])
    subscription = subscriptions.add(
        desk,
        customer,
        items,
        trial_end=desk.now_s + days * 86_400 if days else data.whole("trial_end"),
        description=data.text("description"),
        discounts=list(session["_discounts"]),
        metadata=data.metadata(),
        payment_settings={
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "on_subscription",
        },
    )
    subscriptions.begin(desk, subscription, behavior="default_incomplete")
    return subscription


def _pay_first(desk: Desk, subscription: Object, method: Object, session: str, params: Parameters) -> Object | None:
    """Pays the first invoice with what the page was given; the intent, or None where nothing is owed."""
    invoice = desk.get("invoice", subscription["latest_invoice"])
    if invoice["status"] == "paid":
        payment_methods.attach_to(desk, method, desk.get("customer", subscription["customer"]))
        subscription["default_payment_method"] = method["id"]
        method["_is_set_up"] = True
        desk.save(method)
        desk.save(subscription)
        return None
    intent = desk.get("payment_intent", invoice["_intent"])
    intent["_by_checkout"] = session
    return invoices.attempt(desk, invoice, method, params)
