"""Discounts: a coupon, or a promotion code for one, redeemed by a customer's subscription, invoice or checkout."""

from pamoja.sandbox.stripe.desk import Desk
from pamoja.sandbox.stripe.errors import StripeError, unfit
from pamoja.sandbox.stripe.objects import Object
from pamoja.sandbox.stripe.params import Parameters
from pamoja.sandbox.stripe.periods import following


def redeem_all(desk: Desk, given: list[Parameters], *, customer: str | None, amount: int = 0) -> list[str]:
    """Redeems what the parameters name; returns the discounts' ids. Raises: StripeError for one that is not valid."""
    found = []
    for each in given:
        each.only(("coupon", "promotion_code", "discount"))
        promotion = None
        if named := each.text("promotion_code"):
            promotion = desk.get("promotion_code", named, param=each.called("promotion_code"))
            coupon = desk.get("coupon", promotion["promotion"]["coupon"])
        else:
            coupon = desk.get("coupon", each.needed("coupon"), param=each.called("coupon"))
        found.append(redeem(desk, coupon, promotion, customer=customer, amount=amount)["id"])
    return found


def redeem(desk: Desk, coupon: Object, promotion: Object | None, *, customer: str | None, amount: int = 0) -> Object:
    """Raises: StripeError coupon_expired and its like. Units: minor."""
    _refuse_used_up(desk, coupon, "coupon")
    if promotion:
        _refuse_used_up(desk, promotion, "promotion code")
        least = promotion["restrictions"]["minimum_amount"]
        if not promotion["active"] or (promotion["customer"] and promotion["customer"] != customer):
            raise unfit("This promotion code cannot be redeemed.", code="promotion_code_invalid")
        if least and amount < least:
            raise unfit("This promotion code cannot be redeemed because the amount is below its minimum.")
        promotion["times_redeemed"] += 1
        if promotion["max_redemptions"] and promotion["times_redeemed"] >= promotion["max_redemptions"]:
            promotion["active"] = False
        desk.save(promotion)
    coupon["times_redeemed"] += 1
    if coupon["max_redemptions"] and coupon["times_redeemed"] >= coupon["max_redemptions"]:
        coupon["valid"] = False
    desk.save(coupon)
    months = coupon["duration_in_months"]
    end = following(desk.at, "month", months, anchor_day=desk.at.day) if months else None
    return desk.add(
        "discount",
        as_id=desk.new_id("di"),
        checkout_session=None,
        customer=customer,
        end=int(end.timestamp()) if end else None,
        invoice=None,
        promotion_code=promotion["id"] if promotion else None,
        source={"type": "coupon", "coupon": coupon["id"]},
        start=desk.now_s,
        subscription=None,
        _was_used=False,
    )


def _refuse_used_up(desk: Desk, thing: Object, what: str) -> None:
    ends = thing.get("redeem_by") or thing.get("expires_at")
    if ends and ends <= desk.now_s:
        raise unfit(f"The {what} {thing.get('code') or thing['id']} has expired.", code="coupon_expired")
    if thing["max_redemptions"] and thing["times_redeemed"] >= thing["max_redemptions"]:
        raise StripeError(
            400, f"This {what} has been redeemed as often as it may be.", code="coupon_expired", is_kept=True
        )


def taken_off(desk: Desk, amount: int, currency: str, discounts: list[str]) -> list[Object]:
    """What each discount takes off so much, one after the other. Units: minor."""
    lines, left = [], amount
    for number in discounts:
        discount = desk.find("discount", number)
        coupon = desk.find("coupon", discount["source"]["coupon"]) if discount else None
        if discount is None or coupon is None or coupon.get("deleted") or _is_over(desk, discount, coupon):
            continue
        if coupon["percent_off"] is not None:
            off = round(left * coupon["percent_off"] / 100)
        else:
            off = min(coupon["amount_off"], left) if coupon["currency"] == currency else 0
        left -= off
        lines.append({"amount": off, "discount": number})
    return lines


def _is_over(desk: Desk, discount: Object, coupon: Object) -> bool:
    if coupon["duration"] == "once":
        return bool(discount["_was_used"])
    return discount["end"] is not None and discount["end"] <= desk.now_s


def used(desk: Desk, lines: list[Object]) -> None:
    """These have been applied to an invoice: a `once` one is over, unless there was nothing to take it off."""
    for line in lines:
        if not line["amount"]:
            continue
        discount = desk.get("discount", line["discount"])
        discount["_was_used"] = True
        desk.save(discount)
