"""M-PESA Express: asks a phone to pay, and says later whether it did."""

import json
from typing import Any

from pamoja.sandbox.mpesa import checks, prompts
from pamoja.sandbox.mpesa.daraja import Call, DarajaError, invalid
from pamoja.sandbox.mpesa.known import code_value
from pamoja.sandbox.request_log import HungUp
from pamoja.sandbox.world import World

ACCEPTED = "Success. Request accepted for processing"
BEFORE_ANSWER_TIMEOUT_S = 20.0


async def push(call: Call) -> dict[str, Any]:
    """`POST /mpesa/stkpush/v1/processrequest`."""
    world, body = call.world, call.body
    prompt = prompts.show(world, **_order(world, body))
    planned = json.loads(prompt["faults"])
    for kind in planned:
        call.notes.append(f"fault: {kind}")
    if "callback_before_answer" in planned:
        world.agenda.clock_was_turned()
        await world.callbacks.idle(BEFORE_ANSWER_TIMEOUT_S)
    if "answer_lost" in planned:
        raise HungUp
    return {
        "MerchantRequestID": prompt["merchant_request_id"],
        "CheckoutRequestID": prompt["checkout_request_id"],
        "ResponseCode": "0",
        "ResponseDescription": ACCEPTED,
        "CustomerMessage": ACCEPTED,
    }


def _order(world: World, body: dict[str, Any]) -> dict[str, Any]:
    kind = checks.choice(body, "TransactionType", "CustomerPayBillOnline", "CustomerBuyGoodsOnline")
    amount_kes = checks.amount(body)
    msisdn = checks.phone(body, "PhoneNumber")
    if checks.phone(body, "PartyA") != msisdn:
        raise invalid("PartyA")
    order: dict[str, Any] = {
        "msisdn": msisdn,
        "amount_kes": amount_kes,
        "callback_url": checks.url(world, body, "CallBackURL"),
        "reference": checks.text(body, "AccountReference", most=12),
        "description": checks.text(body, "TransactionDesc", most=13),
        "shortcode": checks.merchant(world, body),
    }
    payee = checks.text(body, "PartyB", most=10)
    if not payee.isdigit() or (kind == "CustomerPayBillOnline" and payee != order["shortcode"]):
        raise invalid("PartyB")
    checks.password(body, order["shortcode"])
    return order


async def query(call: Call) -> dict[str, Any]:
    """`POST /mpesa/stkpushquery/v1/query`: being processed (500.001.1001) until final, then a ResultCode as text."""
    world, body = call.world, call.body
    checkout_request_id = checks.text(body, "CheckoutRequestID", most=100)
    shortcode = checks.merchant(world, body)
    checks.password(body, shortcode)
    prompt = world.store.one(
        "SELECT * FROM prompt WHERE checkout_request_id = ? AND shortcode = ?", checkout_request_id, shortcode
    )
    if prompt is None:
        raise invalid("CheckoutRequestID")
    if prompt["visible_at"] is None or prompt["visible_at"] > world.clock.now().timestamp():
        raise DarajaError(500, "500.001.1001", "The transaction is being processed", request_id=checkout_request_id)
    as_number = "callback_as_text" in json.loads(prompt["faults"])
    return {
        "ResponseCode": "0",
        "ResponseDescription": "The service request has been accepted successfully",
        "MerchantRequestID": prompt["merchant_request_id"],
        "CheckoutRequestID": checkout_request_id,
        "ResultCode": code_value(prompt["result_code"]) if as_number else prompt["result_code"],
        "ResultDesc": prompt["result_desc"],
    }
