"""What can be asked about and done with invoices over the API."""

from pamoja.sandbox.stripe import catalogue, invoice_items, invoices
from pamoja.sandbox.stripe.call import Call
from pamoja.sandbox.stripe.desk import customer_of, follow_customer
from pamoja.sandbox.stripe.errors import StripeError, unfit
from pamoja.sandbox.stripe.objects import Object
from pamoja.sandbox.stripe.params import Parameters, names

ITEM = names(
    "customer amount currency description metadata invoice subscription quantity pricing price_data period "
    "unit_amount_decimal discountable discounts"
)


def finalize(call: Call) -> Object:
    """`POST /v1/invoices/{id}/finalize`."""
    call.params.only(("auto_advance",))
    invoice = invoices.of_call(call)
    invoices.finalize(call, invoice)
    return invoice


def pay(call: Call) -> Object:
    """`POST /v1/invoices/{id}/pay`. Raises: CardError when the card is declined."""
    params, invoice = call.params, invoices.of_call(call)
    params.only(("payment_method", "paid_out_of_band", "off_session", "forgive", "mandate"))
    if invoice["status"] == "draft":
        invoices.finalize(call, invoice)
    if invoice["status"] == "paid":
        raise unfit("Invoice is already paid", code="invoice_already_paid")
    if invoice["status"] not in ("open", "uncollectible"):
        raise unfit(f"This invoice cannot be paid because it is {invoice['status']}.")
    if params.flag("paid_out_of_band"):
        invoices.settle(call, invoice, out_of_band=True)
        return invoice
    named = params.text("payment_method")
    method = call.get("payment_method", named, param="payment_method") if named else invoices.method_for(call, invoice)
    if method is None:
        raise unfit(
            "There is no default_payment_method set on this Customer or Invoice. Please set a default_payment_method.",
            code="invoice_no_payment_method_types",
        )
    invoices.attempt(call, invoice, method, Parameters({"off_session": str(params.flag("off_session", True)).lower()}))
    return invoice


def void(call: Call) -> Object:
    """`POST /v1/invoices/{id}/void`."""
    call.params.only(())
    invoice = invoices.of_call(call)
    if invoice["status"] not in ("open", "uncollectible"):
        raise unfit("You can only void open or uncollectible invoices.")
    return _close(call, invoice, "void", "voided_at", "invoice.voided")


def mark_uncollectible(call: Call) -> Object:
    """`POST /v1/invoices/{id}/mark_uncollectible`."""
    call.params.only(())
    invoice = invoices.of_call(call)
    if invoice["status"] != "open":
        raise unfit("You can only mark open invoices as uncollectible.")
    return _close(call, invoice, "uncollectible", "marked_uncollectible_at", "invoice.marked_uncollectible")


def _close(call: Call, invoice: Object, status: str, stamp: str, event: str) -> Object:
    invoice |= {"status": status, "next_payment_attempt": None}
    invoice["status_transitions"][stamp] = call.now_s
    call.save(invoice)
    call.tell(event, invoice)
    return invoice


def send(call: Call) -> Object:
    """`POST /v1/invoices/{id}/send`."""
    call.params.only(())
    invoice = invoices.of_call(call)
    if invoice["status"] == "draft":
        invoices.finalize(call, invoice)
    call.tell("invoice.sent", invoice)
    return invoice


def update(call: Call) -> Object:
    params, invoice = call.params, invoices.of_call(call)
    params.only(
        (
            "description",
            "metadata",
            "auto_advance",
            "default_payment_method",
            "footer",
            "days_until_due",
            "due_date",
            "collection_method",
        )
    )
    invoice["metadata"] = params.metadata(invoice["metadata"])
    invoice |= {
        name: params.text(name) for name in ("description", "default_payment_method", "footer") if name in params
    }
    invoice["auto_advance"] = params.flag("auto_advance", invoice["auto_advance"])
    call.save(invoice)
    call.tell("invoice.updated", invoice)
    return invoice


def delete(call: Call) -> Object:
    invoice = invoices.of_call(call)
    if invoice["status"] != "draft":
        raise unfit("You can only delete draft invoices.", code="invoice_not_editable")
    return call.remove(invoice)


def listing(call: Call) -> Object:
    """`GET /v1/invoices`; by subscription too."""
    named = call.params.given.pop("subscription", None)
    if named is None:
        return call.listed("invoice", "customer", "status", "collection_method")
    return call.listed("invoice", "customer", "status", **{"parent.subscription_details.subscription": named})


def lines(call: Call) -> Object:
    """`GET /v1/invoices/{id}/lines`."""
    return dict(invoices.of_call(call)["lines"])


def list_payments(call: Call) -> Object:
    """`GET /v1/invoice_payments`."""
    return call.listed("invoice_payment", "invoice", "status")


def create_item(call: Call) -> Object:
    """`POST /v1/invoiceitems`."""
    params = call.params
    params.only(ITEM)
    customer = customer_of(call, params)
    if customer is None:
        raise StripeError(400, "Missing required param: customer.", code="parameter_missing", param="customer")
    follow_customer(call, customer["id"])
    invoice = call.get("invoice", params.needed("invoice"), param="invoice") if params.text("invoice") else None
    if invoice and invoice["status"] != "draft":
        raise unfit("The invoice is not editable.", code="invoice_not_editable", param="invoice")
    price = params.child("pricing").text("price")
    quantity = params.whole("quantity", 1) or 1
    if price:
        sold = call.get("price", price, param="pricing[price]")
        amount, currency = catalogue.amount_of(sold, quantity), sold["currency"]
    else:
        amount, currency = params.needed_whole("amount"), params.needed("currency").lower()
    item = invoice_items.add_item(
        call, customer["id"], amount, currency, params.text("description") or "Item", quantity=quantity
    )
    item["metadata"] = params.metadata()
    if invoice:
        item["invoice"] = invoice["id"]
        invoice["lines"]["data"].append(invoice_items.line_of_item(call, item) | {"invoice": invoice["id"]})
        invoices.reckon(call, invoice)
        call.save(invoice)
    return call.save(item)
