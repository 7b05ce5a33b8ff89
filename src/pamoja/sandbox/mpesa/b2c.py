"""Pays a subscriber from the shortcode's float (B2C): once per OriginatorConversationID, whatever happens."""

import json
from datetime import datetime
from typing import Any

from pamoja.sandbox.clock import NAIROBI
from pamoja.sandbox.mpesa import checks, commands
from pamoja.sandbox.mpesa.commands import Result
from pamoja.sandbox.mpesa.credential import Credential
from pamoja.sandbox.mpesa.daraja import Call, Handler
from pamoja.sandbox.mpesa.identifiers import new_receipt
from pamoja.sandbox.mpesa.known import INITIATOR_NAME
from pamoja.sandbox.mpesa.movements import Refused, move
from pamoja.sandbox.mpesa.subscribers import subscriber
from pamoja.sandbox.request_log import HungUp
from pamoja.sandbox.store import Row
from pamoja.sandbox.world import World

COMMANDS = ("SalaryPayment", "BusinessPayment", "PromotionPayment")
UNREGISTERED_LAST_FOUR = "0404"
AMOUNT_LEAST_KES = 1


def payment_request(credential: Credential, *, names_itself: bool) -> Handler:
    """`POST /mpesa/b2c/v3/paymentrequest`, or v1 where M-PESA names the conversation (`names_itself` false)."""

    async def handler(call: Call) -> dict[str, Any]:
        world, body = call.world, call.body
        originator = checks.text(body, "OriginatorConversationID", most=64) if names_itself else ""
        order = _order(world, body)
        delay_s = world.preferences.b2c_delay_s
        command = commands.accept(
            world, "b2c", body, credential=credential, originator=originator, subject=order["PartyB"], delay_s=delay_s
        )
        planned = json.loads(command["faults"])
        for kind in planned:
            call.notes.append(f"fault: {kind}")
        if "answer_lost" in planned:
            raise HungUp
        return commands.acknowledgement(command)

    return handler


def _order(world: World, body: dict[str, Any]) -> dict[str, Any]:
    checks.text(body, "InitiatorName", most=100)
    checks.text(body, "SecurityCredential", most=2000)
    checks.choice(body, "CommandID", *COMMANDS)
    checks.amount(body)
    checks.merchant(world, body, "PartyA")
    checks.text(body, "Remarks", most=100)
    checks.text(body, "Occassion", least=0, most=100)
    return {"PartyB": checks.phone(body, "PartyB")}


def carry_out(world: World, command: Row, body: dict[str, Any], at: datetime) -> Result:
    """Moves the money and says what the shortcode has left."""
    if body["InitiatorName"] != INITIATOR_NAME:
        return Result("2001", new_receipt(at))
    msisdn, shortcode = str(body["PartyB"]), str(body["PartyA"])
    if msisdn.startswith("25479999") and msisdn.endswith(UNREGISTERED_LAST_FOUR):
        return Result("SFC_IC0003", new_receipt(at))
    try:
        movement = move(
            world,
            kind="b2c",
            direction="out",
            shortcode=shortcode,
            msisdn=msisdn,
            amount_kes=int(body["Amount"]),
            reference=str(body["Remarks"]),
            operation=command["conversation_id"],
            originator=command["originator_conversation_id"],
            at=at,
        )
    except Refused as refusal:
        return Result(refusal.code, new_receipt(at))
    return Result("0", movement["receipt"], _parameters(world, movement, json.loads(command["faults"]), at))


def _parameters(world: World, movement: Row, planned: dict[str, Any], at: datetime) -> dict[str, Any]:
    name = subscriber(world, movement["msisdn"])["name"]
    return {
        "TransactionReceipt": movement["receipt"],
        "TransactionAmount": movement["amount_kes"] + planned.get("callback_wrong_amount", {}).get("more_kes", 0),
        "ReceiverPartyPublicName": f"{movement['msisdn']} - {name}",
        "TransactionCompletedDateTime": f"{at.astimezone(NAIROBI):%d.%m.%Y %H:%M:%S}",
        "B2CUtilityAccountAvailableFunds": float(movement["shortcode_balance_kes"]),
        "B2CWorkingAccountAvailableFunds": 0.0,
        "B2CRecipientIsRegisteredCustomer": "Y",
        "B2CChargesPaidAccountAvailableFunds": 0.0,
    }
