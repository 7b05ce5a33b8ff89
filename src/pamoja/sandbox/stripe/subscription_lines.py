"""What a period of a subscription costs, and what a change in its middle gives back and asks for."""

from pamoja.sandbox.stripe import catalogue, invoice_items
from pamoja.sandbox.stripe.desk import Desk
from pamoja.sandbox.stripe.objects import Object
from pamoja.sandbox.stripe.periods import share_left


def period(subscription: Object) -> tuple[int, int]:
    """The current period, which all items share. Units: Unix seconds."""
    item = subscription["items"]["data"][0]
    return item["current_period_start"], item["current_period_end"]


def period_lines(desk: Desk, subscription: Object, *, is_trial: bool = False) -> list[Object]:
    """What the current period costs, item by item."""
    start, end = period(subscription)
    lines = []
    for item in subscription["items"]["data"]:
        price = desk.get("price", item["price"]["id"])
        amount = 0 if is_trial else catalogue.amount_of(price, item["quantity"])
        name = (desk.find("product", price["product"]) or {}).get("name") or price["nickname"] or price["id"]
        words = f"Trial period for {name}" if is_trial else f"{item['quantity']} × {name}"
        parent = {
            "type": "subscription_item_details",
            "subscription_item_details": {
                "invoice_item": None,
                "proration": False,
                "subscription": subscription["id"],
                "subscription_item": item["id"],
            },
        }
        pricing = {
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
            "price_details": {"price": price["id"], "product": price["product"]},
        }
        lines.append(
            invoice_items.line_of(
                desk,
                words,
                amount,
                subscription["currency"],
                parent=parent,
                pricing=pricing,
                period={"start": start, "end": end},
                quantity=item["quantity"],
                subscription=subscription["id"],
            )
        )
    return lines


def prorate(desk: Desk, subscription: Object, old: Object, new: Object | None) -> None:
    """Gives back the rest of what was paid for an item and asks for the rest of what replaces it, as pending items."""
    start, end = period(subscription)
    if subscription["status"] == "trialing":
        return
    for item, sign, words in ((old, -1, "Unused time on"), (new, 1, "Remaining time on")):
        if item is None:
            continue
        price = desk.get("price", item["price"]["id"])
        amount = sign * share_left(catalogue.amount_of(price, item["quantity"]), start, end, desk.now_s)
        name = (desk.find("product", price["product"]) or {}).get("name") or price["id"]
        if amount:
            invoice_items.add_item(
                desk,
                subscription["customer"],
                amount,
                subscription["currency"],
                f"{words} {item['quantity']} × {name}",
                proration=True,
                discountable=False,
                period={"start": desk.now_s, "end": end},
                quantity=item["quantity"],
                _subscription=subscription["id"],
            )
