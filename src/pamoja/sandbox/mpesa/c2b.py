"""Lets a subscriber pay by menu (C2B): asks the paybill's owner first when validation is on, confirms afterwards."""

from datetime import timedelta
from typing import Any

from pamoja.sandbox.mpesa import c2b_notice, checks
from pamoja.sandbox.mpesa.daraja import Call
from pamoja.sandbox.mpesa.identifiers import new_conversation_id, new_receipt, new_request_id
from pamoja.sandbox.mpesa.movements import Refused, move
from pamoja.sandbox.mpesa.subscribers import subscriber
from pamoja.sandbox.world import World

REJECTIONS = ("C2B00011", "C2B00012", "C2B00013", "C2B00014", "C2B00015", "C2B00016")


async def register(call: Call) -> dict[str, Any]:
    """`POST /mpesa/c2b/v1/registerurl` (and v2). Here it may be called again."""
    world, body = call.world, call.body
    shortcode = checks.merchant(world, body, "ShortCode")
    world.store.run(
        "UPDATE organisation SET confirmation_url = ?, validation_url = ?, response_type = ? WHERE shortcode = ?",
        checks.url(world, body, "ConfirmationURL"),
        checks.url(world, body, "ValidationURL"),
        checks.choice(body, "ResponseType", "Completed", "Cancelled"),
        shortcode,
    )
    return {"OriginatorCoversationID": new_request_id(), "ResponseCode": "0", "ResponseDescription": "Success"}


async def simulate(call: Call) -> dict[str, Any]:
    """`POST /mpesa/c2b/v1/simulate`: a subscriber pays by menu, a moment after this was accepted."""
    world, body = call.world, call.body
    checks.choice(body, "CommandID", "CustomerPayBillOnline", "CustomerBuyGoodsOnline")
    payment: dict[str, Any] = {
        "shortcode": checks.merchant(world, body, "ShortCode"),
        "amount_kes": checks.amount(body),
        "msisdn": checks.phone(body, "Msisdn"),
        "reference": checks.text(body, "BillRefNumber", least=0, most=20),
    }
    world.start(pay(world, **payment))
    return {
        "OriginatorCoversationID": new_request_id(),
        "ResponseCode": "0",
        "ResponseDescription": "Accept the service request successfully.",
    }


async def pay(world: World, *, shortcode: str, msisdn: str, amount_kes: int, reference: str) -> dict[str, Any]:
    """Pays by menu; returns the receipt, or the code of the refusal and who refused."""
    at, subscribed = world.clock.now(), subscriber(world, msisdn)
    draft = {"receipt": new_receipt(at), "at": at.timestamp(), "shortcode": shortcode, "msisdn": subscribed["msisdn"],
             "amount_kes": amount_kes, "reference": reference}  # fmt: skip
    code, third_party_id = await _validated(world, draft)
    if code != "0":
        return {"paid": False, "refused_by": "the business", "code": code}
    try:
        with world.store.transaction():
            movement = move(
                world,
                kind="c2b",
                direction="in",
                shortcode=shortcode,
                msisdn=msisdn,
                amount_kes=amount_kes,
                reference=reference,
                operation=new_conversation_id(at),
                receipt=draft["receipt"],
                at=at,
            )
            delay = timedelta(seconds=world.preferences.callback_delay_s)
            c2b_notice.confirm(world, movement["receipt"], world.clock.now() + delay, third_party_id=third_party_id)
    except Refused as refusal:
        return {"paid": False, "refused_by": "M-PESA", "code": refusal.code}
    return {"paid": True, "receipt": movement["receipt"]}


async def _validated(world: World, draft: dict[str, Any]) -> tuple[str, str]:
    """The business's ResultCode and its ThirdPartyTransID; its ResponseType decides when it cannot be asked."""
    organisation = world.store.the("SELECT * FROM organisation WHERE shortcode = ?", draft["shortcode"])
    if not world.preferences.validates_c2b or not organisation["validation_url"]:
        return "0", ""
    answer = await world.callbacks.ask(
        organisation["validation_url"],
        c2b_notice.notice(world, draft),
        timeout_s=world.preferences.validation_timeout_s,
        about="payment by menu: validation",
        scope="c2b",
    )
    if answer is None or "ResultCode" not in answer:
        return ("0" if organisation["response_type"] == "Completed" else "C2B00016"), ""
    code = str(answer["ResultCode"])
    return (code if code == "0" or code in REJECTIONS else "C2B00016"), str(answer.get("ThirdPartyTransID", ""))[:50]
