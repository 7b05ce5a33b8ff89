"""The API of payment intents: made, changed, confirmed, captured, cancelled."""

from typing import Any

from pamoja.sandbox.stripe import charging, paying
from pamoja.sandbox.stripe.bank_accounts import CURRENCIES
from pamoja.sandbox.stripe.call import Call
from pamoja.sandbox.stripe.desk import Desk, customer_of, follow_customer
from pamoja.sandbox.stripe.dues import happens
from pamoja.sandbox.stripe.errors import StripeError, unfit
from pamoja.sandbox.stripe.objects import Object, shown
from pamoja.sandbox.stripe.params import Parameters, names
from pamoja.sandbox.world import World

FIELDS = names(
    "amount currency customer payment_method payment_method_types automatic_payment_methods confirm off_session "
    "capture_method confirmation_method error_on_requires_action mandate mandate_data return_url setup_future_usage "
    "statement_descriptor statement_descriptor_suffix receipt_email description metadata application_fee_amount "
    "on_behalf_of transfer_data transfer_group payment_method_options payment_method_data shipping use_stripe_sdk "
    "client_secret payment_method_configuration radar_options excluded_payment_method_types"
)
ON_CONFIRM = names(
    "payment_method payment_method_data payment_method_types payment_method_options off_session return_url mandate "
    "mandate_data "
    "setup_future_usage error_on_requires_action capture_method receipt_email shipping use_stripe_sdk client_secret "
    "radar_options amount_to_confirm"
)
LEAST = {"gbp": 30, "eur": 50, "usd": 50, "kes": 100}
MOST = 99_999_999
REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
TEXTS = ("description", "receipt_email", "statement_descriptor", "statement_descriptor_suffix", "transfer_group")


def fit_amount(params: Parameters, currency: str, name: str = "amount") -> int:
    """Units: minor. Raises: StripeError amount_too_small or amount_too_large."""
    amount = params.needed_whole(name, least=1)
    least = LEAST.get(currency, 1)
    if amount < least:
        raise StripeError(
            400,
            f"Amount must be at least {least} in the smallest unit of {currency}",
            code="amount_too_small",
            param=name,
        )
    if amount > MOST:
        raise StripeError(400, "Amount must be no more than 99999999", code="amount_too_large", param=name)
    return amount


def fit_currency(params: Parameters, name: str = "currency") -> str:
    currency = params.needed(name).lower()
    if len(currency) != 3 or not currency.isalpha():
        raise StripeError(400, f"Invalid currency: {currency[:10]}", param=name)
    return currency


def create(call: Call) -> Object:
    """`POST /v1/payment_intents`."""
    params = call.params
    params.only(FIELDS)
    currency = fit_currency(params)
    amount = fit_amount(params, currency)
    customer = customer_of(call, params)
    follow_customer(call, params.text("customer"))
    kinds, automatic = _kinds(params, currency)
    intent = add(
        call,
        amount=amount,
        currency=currency,
        customer=customer["id"] if customer else None,
        payment_method_types=kinds,
        automatic_payment_methods=automatic,
        capture_method=params.choice("capture_method", ("automatic", "automatic_async", "manual"), "automatic_async"),
        confirmation_method=params.choice("confirmation_method", ("automatic", "manual"), "automatic"),
        setup_future_usage=params.choice("setup_future_usage", ("off_session", "on_session")),
        payment_method_options=params.mapping("payment_method_options") or {},
        application_fee_amount=params.whole("application_fee_amount", least=1),
        on_behalf_of=params.text("on_behalf_of"),
        transfer_data=_transfer_data(call, params),
        shipping=params.mapping("shipping") or None,
        metadata=params.metadata(),
        **{name: params.text(name) for name in TEXTS},
    )
    paying.choose_method(call, intent, params)
    call.tell("payment_intent.created", intent)
    if params.flag("confirm"):
        paying.confirm(call, intent, params)
    elif params.flag("off_session"):
        raise StripeError(400, "You cannot pass off_session without confirm=true.", param="off_session")
    return intent


def add(desk: Desk, **fields: Any) -> Object:
    """A new intent with the usual blanks."""
    blank: Object = {
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic",
        "confirmation_method": "automatic",
        "customer": None,
        "last_payment_error": None,
        "latest_charge": None,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "processing": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        **dict.fromkeys(TEXTS),
    }
    intent = desk.add("payment_intent", **blank | fields)
    intent["client_secret"] = f"{intent['id']}_secret_{desk.new_id('x').removeprefix('x_')}"
    return desk.save(intent)


def _kinds(params: Parameters, currency: str) -> tuple[list[str], Object | None]:
    """Which kinds of method may pay, and whether Stripe chose them."""
    automatic = params.child("automatic_payment_methods")
    kinds = params.texts("payment_method_types")
    if kinds and automatic.flag("enabled"):
        raise StripeError(
            400, "You may only specify one of these parameters: automatic_payment_methods, payment_method_types."
        )
    for kind in kinds:
        if kind not in ("card", "link", *CURRENCIES):
            raise StripeError(
                400, f"The payment method type provided: {kind} is invalid.", param="payment_method_types"
            )
        if CURRENCIES.get(kind, currency) != currency:
            raise StripeError(
                400,
                f"The currency provided ({currency}) is invalid for one of the payment method types ({kind}) provided.",
                param="payment_method_types",
            )
    if kinds:
        return kinds, None
    if automatic.flag("enabled", default=True):
        usual = ["card", *(kind for kind, its in CURRENCIES.items() if its == currency)]
        redirects = automatic.choice("allow_redirects", ("always", "never"), "always")
        return usual, {"allow_redirects": redirects, "enabled": True}
    return ["card"], None


def _transfer_data(call: Call, params: Parameters) -> Object | None:
    given = params.child("transfer_data")
    if not given.given:
        return None
    given.only(("destination", "amount"))
    destination = call.get("account", given.needed("destination"), param="transfer_data[destination]")
    amount = given.whole("amount", least=1)
    return {"destination": destination["id"]} | ({"amount": amount} if amount else {})


def retrieve(call: Call) -> Object:
    """`GET /v1/payment_intents/{id}`; with a publishable key, by its client secret."""
    call.params.only(("client_secret",))
    intent = call.get("payment_intent", call.path["id"])
    prove_secret(call, intent)
    return intent


def prove_secret(call: Call, intent: Object) -> None:
    """Raises: StripeError when a publishable key comes without the intent's secret."""
    given = call.params.text("client_secret")
    if (given or call.is_public) and given != intent["client_secret"]:
        raise StripeError(
            400,
            "The client_secret provided does not match the client_secret associated with this object.",
            param="client_secret",
        )


def update(call: Call) -> Object:
    """`POST /v1/payment_intents/{id}`."""
    params, intent = call.params, call.get("payment_intent", call.path["id"])
    params.only(FIELDS)
    is_open = intent["status"] in ("requires_payment_method", "requires_confirmation", "requires_action")
    frozen = [name for name in ("amount", "currency", "customer", "payment_method") if name in params]
    if frozen and not is_open:
        raise state_error(
            intent,
            f"This PaymentIntent's {frozen[0]} could not be updated because it has a status of {intent['status']}.",
        )
    if "currency" in params:
        intent["currency"] = fit_currency(params)
    if "amount" in params:
        intent["amount"] = fit_amount(params, intent["currency"])
    if "customer" in params:
        intent["customer"] = (customer_of(call, params) or {"id": None})["id"]
    if "setup_future_usage" in params:
        intent["setup_future_usage"] = params.choice("setup_future_usage", ("off_session", "on_session"))
    if "payment_method_options" in params:
        intent["payment_method_options"] |= params.mapping("payment_method_options") or {}
    if "shipping" in params:
        intent["shipping"] = params.mapping("shipping") or None
    intent |= {name: params.text(name) for name in TEXTS if name in params}
    intent["metadata"] = params.metadata(intent["metadata"])
    paying.choose_method(call, intent, params)
    call.save(intent)
    return intent


def confirm(call: Call) -> Object:
    """`POST /v1/payment_intents/{id}/confirm`."""
    intent = call.get("payment_intent", call.path["id"])
    call.params.only(ON_CONFIRM)
    prove_secret(call, intent)
    follow_customer(call, intent["customer"])
    paying.choose_method(call, intent, call.params)
    paying.confirm(call, intent, call.params)
    return intent


def capture(call: Call) -> Object:
    """`POST /v1/payment_intents/{id}/capture`; what is not captured is given back."""
    params, intent = call.params, call.get("payment_intent", call.path["id"])
    params.only(
        (
            "amount_to_capture",
            "metadata",
            "statement_descriptor",
            "statement_descriptor_suffix",
            "final_capture",
            "application_fee_amount",
            "transfer_data",
        )
    )
    if intent["status"] != "requires_capture":
        raise state_error(
            intent,
            f"This PaymentIntent could not be captured because it has a status of "
            f"{intent['status']}. Only a PaymentIntent with one of the following statuses may be "
            "captured: "
            "requires_capture.",
        )
    amount = params.whole("amount_to_capture", intent["amount_capturable"], least=1) or 0
    if amount > intent["amount_capturable"]:
        raise unfit(
            f"The amount_to_capture ({amount}) is greater than the amount capturable ({intent['amount_capturable']}).",
            code="amount_too_large",
            param="amount_to_capture",
        )
    charge = call.get("charge", intent["latest_charge"])
    intent["metadata"] = params.metadata(intent["metadata"])
    charging.capture(call, intent, charge, amount)
    if amount < charge["amount"]:
        charge["amount_refunded"] = charge["amount"] - amount
        call.save(charge)
    call.save(intent)
    call.tell("charge.captured", charge)
    call.tell("payment_intent.succeeded", intent)
    return intent


def cancel(call: Call) -> Object:
    """`POST /v1/payment_intents/{id}/cancel`."""
    params, intent = call.params, call.get("payment_intent", call.path["id"])
    params.only(("cancellation_reason",))
    reason = params.choice("cancellation_reason", REASONS)
    if intent["status"] in ("succeeded", "canceled", "processing"):
        raise state_error(
            intent,
            f"You cannot cancel this PaymentIntent because it has a status of "
            f"{intent['status']}. "
            "Only a PaymentIntent with one of the following statuses may be canceled: "
            "requires_payment_method, requires_capture, requires_confirmation, requires_action.",
        )
    end(call, intent, reason)
    return intent


def end(desk: Desk, intent: Object, reason: str | None) -> None:
    """Cancels an intent; an authorization that was held is let go."""
    if intent["status"] == "requires_capture":
        charge = desk.get("charge", intent["latest_charge"])
        charge |= {"refunded": True, "amount_refunded": charge["amount"]}
        desk.save(charge)
        desk.tell("charge.expired" if reason == "automatic" else "charge.refunded", charge)
    intent |= {
        "status": "canceled",
        "canceled_at": desk.now_s,
        "cancellation_reason": reason,
        "amount_capturable": 0,
        "next_action": None,
    }
    desk.save(intent)
    desk.tell("payment_intent.canceled", intent)


def state_error(intent: Object, message: str) -> StripeError:
    """The intent is not in a state for that."""
    return unfit(message, code="payment_intent_unexpected_state", payment_intent=shown(intent))


def listing(call: Call) -> Object:
    """`GET /v1/payment_intents`."""
    return call.listed("payment_intent", "customer")


def join(world: World) -> None:
    """Lets authorizations run out that nobody captured."""

    def authorization_ends(desk: Desk, payload: dict[str, Any]) -> None:
        intent = desk.get("payment_intent", payload["intent"])
        if intent["status"] == "requires_capture":
            end(desk, intent, "automatic")

    happens(world, "stripe.authorization_ends", authorization_ends)
