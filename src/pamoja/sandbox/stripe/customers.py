"""Customers: whom cards, mandates, subscriptions and invoices belong to."""

from pamoja.sandbox.stripe import payment_methods, subscriptions
from pamoja.sandbox.stripe.call import Call
from pamoja.sandbox.stripe.desk import follow_customer
from pamoja.sandbox.stripe.errors import StripeError
from pamoja.sandbox.stripe.objects import Object, changes
from pamoja.sandbox.stripe.params import Parameters, names

FIELDS = names(
    "email name phone description metadata payment_method invoice_settings address shipping tax_exempt "
    "preferred_locales balance test_clock invoice_prefix next_invoice_sequence cash_balance tax tax_id_data source "
    "individual_name business_name"
)
TEXTS = ("email", "name", "phone", "description")


def create(call: Call) -> Object:
    """`POST /v1/customers`."""
    params = call.params
    params.only(FIELDS)
    call.follow(params.text("test_clock"))
    customer = call.add("customer", **_blank(params, call.test_clock), metadata=params.metadata())
    customer["invoice_prefix"] = params.text("invoice_prefix") or customer["id"][-8:].upper()
    _settings(call, customer, params)
    call.save(customer)
    call.tell("customer.created", customer)
    return customer


def _blank(params: Parameters, test_clock: str | None) -> Object:
    return {
        **{name: params.text(name) for name in TEXTS},
        "address": params.mapping("address") or None,
        "balance": params.whole("balance", 0),
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "discount": None,
        "invoice_prefix": None,
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "next_invoice_sequence": 1,
        "preferred_locales": params.texts("preferred_locales"),
        "shipping": params.mapping("shipping") or None,
        "tax_exempt": params.choice("tax_exempt", ("none", "exempt", "reverse"), "none"),
        "test_clock": test_clock,
    }


def _settings(call: Call, customer: Object, params: Parameters) -> None:
    """The card given on the way, and the default one."""
    if given := params.text("payment_method"):
        payment_methods.attach_to(call, payment_methods.by_name(call, given), customer)
    settings = params.child("invoice_settings")
    if "default_payment_method" in settings:
        chosen = settings.text("default_payment_method")
        if chosen:
            chosen = payment_methods.by_name(call, chosen)["id"]
            method = call.get("payment_method", chosen)
            if method["customer"] != customer["id"]:
                raise StripeError(
                    400,
                    f"The customer does not have a payment method with the ID {chosen}. The payment "
                    "method must be attached to the customer.",
                    code="resource_missing",
                    param="invoice_settings[default_payment_method]",
                )
        customer["invoice_settings"]["default_payment_method"] = chosen


def update(call: Call) -> Object:
    """`POST /v1/customers/{id}`."""
    params, customer = call.params, call.living("customer", call.path["id"])
    params.only(FIELDS)
    follow_customer(call, customer["id"])
    before = dict(customer) | {"invoice_settings": dict(customer["invoice_settings"])}
    customer |= {name: params.text(name) for name in TEXTS if name in params}
    customer |= {name: params.mapping(name) or None for name in ("address", "shipping") if name in params}
    customer["balance"] = params.whole("balance", customer["balance"])
    customer["tax_exempt"] = params.choice("tax_exempt", ("none", "exempt", "reverse"), customer["tax_exempt"])
    customer["metadata"] = params.metadata(customer["metadata"])
    _settings(call, customer, params)
    call.save(customer)
    call.tell("customer.updated", customer, previous=changes(before, customer))
    return customer


def delete(call: Call) -> Object:
    """`DELETE /v1/customers/{id}`: its subscriptions end, its cards are detached."""
    customer = call.living("customer", call.path["id"])
    for subscription in call.all("subscription", customer=customer["id"]):
        if subscription["status"] not in subscriptions.OVER:
            subscriptions.end_now(call, subscription)
    for method in call.all("payment_method", customer=customer["id"]):
        method["customer"] = None
        call.save(method)
    call.tell("customer.deleted", customer)
    return call.remove(customer)


def listing(call: Call) -> Object:
    """`GET /v1/customers`."""
    return call.listed("customer", "email", "test_clock")
