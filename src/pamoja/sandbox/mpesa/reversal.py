"""Gives a payment back to the subscriber who made it: once, and never more than it was."""

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
from pamoja.sandbox.mpesa.movements import Refused, by_receipt, move
from pamoja.sandbox.mpesa.subscribers import subscriber
from pamoja.sandbox.request_log import HungUp
from pamoja.sandbox.store import Row
from pamoja.sandbox.world import World


def reversal_request(credential: Credential) -> Handler:
    """`POST /mpesa/reversal/v1/request`."""

    async def handler(call: Call) -> dict[str, Any]:
        world, body = call.world, call.body
        checks.text(body, "Initiator", most=100)
        checks.text(body, "SecurityCredential", most=2000)
        checks.choice(body, "CommandID", "TransactionReversal")
        checks.text(body, "TransactionID", most=20)
        checks.amount(body)
        checks.merchant(world, body, "ReceiverParty")
        checks.choice(body, "RecieverIdentifierType", "11", "4")
        checks.text(body, "Remarks", most=100)
        checks.text(body, "Occasion", least=0, most=100)
        original = by_receipt(world, str(body["TransactionID"]))
        command = commands.accept(
            world,
            "reversal",
            body,
            credential=credential,
            subject=original["msisdn"] if original else "",
            delay_s=world.preferences.command_delay_s,
        )
        planned = json.loads(command["faults"])
        call.notes.extend(f"fault: {kind}" for kind in planned)
        if "answer_lost" in planned:
            raise HungUp
        return commands.acknowledgement(command)

    return handler


def carry_out(world: World, command: Row, body: dict[str, Any], at: datetime) -> Result:
    """Moves the money back. Only payments into the shortcode can be reversed here."""
    if body["Initiator"] != INITIATOR_NAME:
        return Result("2001", new_receipt(at))
    original = by_receipt(world, str(body["TransactionID"]))
    if original is None or original["direction"] != "in" or original["shortcode"] != str(body["ReceiverParty"]):
        return Result("R000002", new_receipt(at))
    if world.store.one("SELECT 1 FROM movement WHERE reverses = ?", original["receipt"]):
        return Result("R000001", new_receipt(at))
    if int(body["Amount"]) > original["amount_kes"]:
        return Result("R000002", new_receipt(at), text="The amount is more than the original transaction's.")
    try:
        movement = move(
            world,
            kind="reversal",
            direction="out",
            shortcode=original["shortcode"],
            msisdn=original["msisdn"],
            amount_kes=int(body["Amount"]),
            reference=original["reference"],
            operation=command["conversation_id"],
            originator=command["originator_conversation_id"],
            reverses=original["receipt"],
            at=at,
        )
    except Refused as refusal:
        return Result(refusal.code, new_receipt(at))
    return Result("0", movement["receipt"], _parameters(world, movement, json.loads(command["faults"]), at))


def _parameters(world: World, movement: Row, planned: dict[str, Any], at: datetime) -> dict[str, Any]:
    currency = "CurrencyCode=KES"
    cents, name = movement["shortcode_balance_kes"] * 100, subscriber(world, movement["msisdn"])["name"]
    business = world.store.value("SELECT name FROM organisation WHERE shortcode = ?", movement["shortcode"])
    return {
        "DebitAccountCurrentBalance": f"{{Amount={{{currency}, MinimumAmount={cents}, BasicAmount={cents / 100}}}}}",
        "Amount": float(movement["amount_kes"] + planned.get("callback_wrong_amount", {}).get("more_kes", 0)),
        "TransCompletedTime": int(f"{at.astimezone(NAIROBI):%Y%m%d%H%M%S}"),
        "OriginalTransactionID": movement["reverses"],
        "Charge": 0.0,
        "CreditPartyPublicName": f"{movement['msisdn']} - {name}",
        "DebitPartyPublicName": f"{movement['shortcode']} - {business}",
    }
