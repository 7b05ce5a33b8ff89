"""Confirms payment intents: the machine from a chosen method to succeeded, asked for more, processing or declined."""

from collections.abc import Callable
from typing import Any

from pamoja.sandbox.stripe import bank_accounts, cards, charging, payment_methods
from pamoja.sandbox.stripe.desk import Desk
from pamoja.sandbox.stripe.dues import happens
from pamoja.sandbox.stripe.errors import CardError, StripeError, unfit
from pamoja.sandbox.stripe.objects import Object, shown
from pamoja.sandbox.stripe.params import Parameters
from pamoja.sandbox.world import World

Watcher = Callable[[Desk, Object], None]
WATCHERS: list[Watcher] = []
OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
UNAUTHENTICATED = (
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod "
    "to attempt to fulfill this PaymentIntent again."
)


def choose_method(desk: Desk, intent: Object, params: Parameters) -> None:
    """Sets the method that was named or described. Raises: StripeError when it does not fit the intent."""
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
            f"The PaymentMethod provided ({method['type']}) is not allowed for this PaymentIntent. "
            "Please attach a PaymentMethod of one of the following types: "
            f"{', '.join(intent['payment_method_types'])}.",
            param="payment_method",
            is_kept=True,
        )
    if method["customer"] and method["customer"] != intent["customer"]:
        raise StripeError(
            400,
            "The provided PaymentMethod cannot be attached. To reuse a PaymentMethod, you must "
            "attach "
            "it to a Customer first, and pass that Customer along with it.",
            param="payment_method",
            is_kept=True,
        )
    intent["payment_method"] = method["id"]
    if intent["status"] == "requires_payment_method":
        intent["status"] = "requires_confirmation"
    desk.save(intent)


def confirm(desk: Desk, intent: Object, params: Parameters) -> None:
    """Raises: StripeError when it cannot be confirmed, CardError when the bank declines; the decline is written."""
    if intent["status"] not in OPEN:
        raise unfit(
            f"This PaymentIntent's state is {intent['status']}: it cannot be confirmed again.",
            code="payment_intent_unexpected_state",
            payment_intent=shown(intent),
        )
    if intent["payment_method"] is None:
        raise unfit(
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can either "
            "update "
            "the PaymentIntent with a payment method and then confirm it again, or confirm it again directly "
            "with a payment method.",
            code="payment_intent_unexpected_state",
            payment_intent=shown(intent),
        )
    method = desk.get("payment_method", intent["payment_method"])
    off_session = params.text("off_session") not in (None, "false")
    _take_wishes(desk, intent, params, off_session=off_session)
    if method["type"] == "card":
        verdict = charging.bank_says(desk, intent, method, off_session=off_session, is_authenticated=False)
        if verdict == "authenticate" and params.flag("error_on_requires_action"):
            verdict = cards.DECLINES["authentication_required"]
        _follow(desk, intent, method, verdict)
    else:
        _debit(desk, intent, method, params)


def _take_wishes(desk: Desk, intent: Object, params: Parameters, *, off_session: bool) -> None:
    return_url, automatic = params.text("return_url"), intent["automatic_payment_methods"]
    if return_url and not return_url.startswith(("http://", "https://")):
        raise StripeError(400, "Not a valid URL", code="url_invalid", param="return_url")
    redirects = automatic is not None and automatic["allow_redirects"] == "always"
    if redirects and not return_url and not off_session and params.text("use_stripe_sdk") != "true":
        raise StripeError(
            400,
            "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. "
            "Because some of these payment methods might redirect your customer off of your page, "
            "you must "
            "provide a `return_url`. If you don't want to accept redirect-based payment methods, set "
            "`automatic_payment_methods[enabled]` to `true` and "
            "`automatic_payment_methods[allow_redirects]` to `never`.",
            param="return_url",
        )
    intent["_return_url"] = return_url
    if "setup_future_usage" in params:
        intent["setup_future_usage"] = params.choice("setup_future_usage", ("off_session", "on_session"))
    if "payment_method_options" in params:
        intent["payment_method_options"] |= params.mapping("payment_method_options") or {}
    if "receipt_email" in params:
        intent["receipt_email"] = params.text("receipt_email")


def _follow(desk: Desk, intent: Object, method: Object, verdict: cards.Verdict) -> None:
    """Goes where the bank's verdict leads. Raises: CardError for a decline."""
    if verdict == "authenticate":
        intent |= {"status": "requires_action", "next_action": next_action(desk, intent)}
        desk.save(intent)
        desk.tell("payment_intent.requires_action", intent)
    elif isinstance(verdict, cards.Decline):
        raise declined(desk, intent, method, verdict)
    else:
        approved(desk, intent, method)


def next_action(desk: Desk, intent: Object) -> Object:
    """Where the cardholder proves who they are."""
    url = f"{charging.origin(desk)}/authenticate/{intent['id']}?client_secret={intent['client_secret']}"
    if intent.get("_return_url"):
        return {"type": "redirect_to_url", "redirect_to_url": {"return_url": intent["_return_url"], "url": url}}
    sdk = {"type": "three_d_secure_redirect", "stripe_js": url, "source": "src_sandbox"}
    return {"type": "use_stripe_sdk", "use_stripe_sdk": sdk}


def approved(desk: Desk, intent: Object, method: Object) -> None:
    """The bank said yes: the money is taken, or held where it is to be captured later."""
    charge = charging.add_charge(desk, intent, method, status="succeeded")
    intent |= {"last_payment_error": None, "next_action": None}
    _keep_method(desk, intent, method)
    if intent["capture_method"] == "manual":
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
        desk.save(intent)
        desk.tell("charge.succeeded", charge)
        desk.tell("payment_intent.amount_capturable_updated", intent)
        desk.later("stripe.authorization_ends", charging.AUTHORIZED_FOR, intent=intent["id"])
        return
    charging.capture(desk, intent, charge, intent["amount"])
    desk.save(intent)
    desk.tell("charge.succeeded", charge)
    desk.tell("payment_intent.succeeded", intent)
    _tell_owner(desk, intent)


def _keep_method(desk: Desk, intent: Object, method: Object) -> None:
    """For later where the intent says so; a method of nobody is used up."""
    customer = desk.find("customer", intent["customer"])
    if intent["setup_future_usage"] and customer and not method["customer"]:
        payment_methods.attach_to(desk, method, customer, is_checked=True)
    if intent["setup_future_usage"] == "off_session":
        method["_is_set_up"] = True
    if not method["customer"]:
        method["_spent"] = True
    desk.save(method)


def declined(desk: Desk, intent: Object, method: Object, verdict: cards.Decline) -> CardError:
    """Writes the failed attempt; returns the error to raise."""
    charge = charging.add_charge(desk, intent, method, status="failed", decline=verdict)
    error = payment_methods.declined(verdict, method, charge=charge["id"])
    _put_back(desk, intent, error.error)
    desk.tell("charge.failed", charge)
    desk.tell("payment_intent.payment_failed", intent)
    _tell_owner(desk, intent)
    error.error["payment_intent"] = shown(intent)
    return error


def _put_back(desk: Desk, intent: Object, error: Object) -> None:
    """Another method is needed."""
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "last_payment_error": dict(error),
    }
    desk.save(intent)


def when_one_moves(watcher: Watcher) -> Watcher:
    """Lets what an intent pays (an invoice, a Checkout session) go on when the intent does."""
    WATCHERS.append(watcher)
    return watcher


def _tell_owner(desk: Desk, intent: Object) -> None:
    for watcher in WATCHERS:
        watcher(desk, intent)


def authenticate(desk: Desk, intent: Object, *, has_passed: bool) -> None:
    """The cardholder answered their bank; a decline after that is written, not raised."""
    if intent["status"] != "requires_action":
        raise unfit("This payment is not waiting for authentication.", code="payment_intent_unexpected_state")
    method = desk.get("payment_method", intent["payment_method"])
    if not has_passed:
        error: Object = {
            "type": "card_error",
            "code": "payment_intent_authentication_failure",
            "message": UNAUTHENTICATED,
            "payment_method": shown(method),
        }
        _put_back(desk, intent, error)
        desk.tell("payment_intent.payment_failed", intent)
        _tell_owner(desk, intent)
        return
    intent["_is_authenticated"] = True
    verdict = charging.bank_says(desk, intent, method, off_session=False, is_authenticated=True)
    if isinstance(verdict, cards.Decline):
        declined(desk, intent, method, verdict)
    else:
        approved(desk, intent, method)


def _debit(desk: Desk, intent: Object, method: Object, params: Parameters) -> None:
    if intent["capture_method"] == "manual":
        raise StripeError(400, f"{method['type']} does not support manual capture.", param="capture_method")
    account = bank_accounts.account_of(method)
    if not method.get("_mandate"):
        acceptance = params.child("mandate_data").child("customer_acceptance").given
        if not acceptance and not intent.get("_by_checkout"):
            raise StripeError(
                400,
                f"Missing required param: mandate_data. A {method['type']} payment needs a mandate.",
                code="parameter_missing",
                param="mandate_data",
            )
        bank_accounts.accept_mandate(desk, method, dict(acceptance) or None)
    mandate = desk.find("mandate", method["_mandate"])
    if mandate is None or mandate["status"] == "inactive":
        raise unfit(
            "The mandate for this payment method is inactive. Set up a new one.",
            code="payment_method_invalid",
            param="payment_method",
        )
    if account.refusal:
        message = charging.FAILURES[account.refusal]
        error = {"type": "invalid_request_error", "code": account.refusal, "message": message}
        _put_back(desk, intent, error)
        desk.tell("payment_intent.payment_failed", intent)
        refusal = CardError(message, code=account.refusal, payment_intent=shown(intent))
        refusal.error["type"] = "invalid_request_error"
        raise refusal
    _keep_method(desk, intent, method)
    charging.debit(desk, intent, method)
    desk.save(intent)
    desk.tell("payment_intent.processing", intent)
    _tell_owner(desk, intent)


def debit_ends(desk: Desk, intent: Object, charge: Object, failure: str | None = None) -> None:
    """The bank answered a debit: by its test account, or with the `failure` a person chose; once."""
    if intent["status"] != "processing" or intent["latest_charge"] != charge["id"]:
        return
    method = desk.get("payment_method", charge["payment_method"])
    account = bank_accounts.account_of(method)
    code = account.failure if failure is None else failure
    if not code:
        charging.capture(desk, intent, charge, intent["amount"])
        desk.save(intent)
        desk.tell("charge.succeeded", charge)
        desk.tell("payment_intent.succeeded", intent)
        _tell_owner(desk, intent)
        return
    error = charging.debit_failed(desk, charge, code)
    _put_back(desk, intent, error | {"payment_method": shown(method)})
    desk.tell("payment_intent.payment_failed", intent)
    if bank_accounts.Account("", failure=code).ends_mandate:
        bank_accounts.revoke_mandate(desk, method)
    _tell_owner(desk, intent)


def join(world: World) -> None:
    """Lets bank debits end when they are due."""

    def ends(desk: Desk, payload: dict[str, Any]) -> None:
        debit_ends(desk, desk.get("payment_intent", payload["intent"]), desk.get("charge", payload["charge"]))

    happens(world, "stripe.debit_ends", ends)
