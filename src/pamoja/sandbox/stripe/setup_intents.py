"""Setup intents: a card or an account is kept for later, with its holder's consent."""

from pamoja.sandbox.stripe import bank_accounts, cards, charging, payment_methods
from pamoja.sandbox.stripe.bank_accounts import CURRENCIES
from pamoja.sandbox.stripe.call import Call
from pamoja.sandbox.stripe.desk import Desk, customer_of, follow_customer
from pamoja.sandbox.stripe.errors import StripeError, unfit
from pamoja.sandbox.stripe.objects import Object, shown
from pamoja.sandbox.stripe.params import Parameters, names
from pamoja.sandbox.stripe.paying import OPEN, WATCHERS
from pamoja.sandbox.stripe.payment_intents import prove_secret

FIELDS = names(
    "customer payment_method_types usage confirm payment_method payment_method_data return_url mandate_data single_use "
    "automatic_payment_methods description metadata payment_method_options on_behalf_of use_stripe_sdk client_secret "
    "attach_to_self flow_directions"
)
ON_CONFIRM = names(
    "payment_method payment_method_data return_url mandate_data payment_method_options client_secret use_stripe_sdk"
)


def create(call: Call) -> Object:
    """`POST /v1/setup_intents`."""
    params = call.params
    params.only(FIELDS)
    customer = customer_of(call, params)
    follow_customer(call, params.text("customer"))
    kinds = params.texts("payment_method_types")
    for kind in kinds:
        if kind not in ("card", *CURRENCIES):
            raise StripeError(
                400, f"The payment method type provided: {kind} is invalid.", param="payment_method_types"
            )
    intent = add(
        call,
        customer=customer["id"] if customer else None,
        payment_method_types=kinds or ["card", "bacs_debit"],
        automatic_payment_methods=None if kinds else {"allow_redirects": "always", "enabled": True},
        usage=params.choice("usage", ("off_session", "on_session"), "off_session"),
        description=params.text("description"),
        metadata=params.metadata(),
        payment_method_options=params.mapping("payment_method_options") or {},
        on_behalf_of=params.text("on_behalf_of"),
    )
    _choose(call, intent, params)
    call.tell("setup_intent.created", intent)
    if params.flag("confirm"):
        confirm_with(call, intent, params)
    return intent


def add(desk: Desk, **fields: object) -> Object:
    """A new intent with the usual blanks."""
    blank: Object = {
        "application": None,
        "attach_to_self": None,
        "automatic_payment_methods": None,
        "cancellation_reason": None,
        "customer": None,
        "description": None,
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "mandate": None,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": "off_session",
    }
    intent = desk.add("setup_intent", **blank | fields)
    intent["client_secret"] = f"{intent['id']}_secret_{desk.new_id('x').removeprefix('x_')}"
    return desk.save(intent)


def _choose(desk: Desk, intent: Object, params: Parameters) -> None:
    if given := params.text("payment_method"):
        method = payment_methods.by_name(desk, given)
    elif params.child("payment_method_data").given:
        method = payment_methods.from_parameters(desk, params.child("payment_method_data"))
    else:
        return
    payment_methods.refuse_spent(method)
    if method["type"] not in intent["payment_method_types"]:
        raise StripeError(
            400,
            f"The PaymentMethod provided ({method['type']}) is not allowed for this SetupIntent.",
            param="payment_method",
            is_kept=True,
        )
    if method["customer"] and method["customer"] != intent["customer"]:
        raise StripeError(
            400, "The provided PaymentMethod belongs to another customer.", param="payment_method", is_kept=True
        )
    intent["payment_method"] = method["id"]
    if intent["status"] == "requires_payment_method":
        intent["status"] = "requires_confirmation"
    desk.save(intent)


def retrieve(call: Call) -> Object:
    """`GET /v1/setup_intents/{id}`."""
    call.params.only(("client_secret",))
    intent = call.get("setup_intent", call.path["id"])
    prove_secret(call, intent)
    return intent


def update(call: Call) -> Object:
    """`POST /v1/setup_intents/{id}`."""
    params, intent = call.params, call.get("setup_intent", call.path["id"])
    params.only(FIELDS)
    if intent["status"] not in OPEN and set(params.given) - {"metadata", "description", "expand"}:
        raise _state_error(intent, "updated")
    if "customer" in params:
        intent["customer"] = (customer_of(call, params) or {"id": None})["id"]
    intent["description"] = params.text("description", intent["description"])
    intent["metadata"] = params.metadata(intent["metadata"])
    _choose(call, intent, params)
    return call.save(intent)


def confirm(call: Call) -> Object:
    """`POST /v1/setup_intents/{id}/confirm`."""
    intent = call.get("setup_intent", call.path["id"])
    call.params.only(ON_CONFIRM)
    prove_secret(call, intent)
    follow_customer(call, intent["customer"])
    _choose(call, intent, call.params)
    confirm_with(call, intent, call.params)
    return intent


def confirm_with(desk: Desk, intent: Object, params: Parameters) -> None:
    """Raises: StripeError when it cannot be confirmed, CardError when the bank declines."""
    if intent["status"] not in OPEN or intent["payment_method"] is None:
        raise _state_error(intent, "confirmed")
    method = desk.get("payment_method", intent["payment_method"])
    return_url = params.text("return_url")
    if intent["automatic_payment_methods"] and not return_url and params.text("use_stripe_sdk") != "true":
        raise StripeError(
            400,
            "This SetupIntent is configured to accept payment methods enabled in your "
            "Dashboard: you "
            "must provide a `return_url`, or name `payment_method_types`.",
            param="return_url",
        )
    intent["_return_url"] = return_url
    intent["latest_attempt"] = desk.new_id("setatt")
    if method["type"] == "card":
        options = intent["payment_method_options"].get("card") or {}
        asks_3ds = options.get("request_three_d_secure") in ("any", "challenge")
        verdict = cards.verdict_on_setup(payment_methods.card_of(method), asks_3ds=asks_3ds)
        _follow(desk, intent, method, verdict)
        return
    acceptance = params.child("mandate_data").child("customer_acceptance").given
    if not acceptance and not intent.get("_by_checkout"):
        raise StripeError(400, "Missing required param: mandate_data.", code="parameter_missing", param="mandate_data")
    intent["mandate"] = bank_accounts.accept_mandate(desk, method, dict(acceptance) or None)["id"]
    succeeded(desk, intent, method)


def _follow(desk: Desk, intent: Object, method: Object, verdict: cards.Verdict) -> None:
    if verdict == "authenticate":
        intent |= {"status": "requires_action", "next_action": next_action(desk, intent)}
        desk.save(intent)
        desk.tell("setup_intent.requires_action", intent)
    elif isinstance(verdict, cards.Decline):
        error = payment_methods.declined(verdict, method)
        _put_back(desk, intent, error.error)
        error.error["setup_intent"] = shown(intent)
        raise error
    else:
        succeeded(desk, intent, method)


def next_action(desk: Desk, intent: Object) -> Object:
    url = f"{charging.origin(desk)}/authenticate/{intent['id']}?client_secret={intent['client_secret']}"
    if intent.get("_return_url"):
        return {"type": "redirect_to_url", "redirect_to_url": {"return_url": intent["_return_url"], "url": url}}
    return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": url}}


def succeeded(desk: Desk, intent: Object, method: Object) -> None:
    """The method is kept, for its customer where there is one."""
    intent |= {"status": "succeeded", "next_action": None, "last_setup_error": None}
    customer = desk.find("customer", intent["customer"])
    if customer:
        payment_methods.attach_to(desk, method, customer, is_checked=True)
    method["_is_set_up"] = intent["usage"] == "off_session"
    desk.save(method)
    desk.save(intent)
    desk.tell("setup_intent.succeeded", intent)
    _tell_owner(desk, intent)


def _tell_owner(desk: Desk, intent: Object) -> None:
    for watcher in WATCHERS:
        watcher(desk, intent)


def _put_back(desk: Desk, intent: Object, error: Object) -> None:
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "last_setup_error": dict(error),
    }
    desk.save(intent)
    desk.tell("setup_intent.setup_failed", intent)


def authenticate(desk: Desk, intent: Object, *, has_passed: bool) -> None:
    """The cardholder answered their bank."""
    if intent["status"] != "requires_action":
        raise _state_error(intent, "authenticated")
    method = desk.get("payment_method", intent["payment_method"])
    verdict = cards.verdict_on_setup(payment_methods.card_of(method), is_authenticated=True)
    if not has_passed:
        _put_back(
            desk,
            intent,
            {
                "type": "card_error",
                "code": "setup_intent_authentication_failure",
                "message": "The latest attempt to set up the payment method has failed because authentication failed.",
                "payment_method": shown(method),
            },
        )
    elif isinstance(verdict, cards.Decline):
        _put_back(desk, intent, payment_methods.declined(verdict, method).error)
    else:
        succeeded(desk, intent, method)


def cancel(call: Call) -> Object:
    """`POST /v1/setup_intents/{id}/cancel`."""
    call.params.only(("cancellation_reason",))
    intent = call.get("setup_intent", call.path["id"])
    if intent["status"] not in OPEN:
        raise _state_error(intent, "canceled")
    intent |= {
        "status": "canceled",
        "next_action": None,
        "cancellation_reason": call.params.choice(
            "cancellation_reason", ("abandoned", "requested_by_customer", "duplicate")
        ),
    }
    call.save(intent)
    call.tell("setup_intent.canceled", intent)
    return intent


def _state_error(intent: Object, done: str) -> StripeError:
    return unfit(
        f"This SetupIntent could not be {done} because it has a status of {intent['status']}.",
        code="setup_intent_unexpected_state",
        setup_intent=shown(intent),
    )


def listing(call: Call) -> Object:
    return call.listed("setup_intent", "customer", "payment_method")
