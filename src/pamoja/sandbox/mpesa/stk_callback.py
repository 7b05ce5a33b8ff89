"""Tells the platform how a push payment ended, as truly or as falsely as the faults of that payment want it."""

import json
from datetime import datetime, timedelta
from typing import Any

from pamoja.sandbox.callbacks import STRANGER
from pamoja.sandbox.clock import NAIROBI, from_seconds
from pamoja.sandbox.delivery import post
from pamoja.sandbox.mpesa import c2b_notice
from pamoja.sandbox.mpesa.identifiers import new_checkout_request_id, new_receipt, new_request_id
from pamoja.sandbox.mpesa.known import code_value, result_text
from pamoja.sandbox.store import Row
from pamoja.sandbox.world import World


def tell(world: World, prompt: Row, at: datetime) -> None:
    """Plans the callback (or callbacks, or none) for a decided prompt."""
    planned = json.loads(prompt["faults"])
    delay_s = 0.0 if "callback_before_answer" in planned else world.preferences.callback_delay_s
    due_at = at + timedelta(seconds=delay_s)
    if prompt["result_code"] == "0" and "also_c2b" in planned:
        c2b_notice.confirm(world, prompt["receipt"], due_at)
    post(world, prompt["callback_url"], body_of(prompt, planned), planned, due_at, scope="stk", about=_about(prompt))


def forge(world: World, prompt: Row, at: datetime) -> None:
    """A stranger claims success, for ids nobody issued or for this very payment before it is decided."""
    planned = json.loads(prompt["faults"])
    for kind in ("forged_unknown", "forged_success"):
        if kind not in planned:
            continue
        lie = dict(prompt) | {
            "result_code": "0",
            "result_desc": result_text("0"),
            "receipt": new_receipt(at),
            "answered_at": at.timestamp(),
        }
        if kind == "forged_unknown":
            lie |= {"checkout_request_id": new_checkout_request_id(at), "merchant_request_id": new_request_id()}
        world.callbacks.send(
            url=prompt["callback_url"],
            body=body_of(lie, {}),
            about=f"fault: {kind}",
            scope="stk",
            at=at,
            source=STRANGER,
        )


def body_of(prompt: Any, planned: dict[str, Any]) -> dict[str, Any]:
    """The callback's JSON. Units: Amount in shillings; TransactionDate is Nairobi's time as an integer."""
    as_text = "callback_as_text" in planned
    callback: dict[str, Any] = {
        "MerchantRequestID": prompt["merchant_request_id"],
        "CheckoutRequestID": prompt["checkout_request_id"],
        "ResultCode": prompt["result_code"] if as_text else code_value(prompt["result_code"]),
        "ResultDesc": prompt["result_desc"],
    }
    if prompt["result_code"] == "0":
        callback["CallbackMetadata"] = {"Item": _items(prompt, planned, as_text=as_text)}
    return {"Body": {"stkCallback": callback}}


def _items(prompt: Any, planned: dict[str, Any], *, as_text: bool) -> list[dict[str, Any]]:
    amount = prompt["amount_kes"] + planned.get("callback_wrong_amount", {}).get("more_kes", 0)
    moment = from_seconds(prompt["answered_at"]).astimezone(NAIROBI)
    date, phone = f"{moment:%Y%m%d%H%M%S}", prompt["msisdn"]
    return [
        {"Name": "Amount", "Value": str(amount) if as_text else float(amount)},
        {"Name": "MpesaReceiptNumber", "Value": prompt["receipt"]},
        {"Name": "Balance"},
        {"Name": "TransactionDate", "Value": date if as_text else int(date)},
        {"Name": "PhoneNumber", "Value": phone if as_text else int(phone)},
    ]


def _about(prompt: Row) -> str:
    paid = (
        f"paid, {prompt['receipt']}"
        if prompt["result_code"] == "0"
        else f"{prompt['result_code']}, {prompt['result_desc']}"
    )
    return f"push payment {paid}"
