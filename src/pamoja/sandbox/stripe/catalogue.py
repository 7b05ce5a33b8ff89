"""What is sold and for how much: products, prices, coupons and promotion codes."""

from typing import Any

from pamoja.sandbox.stripe.call import Call
from pamoja.sandbox.stripe.desk import Desk
from pamoja.sandbox.stripe.errors import StripeError, unfit
from pamoja.sandbox.stripe.objects import Object
from pamoja.sandbox.stripe.params import Parameters, names

PRODUCT = names(
    "id name active description metadata default_price_data default_price images shippable statement_descriptor "
    "tax_code unit_label url marketing_features type"
)
PRICE = names(
    "currency unit_amount unit_amount_decimal recurring product product_data nickname lookup_key tax_behavior "
    "billing_scheme active metadata tiers tiers_mode transfer_lookup_key"
)
COUPON = names(
    "id name percent_off amount_off currency duration duration_in_months max_redemptions redeem_by applies_to metadata"
)
PROMOTION = names("promotion code customer expires_at max_redemptions restrictions active metadata")
INTERVALS = ("day", "week", "month", "year")


def create_product(call: Call) -> Object:
    """`POST /v1/products`."""
    params = call.params
    params.only(PRODUCT)
    product = add_product(call, params)
    if params.child("default_price_data").given:
        price = add_price(call, params.child("default_price_data"), product["id"])
        product["default_price"] = price["id"]
        call.save(product)
    return product


def add_product(desk: Desk, params: Parameters) -> Object:
    product = desk.add(
        "product",
        as_id=params.text("id") or "",
        active=params.flag("active", default=True),
        default_price=None,
        description=params.text("description"),
        images=params.texts("images"),
        marketing_features=[],
        metadata=params.metadata(),
        name=params.needed("name"),
        package_dimensions=None,
        shippable=None,
        statement_descriptor=params.text("statement_descriptor"),
        tax_code=params.text("tax_code"),
        type="service",
        unit_label=params.text("unit_label"),
        updated=desk.now_s,
        url=params.text("url"),
    )
    desk.tell("product.created", product)
    return product


def update_product(call: Call) -> Object:
    params, product = call.params, call.living("product", call.path["id"])
    params.only(PRODUCT)
    product |= {
        name: params.text(name)
        for name in ("name", "description", "default_price", "unit_label", "url")
        if name in params
    }
    product["active"] = params.flag("active", default=product["active"])
    product["metadata"] = params.metadata(product["metadata"])
    product["updated"] = call.now_s
    call.save(product)
    call.tell("product.updated", product)
    return product


def delete_product(call: Call) -> Object:
    product = call.living("product", call.path["id"])
    if call.all("price", product=product["id"]):
        raise unfit("This product cannot be deleted because it has one or more user-created prices.")
    call.tell("product.deleted", product)
    return call.remove(product)


def create_price(call: Call) -> Object:
    """`POST /v1/prices`. Its amount never changes."""
    params = call.params
    params.only(PRICE)
    if params.child("product_data").given:
        product = add_product(call, params.child("product_data"))["id"]
    else:
        product = call.get("product", params.needed("product"), param="product")["id"]
    return add_price(call, params, product)


def add_price(desk: Desk, params: Parameters, product: str) -> Object:
    """A new price. Units: `unit_amount` in minor units; tiers likewise."""
    recurring, tiers = params.child("recurring"), [_tier(each) for each in params.children("tiers")]
    if recurring.given:
        recurring.only(("interval", "interval_count", "usage_type", "trial_period_days", "meter"))
    if not tiers and "unit_amount" not in params and "unit_amount_decimal" not in params:
        raise StripeError(400, "Missing required param: unit_amount.", code="parameter_missing", param="unit_amount")
    amount = None if tiers else params.whole("unit_amount", least=0)
    lookup = params.text("lookup_key", most=200)
    if lookup and desk.all("price", lookup_key=lookup):
        raise unfit(
            f"A price ({desk.all('price', lookup_key=lookup)[0]['id']}) already uses that lookup key.",
            param="lookup_key",
        )
    price = desk.add(
        "price",
        active=params.flag("active", default=True),
        billing_scheme="tiered" if tiers else "per_unit",
        currency=params.needed("currency").lower(),
        custom_unit_amount=None,
        lookup_key=lookup,
        metadata=params.metadata(),
        nickname=params.text("nickname"),
        product=product,
        recurring=_recurring(recurring) if recurring.given else None,
        tax_behavior=params.text("tax_behavior") or "unspecified",
        tiers_mode=params.choice("tiers_mode", ("graduated", "volume")),
        transform_quantity=None,
        type="recurring" if recurring.given else "one_time",
        unit_amount=amount,
        unit_amount_decimal=params.text("unit_amount_decimal") or (None if amount is None else str(amount)),
        _tiers=tiers,
    )
    desk.tell("price.created", price)
    return price


def _recurring(given: Parameters) -> Object:
    given.needed("interval")
    return {
        "interval": given.choice("interval", INTERVALS),
        "interval_count": given.whole("interval_count", 1, least=1),
        "meter": given.text("meter"),
        "trial_period_days": given.whole("trial_period_days"),
        "usage_type": given.choice("usage_type", ("licensed", "metered"), "licensed"),
    }


def _tier(given: Parameters) -> Object:
    last = given.given.get("up_to") == "inf"
    return {
        "up_to": None if last else given.needed_whole("up_to", least=1),
        "unit_amount": given.whole("unit_amount", 0, least=0),
        "flat_amount": given.whole("flat_amount", 0, least=0),
    }


def amount_of(price: Object, quantity: int) -> int:
    """What so many cost. Units: minor."""
    if not price.get("_tiers"):
        return int(price["unit_amount"]) * quantity
    total, before = 0, 0
    for tier in price["_tiers"]:
        up_to = tier["up_to"] if tier["up_to"] is not None else quantity
        if price["tiers_mode"] == "volume":
            if quantity <= up_to:
                return int(tier["unit_amount"]) * quantity + int(tier["flat_amount"])
            continue
        here = max(min(quantity, up_to) - before, 0)
        if here:
            total += tier["unit_amount"] * here + tier["flat_amount"]
        before = up_to
    return int(total)


def update_price(call: Call) -> Object:
    params, price = call.params, call.living("price", call.path["id"])
    params.only(("active", "metadata", "nickname", "lookup_key", "tax_behavior", "transfer_lookup_key"))
    price["active"] = params.flag("active", default=price["active"])
    price["nickname"] = params.text("nickname", price["nickname"])
    price["lookup_key"] = params.text("lookup_key", price["lookup_key"])
    price["metadata"] = params.metadata(price["metadata"])
    call.save(price)
    call.tell("price.updated", price)
    return price


def create_coupon(call: Call) -> Object:
    """`POST /v1/coupons`."""
    params = call.params
    params.only(COUPON)
    percent, amount = params.text("percent_off"), params.whole("amount_off", least=1)
    if (percent is None) == (amount is None):
        raise StripeError(400, "You must pass either percent_off or amount_off.", param="percent_off")
    duration = params.choice("duration", ("forever", "once", "repeating"), "once")
    number = params.text("id") or call.new_id("c", 8).removeprefix("c_")
    if call.find("coupon", number):
        raise unfit("Coupon already exists.", code="resource_already_exists", param="id")
    coupon = call.add(
        "coupon",
        as_id=number,
        amount_off=amount,
        currency=params.needed("currency").lower() if amount else None,
        duration=duration,
        duration_in_months=params.needed_whole("duration_in_months", least=1) if duration == "repeating" else None,
        max_redemptions=params.whole("max_redemptions", least=1),
        metadata=params.metadata(),
        name=params.text("name"),
        percent_off=float(percent) if percent and percent.replace(".", "", 1).isdigit() else None,
        redeem_by=params.whole("redeem_by"),
        times_redeemed=0,
        valid=True,
    )
    call.tell("coupon.created", coupon)
    return coupon


def delete_coupon(call: Call) -> Object:
    coupon = call.living("coupon", call.path["id"])
    call.tell("coupon.deleted", coupon)
    return call.remove(coupon)


def create_promotion(call: Call) -> Object:
    """`POST /v1/promotion_codes`: unique among the active ones, whatever the case of its letters."""
    params = call.params
    params.only(PROMOTION)
    promotion = params.child("promotion")
    coupon = call.get("coupon", promotion.needed("coupon"), param="promotion[coupon]")
    code = params.text("code") or call.new_id("c", 12).removeprefix("c_").upper()
    if not code.replace("-", "").isalnum():
        raise StripeError(400, "Promotion codes hold letters, digits and dashes only.", param="code")
    if active_promotion(call, code):
        raise unfit(
            "An active promotion code with `code: {code}` already exists.".replace("{code}", code),
            code="resource_already_exists",
            param="code",
        )
    made = call.add(
        "promotion_code",
        active=params.flag("active", default=True),
        code=code,
        customer=params.text("customer"),
        expires_at=params.whole("expires_at"),
        max_redemptions=params.whole("max_redemptions", least=1),
        metadata=params.metadata(),
        promotion={"type": "coupon", "coupon": coupon["id"]},
        restrictions=_restrictions(params.child("restrictions")),
        times_redeemed=0,
    )
    call.tell("promotion_code.created", made)
    return made


def _restrictions(given: Parameters) -> Object:
    return {
        "first_time_transaction": given.flag("first_time_transaction"),
        "minimum_amount": given.whole("minimum_amount"),
        "minimum_amount_currency": given.text("minimum_amount_currency"),
    }


def active_promotion(desk: Desk, code: str) -> Object | None:
    """The active promotion code that reads like this."""
    return next(
        (each for each in desk.all("promotion_code", active=1) if each["code"].lower() == code.strip().lower()), None
    )


def update_promotion(call: Call) -> Object:
    params, promotion = call.params, call.get("promotion_code", call.path["id"])
    params.only(("active", "metadata", "restrictions"))
    promotion["active"] = params.flag("active", default=promotion["active"])
    promotion["metadata"] = params.metadata(promotion["metadata"])
    call.save(promotion)
    call.tell("promotion_code.updated", promotion)
    return promotion


def list_prices(call: Call) -> Object:
    return call.listed("price", "active", "product", "type", "currency", among="lookup_keys")


def list_promotions(call: Call) -> Object:
    return call.listed("promotion_code", "active", "code", "customer")


def generic_update(kind: str) -> Any:
    """An update of name and metadata alone."""

    def handler(call: Call) -> Object:
        call.params.only(("name", "metadata"))
        thing = call.living(kind, call.path["id"])
        thing["metadata"] = call.params.metadata(thing["metadata"])
        thing["name"] = call.params.text("name", thing["name"])
        call.save(thing)
        call.tell(f"{kind}.updated", thing)
        return thing

    return handler
