"""What can be asked about and done with subscriptions over the API."""

from pamoja.sandbox.stripe import discounts, invoice_items, invoices, subscriptions
from pamoja.sandbox.stripe.call import Call
from pamoja.sandbox.stripe.desk import Desk, customer_of, follow_customer
from pamoja.sandbox.stripe.errors import StripeError, unfit
from pamoja.sandbox.stripe.objects import Object, changes
from pamoja.sandbox.stripe.params import Parameters, names
from pamoja.sandbox.stripe.subscription_lines import period, period_lines, prorate

FIELDS = names(
    "customer items default_payment_method collection_method days_until_due payment_behavior off_session "
    "trial_period_days trial_end cancel_at_period_end cancel_at proration_behavior proration_date billing_cycle_anchor "
    "discounts metadata payment_settings transfer_data application_fee_percent description currency trial_settings "
    "add_invoice_items pause_collection billing_mode cancellation_details automatic_tax"
)
BEHAVIORS = ("default_incomplete", "error_if_incomplete", "allow_incomplete", "pending_if_incomplete")
PRORATIONS = ("create_prorations", "none", "always_invoice")


def create(call: Call) -> Object:
    """`POST /v1/subscriptions`."""
    params = call.params
    params.only(FIELDS)
    customer = customer_of(call, params)
    if customer is None:
        raise StripeError(400, "Missing required param: customer.", code="parameter_missing", param="customer")
    follow_customer(call, customer["id"])
    items = [_item(call, each) for each in params.children("items")]
    if not items:
        raise StripeError(400, "Missing required param: items.", code="parameter_missing", param="items")
    method = params.choice("collection_method", ("charge_automatically", "send_invoice"), "charge_automatically")
    if method == "send_invoice":
        params.needed("days_until_due")
    settings = {"payment_method_options": None, "payment_method_types": None, "save_default_payment_method": "off"}
    subscription = subscriptions.add(
        call,
        customer,
        items,
        trial_end=_trial_end(call, params, items),
        application_fee_percent=params.text("application_fee_percent"),
        cancel_at=params.whole("cancel_at"),
        cancel_at_period_end=params.flag("cancel_at_period_end"),
        collection_method=method,
        days_until_due=params.whole("days_until_due"),
        default_payment_method=_method(call, params),
        description=params.text("description"),
        discounts=discounts.redeem_all(call, params.children("discounts"), customer=customer["id"]),
        metadata=params.metadata(),
        payment_settings=settings | (params.mapping("payment_settings") or {}),
        transfer_data=params.mapping("transfer_data") or None,
    )
    _extra_items(call, params, customer["id"])
    behavior = params.choice("payment_behavior", BEHAVIORS, "allow_incomplete") or "allow_incomplete"
    subscriptions.begin(call, subscription, behavior=behavior)
    return subscription


def _item(call: Call, given: Parameters) -> Object:
    given.only(("price", "price_data", "quantity", "metadata", "id", "deleted", "tax_rates", "discounts"))
    price = call.get("price", given.needed("price"), param=given.called("price"))
    if price["recurring"] is None:
        raise StripeError(
            400,
            "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
            param=given.called("price"),
        )
    if not price["active"]:
        raise unfit("The price specified is inactive. This field only accepts active prices.", param="items")
    return subscriptions.item_of(call, price, given.whole("quantity", 1, least=0) or 0, given.metadata())


def _trial_end(call: Call, params: Parameters, items: list[Object]) -> int | None:
    if "trial_end" in params:
        moment = call.moment("trial_end")
        return moment if moment and moment > call.now_s else None
    days = params.whole("trial_period_days", items[0]["price"]["recurring"].get("trial_period_days"))
    return call.now_s + days * 86_400 if days else None


def _method(call: Call, params: Parameters) -> str | None:
    named = params.text("default_payment_method")
    return call.get("payment_method", named, param="default_payment_method")["id"] if named else None


def _extra_items(call: Call, params: Parameters, customer: str) -> None:
    for each in params.children("add_invoice_items"):
        price = call.get("price", each.needed("price"), param=each.called("price"))
        quantity = each.whole("quantity", 1, least=1) or 1
        words = price["nickname"] or price["id"]
        invoice_items.add_item(
            call, customer, price["unit_amount"] * quantity, price["currency"], words, quantity=quantity
        )


def _of_call(call: Call) -> Object:
    subscription = call.get("subscription", call.path["id"])
    follow_customer(call, subscription["customer"])
    return subscription


def update(call: Call) -> Object:
    """`POST /v1/subscriptions/{id}`."""
    params, subscription = call.params, _of_call(call)
    params.only(FIELDS)
    if subscription["status"] in subscriptions.OVER and set(params.given) - {"metadata", "expand"}:
        raise unfit("A canceled subscription can only update its cancellation_details and metadata.")
    before = dict(subscription) | {"items": {"data": [dict(item) for item in subscription["items"]["data"]]}}
    _update_fields(call, subscription, params)
    how = params.choice("proration_behavior", PRORATIONS, "create_prorations") or "create_prorations"
    if params.children("items"):
        _change_items(call, subscription, params.children("items"), how)
    if params.given.get("trial_end") == "now" and subscription["status"] == "trialing":
        _end_trial(call, subscription)
    call.save(subscription)
    call.tell("customer.subscription.updated", subscription, previous=changes(before, subscription))
    if how == "always_invoice" and params.children("items"):
        bill_now(call, subscription)
    return subscription


def _update_fields(call: Call, subscription: Object, params: Parameters) -> None:
    if "cancel_at_period_end" in params:
        is_ending = params.flag("cancel_at_period_end")
        subscription["cancel_at_period_end"] = is_ending
        subscription["canceled_at"] = call.now_s if is_ending else None
        subscription["cancel_at"] = period(subscription)[1] if is_ending else None
        subscription["cancellation_details"]["reason"] = "cancellation_requested" if is_ending else None
    if "default_payment_method" in params:
        subscription["default_payment_method"] = _method(call, params)
    if "pause_collection" in params:
        subscription["pause_collection"] = params.mapping("pause_collection") or None
    if "discounts" in params:
        given = params.children("discounts")
        subscription["discounts"] = discounts.redeem_all(call, given, customer=subscription["customer"])
    subscription["description"] = params.text("description", subscription["description"])
    subscription["metadata"] = params.metadata(subscription["metadata"])


def _change_items(call: Call, subscription: Object, given: list[Parameters], how: str) -> None:
    items = subscription["items"]["data"]
    for each in given:
        found = next((item for item in items if item["id"] == each.text("id")), None)
        if each.text("id") and found is None:
            raise StripeError(
                400,
                f"Subscription item {each.text('id')} is not of this subscription.",
                code="resource_missing",
                param=each.called("id"),
            )
        start, end = period(subscription)
        old = dict(found) if found else None
        if found and each.flag("deleted"):
            items.remove(found)
            new = None
        elif found:
            if "price" in each:
                found["price"] = _item(call, each)["price"]
            found["quantity"] = each.whole("quantity", found["quantity"], least=0)
            new = found
        else:
            new = _item(call, each) | {
                "subscription": subscription["id"],
                "current_period_start": start,
                "current_period_end": end,
            }
            items.append(new)
        if how != "none":
            _prorate_change(call, subscription, old, new)


def _prorate_change(desk: Desk, subscription: Object, old: Object | None, new: Object | None) -> None:
    if old:
        prorate(desk, subscription, old, new)
    elif new:
        prorate(desk, subscription, {**new, "quantity": 0}, new)


def bill_now(desk: Desk, subscription: Object) -> None:
    """Bills what is pending at once; a decline is written, and the subscription past due."""
    invoice = subscriptions.invoice_for(desk, subscription, "subscription_update", [])
    invoices.finalize(desk, invoice)
    if invoice["status"] == "open":
        invoices.attempt_quietly(desk, invoice)


def _end_trial(desk: Desk, subscription: Object) -> None:
    """The trial ends now, and the first paid period begins."""
    subscription |= {"trial_end": desk.now_s, "billing_cycle_anchor": desk.now_s}
    for item in subscription["items"]["data"]:
        item["current_period_end"] = desk.now_s
    desk.save(subscription)
    subscriptions.turn(desk, subscription, desk.now_s)


def cancel(call: Call) -> Object:
    """`DELETE /v1/subscriptions/{id}`."""
    params, subscription = call.params, _of_call(call)
    params.only(("invoice_now", "prorate", "cancellation_details"))
    if subscription["status"] in subscriptions.OVER:
        raise StripeError(
            404, f"No such subscription: '{subscription['id']}'", code="resource_missing", param="id", is_kept=True
        )
    if params.flag("prorate"):
        for item in subscription["items"]["data"]:
            prorate(call, subscription, item, None)
    details = params.child("cancellation_details")
    subscription["cancellation_details"] |= {
        name: details.text(name) for name in ("comment", "feedback") if name in details
    }
    subscriptions.end_now(call, subscription)
    if params.flag("invoice_now"):
        bill_now(call, subscription)
    return subscription


def resume(call: Call) -> Object:
    """`POST /v1/subscriptions/{id}/resume`: collection goes on."""
    params, subscription = call.params, _of_call(call)
    params.only(("billing_cycle_anchor", "proration_behavior"))
    subscription["pause_collection"] = None
    call.save(subscription)
    call.tell("customer.subscription.resumed", subscription)
    return subscription


def listing(call: Call) -> Object:
    """`GET /v1/subscriptions`: the ended ones only with `status=all`, `canceled` or `ended`."""
    status = call.params.given.pop("status", None)
    page_filters: dict[str, str] = {}
    if status not in (None, "all", "ended"):
        page_filters["status"] = status
    page = call.listed("subscription", "customer", "collection_method", "test_clock", among="", **page_filters)
    if status is None:
        page["data"] = [each for each in page["data"] if each["status"] not in subscriptions.OVER]
    return page


def preview(call: Call) -> Object:
    """`POST /v1/invoices/create_preview`: the next invoice, also with changes that were not made."""
    params = call.params
    params.only(("customer", "subscription", "subscription_details", "discounts", "currency", "preview_mode"))
    subscription = call.get("subscription", params.needed("subscription"), param="subscription")
    follow_customer(call, subscription["customer"])
    store = call.world.store
    store.run("SAVEPOINT preview")
    try:
        details = params.child("subscription_details")
        if details.children("items"):
            how = details.choice("proration_behavior", PRORATIONS, "create_prorations") or "create_prorations"
            _change_items(call, subscription, details.children("items"), how)
        reason, lines = "upcoming", _lines_ahead(call, subscription)
        invoice = subscriptions.invoice_for(call, subscription, reason, lines)
        return dict(invoice) | {"id": f"upcoming_{invoice['id']}"}
    finally:
        store.run("ROLLBACK TO preview")


def _lines_ahead(desk: Desk, subscription: Object) -> list[Object]:
    if subscription["cancel_at_period_end"]:
        return []
    return period_lines(desk, subscription)
