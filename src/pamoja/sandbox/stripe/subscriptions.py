"""Subscriptions: trial, renewal, failed renewal, grace, recovery and end, by their customer's clock."""

from datetime import timedelta
from typing import Any

from pamoja.sandbox.stripe import invoice_items, invoices
from pamoja.sandbox.stripe.call import as_list, utc
from pamoja.sandbox.stripe.desk import Desk
from pamoja.sandbox.stripe.dues import happens
from pamoja.sandbox.stripe.errors import CardError, StripeError
from pamoja.sandbox.stripe.objects import Object
from pamoja.sandbox.stripe.params import Parameters
from pamoja.sandbox.stripe.periods import following
from pamoja.sandbox.stripe.subscription_lines import period, period_lines
from pamoja.sandbox.stripe.watching import INVOICE_WATCHERS
from pamoja.sandbox.world import World

INCOMPLETE_FOR = timedelta(hours=23)
WARNED_BEFORE = timedelta(days=3)
OVER = ("canceled", "incomplete_expired")


def add(desk: Desk, customer: Object, items: list[Object], *, trial_end: int | None, **fields: Any) -> Object:
    """A new subscription to these items (each a price and a quantity), not billed yet."""
    blank: Object = {
        "application": None,
        "application_fee_percent": None,
        "automatic_tax": {"enabled": False, "liability": None, "disabled_reason": None},
        "billing_cycle_anchor": trial_end or desk.now_s,
        "billing_mode": {"flexible": None, "type": "classic"},
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": "charge_automatically",
        "currency": items[0]["price"]["currency"],
        "customer": customer["id"],
        "days_until_due": None,
        "default_payment_method": None,
        "description": None,
        "discounts": [],
        "ended_at": None,
        "latest_invoice": None,
        "metadata": {},
        "next_pending_invoice_item_invoice": None,
        "pause_collection": None,
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "pending_setup_intent": None,
        "pending_update": None,
        "schedule": None,
        "start_date": desk.now_s,
        "status": "trialing" if trial_end else "incomplete",
        "test_clock": desk.test_clock,
        "transfer_data": None,
        "trial_end": trial_end,
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
        "trial_start": desk.now_s if trial_end else None,
    }
    subscription = desk.add("subscription", **blank | fields)
    end = trial_end or _period_end(subscription, items[0]["price"], desk.now_s)
    for item in items:
        item |= {"subscription": subscription["id"], "current_period_start": desk.now_s, "current_period_end": end}
    url = f"/v1/subscription_items?subscription={subscription['id']}"
    subscription["items"] = as_list(url, items)
    return desk.save(subscription)


def item_of(desk: Desk, price: Object, quantity: int = 1, metadata: dict[str, str] | None = None) -> Object:
    """One item of a subscription."""
    return {
        "id": desk.new_id("si"),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": desk.now_s,
        "discounts": [],
        "metadata": metadata or {},
        "price": {name: value for name, value in price.items() if not name.startswith("_")},
        "quantity": quantity,
        "tax_rates": [],
    }


def _period_end(subscription: Object, price: Object, start_s: int) -> int:
    recurring, anchor = price["recurring"], utc(subscription["billing_cycle_anchor"])
    end = following(utc(start_s), recurring["interval"], recurring["interval_count"], anchor_day=anchor.day)
    return int(end.timestamp())


def invoice_for(desk: Desk, subscription: Object, reason: str, lines: list[Object]) -> Object:
    """A draft for this subscription, with what was pending for it."""
    customer = desk.get("customer", subscription["customer"])
    lines = [*lines, *invoice_items.pending_lines(desk, customer["id"], subscription["id"])]
    details = {"metadata": subscription["metadata"], "subscription": subscription["id"]}
    due = subscription["days_until_due"]
    invoice = invoices.draft(
        desk,
        customer,
        lines,
        reason=reason,
        currency=subscription["currency"],
        collection_method=subscription["collection_method"],
        discounts=list(subscription["discounts"]),
        due_date=desk.now_s + due * 86_400 if due is not None else None,
        parent={"type": "subscription_details", "quote_details": None, "subscription_details": details},
    )
    subscription["latest_invoice"] = invoice["id"]
    desk.save(subscription)
    return invoice


def begin(desk: Desk, subscription: Object, *, behavior: str) -> None:
    """Bills the first period and tells of it. Raises: CardError for `error_if_incomplete`."""
    is_trial = subscription["status"] == "trialing"
    invoice = invoice_for(
        desk, subscription, "subscription_create", period_lines(desk, subscription, is_trial=is_trial)
    )
    invoices.finalize(desk, invoice)
    desk.tell("customer.subscription.created", subscription)
    _plan_period(desk, subscription)
    if invoice["status"] == "paid":
        return
    if subscription["collection_method"] == "send_invoice":
        _become(desk, subscription, "active")
        return
    desk.later("stripe.subscription_expires", INCOMPLETE_FOR, subscription=subscription["id"])
    method = invoices.method_for(desk, invoice)
    if behavior == "default_incomplete":
        return
    if method is None:
        if behavior == "error_if_incomplete":
            raise StripeError(
                400,
                "This customer has no attached payment source or default payment method.",
                code="resource_missing",
                is_kept=True,
            )
        return
    try:
        invoices.attempt(desk, invoice, method, Parameters({"off_session": "true"} if _is_off(desk) else {}))
    except CardError as error:
        if behavior == "error_if_incomplete":
            error.has_effect = False
            raise


def _is_off(desk: Desk) -> bool:
    params = getattr(desk, "params", None)
    return isinstance(params, Parameters) and params.text("off_session") == "true"


def _plan_period(desk: Desk, subscription: Object) -> None:
    """The end of the current period, and the warning before a trial ends."""
    _, end = period(subscription)
    desk.on("stripe.subscription_turns", utc(end), subscription=subscription["id"], end=end)
    warned = utc(end) - WARNED_BEFORE
    if subscription["status"] == "trialing":
        desk.on("stripe.trial_ends_soon", max(warned, desk.at), subscription=subscription["id"], end=end)
    elif warned > desk.at:
        desk.on("stripe.invoice_comes", warned, subscription=subscription["id"], end=end)


def _become(desk: Desk, subscription: Object, status: str) -> None:
    """A change of status, told once."""
    if subscription["status"] == status:
        return
    before = subscription["status"]
    subscription["status"] = status
    desk.save(subscription)
    desk.tell("customer.subscription.updated", subscription, previous={"status": before})


def turn(desk: Desk, subscription: Object, end: int) -> None:
    """A period is over: the subscription ends, or the next one is billed."""
    if subscription["status"] in OVER or period(subscription)[1] != end:
        return
    if subscription["cancel_at_period_end"] or (subscription["cancel_at"] and subscription["cancel_at"] <= end):
        end_now(desk, subscription, reason="cancellation_requested")
        return
    was_trialing = subscription["status"] == "trialing"
    if subscription["status"] == "incomplete":
        return
    for item in subscription["items"]["data"]:
        item["current_period_start"] = end
        item["current_period_end"] = _period_end(subscription, item["price"], end)
    desk.save(subscription)
    invoice = invoice_for(desk, subscription, "subscription_cycle", period_lines(desk, subscription))
    before: Object = {"latest_invoice": None}
    if was_trialing:
        before["status"] = "trialing"
        subscription["status"] = "active"
    desk.save(subscription)
    desk.tell("customer.subscription.updated", subscription, previous=before)
    _plan_period(desk, subscription)
    if subscription["pause_collection"] or subscription["status"] == "unpaid":
        invoice["auto_advance"] = False
        desk.save(invoice)
        return
    desk.later("stripe.invoice_finalizes", invoices.FINALIZES_AFTER, invoice=invoice["id"])


def end_now(
    desk: Desk, subscription: Object, *, reason: str = "cancellation_requested", status: str = "canceled"
) -> None:
    """It is over."""
    subscription |= {"status": status, "canceled_at": subscription["canceled_at"] or desk.now_s, "ended_at": desk.now_s}
    subscription["cancellation_details"]["reason"] = reason
    desk.save(subscription)
    desk.tell("customer.subscription.deleted", subscription)


def _invoice_moved(desk: Desk, invoice: Object, what: str) -> None:
    """What an invoice's fate means for its subscription."""
    subscription = desk.find("subscription", invoices.subscription_of(invoice))
    if subscription is None or subscription["status"] in OVER:
        return
    status, is_latest = subscription["status"], subscription["latest_invoice"] == invoice["id"]
    if what == "paid":
        _keep_method(desk, subscription, invoice)
        if status in ("incomplete", "past_due", "unpaid") and is_latest:
            _become(desk, subscription, "active")
    elif what in ("failed", "action_required") and status == "active":
        _become(desk, subscription, "past_due")
    elif what == "given_up":
        wished = desk.world.preferences.after_last_retry
        if wished == "cancel":
            end_now(desk, subscription, reason="payment_failed")
        else:
            _become(desk, subscription, "unpaid" if wished == "unpaid" else "past_due")


def _keep_method(desk: Desk, subscription: Object, invoice: Object) -> None:
    """The method that paid becomes the subscription's where that was asked for."""
    intent = desk.find("payment_intent", invoice["_intent"])
    saves = subscription["payment_settings"].get("save_default_payment_method") == "on_subscription"
    if intent and saves and not subscription["default_payment_method"]:
        subscription["default_payment_method"] = intent["payment_method"]
        desk.save(subscription)


INVOICE_WATCHERS.append(_invoice_moved)


def join(world: World) -> None:
    """Lets periods turn, trials be announced as ending, and what was never paid expire."""

    def turns(desk: Desk, payload: dict[str, Any]) -> None:
        turn(desk, desk.get("subscription", payload["subscription"]), payload["end"])

    def ends_soon(desk: Desk, payload: dict[str, Any]) -> None:
        subscription = desk.get("subscription", payload["subscription"])
        if subscription["status"] == "trialing" and subscription["trial_end"] == payload["end"]:
            desk.tell("customer.subscription.trial_will_end", subscription)

    def comes(desk: Desk, payload: dict[str, Any]) -> None:
        subscription = desk.get("subscription", payload["subscription"])
        if subscription["status"] not in OVER and period(subscription)[1] == payload["end"]:
            preview = {
                "object": "invoice",
                "customer": subscription["customer"],
                "status": "draft",
                "parent": {
                    "type": "subscription_details",
                    "subscription_details": {"subscription": subscription["id"], "metadata": subscription["metadata"]},
                },
                "next_payment_attempt": payload["end"],
                "currency": subscription["currency"],
            }
            desk.tell("invoice.upcoming", preview)

    def expires(desk: Desk, payload: dict[str, Any]) -> None:
        subscription = desk.get("subscription", payload["subscription"])
        if subscription["status"] == "incomplete":
            invoice = desk.get("invoice", subscription["latest_invoice"])
            invoice["status"] = "void"
            desk.save(invoice)
            subscription |= {"status": "incomplete_expired", "ended_at": desk.now_s}
            desk.save(subscription)
            desk.tell("invoice.voided", invoice)
            desk.tell("customer.subscription.updated", subscription, previous={"status": "incomplete"})

    happens(world, "stripe.subscription_turns", turns)
    happens(world, "stripe.trial_ends_soon", ends_soon)
    happens(world, "stripe.invoice_comes", comes)
    happens(world, "stripe.subscription_expires", expires)
