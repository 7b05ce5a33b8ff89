"""Lines of invoices, and the items that wait to become lines."""

from typing import Any

from pamoja.sandbox.stripe.desk import Desk
from pamoja.sandbox.stripe.objects import Object


def line_of(desk: Desk, description: str, amount: int, currency: str, **fields: Any) -> Object:
    """One line. Units: minor."""
    blank: Object = {
        "discount_amounts": [],
        "discountable": amount > 0,
        "discounts": [],
        "metadata": {},
        "parent": None,
        "period": {"start": desk.now_s, "end": desk.now_s},
        "pretax_credit_amounts": [],
        "pricing": None,
        "quantity": 1,
        "subscription": None,
        "subtotal": amount,
        "taxes": [],
    }
    line: Object = {"id": desk.new_id("il"), "object": "line_item", "livemode": False}
    return line | {"amount": amount, "currency": currency, "description": description} | blank | fields


def pending_lines(desk: Desk, customer: str, subscription: str | None = None) -> list[Object]:
    """The customer's items that wait for an invoice, as its lines; they wait no more."""
    lines = []
    for item in desk.all("invoiceitem", customer=customer):
        if item["invoice"] or (subscription and item["_subscription"] not in (None, subscription)):
            continue
        lines.append(line_of_item(desk, item))
        item["invoice"] = "taken"
        desk.save(item)
    return lines


def line_of_item(desk: Desk, item: Object) -> Object:
    parent = {
        "type": "invoice_item_details",
        "invoice_item_details": {
            "invoice_item": item["id"],
            "proration": item["proration"],
            "subscription": item["_subscription"],
        },
    }
    return line_of(
        desk,
        item["description"],
        item["amount"],
        item["currency"],
        parent=parent,
        period=item["period"],
        pricing=item["pricing"],
        quantity=item["quantity"],
        discountable=item["discountable"],
    )


def add_item(desk: Desk, customer: str, amount: int, currency: str, description: str, **fields: Any) -> Object:
    blank: Object = {
        "date": desk.now_s,
        "discountable": True,
        "discounts": [],
        "invoice": None,
        "metadata": {},
        "parent": None,
        "period": {"start": desk.now_s, "end": desk.now_s},
        "pricing": None,
        "proration": False,
        "quantity": 1,
        "test_clock": desk.test_clock,
        "_subscription": None,
    }
    item = desk.add(
        "invoiceitem", customer=customer, amount=amount, currency=currency, description=description, **blank | fields
    )
    desk.tell("invoiceitem.created", item)
    return item
