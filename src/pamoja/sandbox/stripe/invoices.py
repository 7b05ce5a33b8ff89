"""Invoices: drafted, finalized, paid or not, and tried again; what an invoice asks is written in its lines."""

from datetime import timedelta
from typing import Any

from pamoja.sandbox.stripe import charging, discounts, invoice_items, paying, payment_intents
from pamoja.sandbox.stripe.call import INCLUDED, Call, as_list
from pamoja.sandbox.stripe.desk import Desk, customer_of, follow_customer
from pamoja.sandbox.stripe.dues import happens
from pamoja.sandbox.stripe.errors import CardError, StripeError, unfit
from pamoja.sandbox.stripe.objects import Object
from pamoja.sandbox.stripe.params import Parameters, names
from pamoja.sandbox.stripe.watching import INVOICE_WATCHERS
from pamoja.sandbox.world import World

FIELDS = names(
    "customer subscription auto_advance collection_method days_until_due due_date description metadata currency "
    "discounts "
    "default_payment_method pending_invoice_items_behavior payment_settings footer statement_descriptor number"
)
FINALIZES_AFTER = timedelta(hours=1)
RETRY_DAYS = (3, 5, 7)


def draft(desk: Desk, customer: Object, lines: list[Object], *, reason: str, currency: str, **fields: Any) -> Object:
    """A new draft of these lines."""
    blank: Object = {
        "account_country": "GB",
        "account_name": "Pamoja sandbox",
        "amount_overpaid": 0,
        "amount_paid": 0,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "confirmation_secret": None,
        "currency": currency,
        "customer": customer["id"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "default_payment_method": None,
        "description": None,
        "discounts": [],
        "due_date": None,
        "effective_at": None,
        "ending_balance": None,
        "footer": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "last_finalization_error": None,
        "metadata": {},
        "next_payment_attempt": None,
        "number": None,
        "parent": None,
        "payment_settings": {"payment_method_options": None, "payment_method_types": None},
        "period_start": desk.now_s,
        "period_end": desk.now_s,
        "receipt_number": None,
        "starting_balance": 0,
        "status": "draft",
        "status_transitions": dict.fromkeys(("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")),
        "total_taxes": [],
        "_intent": None,
    }
    invoice = desk.add("invoice", **blank | fields)
    for line in lines:
        line["invoice"] = invoice["id"]
    invoice["lines"] = as_list(f"/v1/invoices/{invoice['id']}/lines", lines)
    reckon(desk, invoice)
    desk.save(invoice)
    desk.tell("invoice.created", invoice)
    return invoice


def reckon(desk: Desk, invoice: Object) -> None:
    """Adds up: lines, then discounts on what may be discounted; never below nothing."""
    subtotal = sum(line["amount"] for line in invoice["lines"]["data"])
    base = max(sum(line["amount"] for line in invoice["lines"]["data"] if line["discountable"]), 0)
    taken = discounts.taken_off(desk, base, invoice["currency"], invoice["discounts"])
    total = subtotal - sum(each["amount"] for each in taken)
    due = max(total, 0)
    invoice |= {
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal,
        "total": total,
        "total_discount_amounts": taken,
        "total_excluding_tax": total,
        "amount_due": due,
        "amount_remaining": due - invoice["amount_paid"],
    }


def finalize(desk: Desk, invoice: Object) -> None:
    """Open from now on; nothing owed is paid at once."""
    if invoice["status"] != "draft":
        raise unfit(
            "This invoice is already finalized, you can't re-finalize a non-draft invoice.", code="invoice_not_editable"
        )
    customer = desk.get("customer", invoice["customer"])
    invoice["number"] = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04d}"
    customer["next_invoice_sequence"] += 1
    desk.save(customer)
    url = f"{charging.origin(desk)}/invoices/{invoice['id']}"
    invoice |= {"status": "open", "effective_at": desk.now_s, "hosted_invoice_url": url, "invoice_pdf": f"{url}/pdf"}
    invoice["status_transitions"]["finalized_at"] = desk.now_s
    discounts.used(desk, invoice["total_discount_amounts"])
    if invoice["amount_due"]:
        _bill(desk, invoice)
    desk.save(invoice)
    desk.tell("invoice.finalized", invoice)
    if not invoice["amount_due"]:
        settle(desk, invoice)


def _bill(desk: Desk, invoice: Object) -> None:
    """The intent by which it is paid, and its record as a payment of this invoice."""
    intent = payment_intents.add(
        desk,
        amount=invoice["amount_due"],
        currency=invoice["currency"],
        customer=invoice["customer"],
        description=invoice["description"] or f"Invoice {invoice['number']}",
        payment_method_types=["card", "bacs_debit"] if invoice["currency"] == "gbp" else ["card"],
        setup_future_usage="off_session" if invoice["parent"] else None,
    )
    intent["_invoice"] = invoice["id"]
    desk.save(intent)
    payment = desk.add(
        "invoice_payment",
        amount_paid=None,
        amount_requested=invoice["amount_due"],
        currency=invoice["currency"],
        invoice=invoice["id"],
        is_default=True,
        payment={"payment_intent": intent["id"], "type": "payment_intent"},
        status="open",
        status_transitions={"canceled_at": None, "paid_at": None},
    )
    invoice |= {
        "_intent": intent["id"],
        "_payment": payment["id"],
        "confirmation_secret": {"client_secret": intent["client_secret"], "type": "payment_intent"},
    }
    desk.tell("payment_intent.created", intent)


def attempt(desk: Desk, invoice: Object, method: Object, params: Parameters) -> Object:
    """Tries to take what is owed. Raises: CardError for a decline; everything about it has been written."""
    intent = desk.get("payment_intent", invoice["_intent"])
    if intent["status"] == "requires_action":
        intent["status"] = "requires_payment_method"
    invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1, "next_payment_attempt": None}
    desk.save(invoice)
    intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    paying.confirm(desk, intent, params)
    if intent["status"] == "requires_action":
        desk.tell("invoice.payment_action_required", invoice)
        _tell(desk, invoice, "action_required")
    return intent


def attempt_quietly(desk: Desk, invoice: Object) -> None:
    """An automatic try; when nothing can be charged it counts as failed."""
    method = method_for(desk, invoice)
    if method is None:
        invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1, "next_payment_attempt": None}
        failed(desk, invoice)
        return
    try:
        attempt(desk, invoice, method, Parameters({"off_session": "true"}))
    except (CardError, StripeError):
        return


def method_for(desk: Desk, invoice: Object) -> Object | None:
    """The invoice's own method, its subscription's, or the customer's."""
    subscription = desk.find("subscription", subscription_of(invoice))
    customer = desk.get("customer", invoice["customer"])
    chosen = (
        invoice["default_payment_method"]
        or (subscription or {}).get("default_payment_method")
        or customer["invoice_settings"]["default_payment_method"]
    )
    return desk.find("payment_method", chosen)


def subscription_of(invoice: Object) -> str | None:
    parent = invoice["parent"]
    return parent["subscription_details"]["subscription"] if parent and parent.get("subscription_details") else None


def settle(desk: Desk, invoice: Object, *, out_of_band: bool = False) -> None:
    """It is paid."""
    invoice |= {
        "status": "paid",
        "amount_paid": 0 if out_of_band else invoice["amount_due"],
        "amount_remaining": 0,
        "attempted": True,
        "next_payment_attempt": None,
    }
    invoice["status_transitions"]["paid_at"] = desk.now_s
    desk.save(invoice)
    if payment := desk.find("invoice_payment", invoice.get("_payment")):
        payment |= {"status": "paid", "amount_paid": invoice["amount_due"]}
        payment["status_transitions"]["paid_at"] = desk.now_s
        desk.save(payment)
        desk.tell("invoice_payment.paid", payment)
    desk.tell("invoice.paid", invoice)
    desk.tell("invoice.payment_succeeded", invoice)
    _tell(desk, invoice, "paid")


def failed(desk: Desk, invoice: Object) -> None:
    """A try failed: the next one is planned, or it was the last."""
    customer = desk.get("customer", invoice["customer"])
    customer["delinquent"] = True
    desk.save(customer)
    tries, is_cycle = invoice["attempt_count"], invoice["billing_reason"] == "subscription_cycle"
    if is_cycle and tries <= len(RETRY_DAYS) and invoice["auto_advance"]:
        wait = timedelta(days=RETRY_DAYS[tries - 1] - (RETRY_DAYS[tries - 2] if tries > 1 else 0))
        invoice["next_payment_attempt"] = int((desk.at + wait).timestamp())
        desk.later("stripe.invoice_retries", wait, invoice=invoice["id"], tries=tries)
    desk.save(invoice)
    desk.tell("invoice.payment_failed", invoice)
    _tell(desk, invoice, "failed" if invoice["next_payment_attempt"] or not is_cycle else "given_up")


def _tell(desk: Desk, invoice: Object, what: str) -> None:
    for watcher in INVOICE_WATCHERS:
        watcher(desk, invoice, what)


@paying.when_one_moves
def intent_moved(desk: Desk, intent: Object) -> None:
    """The intent of an invoice succeeded or failed."""
    invoice = desk.find("invoice", intent.get("_invoice"))
    if invoice is None or invoice["status"] not in ("open", "uncollectible"):
        return
    if intent["status"] == "succeeded":
        settle(desk, invoice)
    elif intent["status"] == "requires_payment_method":
        failed(desk, invoice)


def create(call: Call) -> Object:
    """`POST /v1/invoices`: a draft of what is pending for a customer."""
    params = call.params
    params.only(FIELDS)
    customer = customer_of(call, params)
    if customer is None:
        raise StripeError(400, "Missing required param: customer.", code="parameter_missing", param="customer")
    follow_customer(call, customer["id"])
    method = params.choice("collection_method", ("charge_automatically", "send_invoice"), "charge_automatically")
    days = params.whole("days_until_due")
    included = params.choice("pending_invoice_items_behavior", ("include", "exclude"), "include") == "include"
    pending = invoice_items.pending_lines(call, customer["id"]) if included else []
    currency = params.text("currency") or (pending[0]["currency"] if pending else "gbp")
    return draft(
        call,
        customer,
        pending,
        reason="manual",
        currency=currency,
        auto_advance=params.flag("auto_advance"),
        collection_method=method,
        default_payment_method=params.text("default_payment_method"),
        description=params.text("description"),
        discounts=discounts.redeem_all(call, params.children("discounts"), customer=customer["id"]),
        due_date=params.whole("due_date") or (call.now_s + days * 86_400 if days is not None else None),
        metadata=params.metadata(),
    )


def of_call(call: Call) -> Object:
    """The invoice that the address names, in its customer's time."""
    invoice = call.get("invoice", call.path["id"])
    follow_customer(call, invoice["customer"])
    return invoice


def _payments(desk: Desk, invoice: Object) -> Object:
    return as_list("/v1/invoice_payments", desk.all("invoice_payment", invoice=invoice["id"]))


INCLUDED["invoice", "payments"] = _payments


def join(world: World) -> None:
    """Lets drafts be finalized and unpaid invoices be tried again."""

    def finalizes(desk: Desk, payload: dict[str, Any]) -> None:
        invoice = desk.get("invoice", payload["invoice"])
        if invoice["status"] == "draft":
            finalize(desk, invoice)
            if invoice["status"] == "open" and invoice["collection_method"] == "charge_automatically":
                attempt_quietly(desk, invoice)

    def retries(desk: Desk, payload: dict[str, Any]) -> None:
        invoice = desk.get("invoice", payload["invoice"])
        if invoice["status"] == "open" and invoice["attempt_count"] == payload["tries"]:
            attempt_quietly(desk, invoice)

    happens(world, "stripe.invoice_finalizes", finalizes)
    happens(world, "stripe.invoice_retries", retries)
