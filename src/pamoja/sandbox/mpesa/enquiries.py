"""Answers what became of a transaction and how much a shortcode holds: by a result, as every command."""

import json
from datetime import datetime
from typing import Any

from pamoja.sandbox.clock import NAIROBI, from_seconds
from pamoja.sandbox.mpesa import checks, commands
from pamoja.sandbox.mpesa.commands import Result
from pamoja.sandbox.mpesa.credential import Credential
from pamoja.sandbox.mpesa.daraja import Call, Handler, invalid
from pamoja.sandbox.mpesa.identifiers import new_receipt
from pamoja.sandbox.mpesa.known import INITIATOR_NAME
from pamoja.sandbox.mpesa.movements import by_receipt
from pamoja.sandbox.mpesa.subscribers import subscriber
from pamoja.sandbox.store import Row
from pamoja.sandbox.world import World

IDENTIFIER_TYPES = ("1", "2", "4")


def status_query(credential: Credential) -> Handler:
    """`POST /mpesa/transactionstatus/v1/query`, by TransactionID or by OriginalConversationID."""

    async def handler(call: Call) -> dict[str, Any]:
        world, body = call.world, call.body
        _common(world, body, "TransactionStatusQuery")
        checks.text(body, "Occasion", least=0, most=100)
        if not checks.text(body, "TransactionID", least=0) and not checks.text(body, "OriginalConversationID", least=0):
            raise invalid("TransactionID")
        return commands.acknowledgement(
            commands.accept(world, "status", body, credential=credential, delay_s=world.preferences.command_delay_s)
        )

    return handler


def balance_query(credential: Credential) -> Handler:
    """`POST /mpesa/accountbalance/v1/query`."""

    async def handler(call: Call) -> dict[str, Any]:
        world, body = call.world, call.body
        _common(world, body, "AccountBalance")
        return commands.acknowledgement(
            commands.accept(world, "balance", body, credential=credential, delay_s=world.preferences.command_delay_s)
        )

    return handler


def _common(world: World, body: dict[str, Any], command_id: str) -> None:
    checks.text(body, "Initiator", most=100)
    checks.text(body, "SecurityCredential", most=2000)
    checks.choice(body, "CommandID", command_id)
    checks.merchant(world, body, "PartyA")
    checks.choice(body, "IdentifierType", *IDENTIFIER_TYPES)
    checks.text(body, "Remarks", most=100)


def tell_status(world: World, _command: Row, body: dict[str, Any], at: datetime) -> Result:
    """The state of a payout or reversal, also one that failed or is under way, or of a transaction by its receipt."""
    if body["Initiator"] != INITIATOR_NAME:
        return Result("2001", new_receipt(at))
    asked, conversation = str(body.get("TransactionID") or ""), str(body.get("OriginalConversationID") or "")
    command = world.store.one(
        """SELECT * FROM command WHERE kind IN ('b2c', 'reversal')
             AND (receipt = ? OR conversation_id = ? OR originator_conversation_id = ?)""",
        asked,
        conversation,
        conversation,
    )
    if command is not None:
        return Result("0", new_receipt(at), _of_command(world, command))
    movement = by_receipt(world, asked)
    if movement is None or movement["shortcode"] != str(body["PartyA"]):
        return Result("25", new_receipt(at))
    return Result("0", new_receipt(at), _of_movement(world, movement))


def _of_command(world: World, command: Row) -> dict[str, Any]:
    """Completed when money moved, Failed when it ended without, Pending before: whatever its result said."""
    order, moved = json.loads(command["body"]), by_receipt(world, command["receipt"] or "")
    is_payout = command["kind"] == "b2c"
    return {
        "ReceiptNo": command["receipt"],
        "ConversationID": command["conversation_id"],
        "FinalisedTime": _stamp(command["final_at"]),
        "Amount": float(order["Amount"]),
        "TransactionStatus": "Completed" if moved else "Failed" if command["final_at"] else "Pending",
        "ReasonType": "Business Payment to Customer via API" if is_payout else "Transaction Reversal",
        "TransactionReason": command["result_desc"],
        "DebitPartyCharges": None,
        "DebitAccountType": "Utility Account",
        "InitiatedTime": _stamp(command["created_at"]),
        "OriginatorConversationID": command["originator_conversation_id"],
        "CreditPartyName": _person(world, str(order["PartyB"]) if is_payout else moved["msisdn"] if moved else ""),
        "DebitPartyName": _business(world, str(order["PartyA" if is_payout else "ReceiverParty"])),
    }


def _of_movement(world: World, movement: Row) -> dict[str, Any]:
    person, business = _person(world, movement["msisdn"]), _business(world, movement["shortcode"])
    comes_in = movement["direction"] == "in"
    return {
        "ReceiptNo": movement["receipt"],
        "ConversationID": None,
        "FinalisedTime": _stamp(movement["at"]),
        "Amount": float(movement["amount_kes"]),
        "TransactionStatus": "Completed",
        "ReasonType": "Pay Bill Online" if comes_in else "Reversal",
        "TransactionReason": None,
        "DebitPartyCharges": None,
        "DebitAccountType": "MMF Account For Customer" if comes_in else "Utility Account",
        "InitiatedTime": _stamp(movement["at"]),
        "OriginatorConversationID": None,
        "CreditPartyName": business if comes_in else person,
        "DebitPartyName": person if comes_in else business,
    }


def _person(world: World, msisdn: str) -> str:
    return msisdn and f"{msisdn} - {subscriber(world, msisdn)['name']}"


def _business(world: World, shortcode: str) -> str:
    name = world.store.value("SELECT name FROM organisation WHERE shortcode = ?", shortcode)
    return f"{shortcode} - {name}"


def tell_balance(world: World, _command: Row, body: dict[str, Any], at: datetime) -> Result:
    """`Name|KES|available|current|reserved|uncleared`, several accounts joined by `&`."""
    if body["Initiator"] != INITIATOR_NAME:
        return Result("2001", new_receipt(at))
    held = world.store.value("SELECT balance_kes FROM organisation WHERE shortcode = ?", str(body["PartyA"]))
    accounts = {
        "Working Account": 0,
        "Float Account": 0,
        "Utility Account": held,
        "Charges Paid Account": 0,
        "Organization Settlement Account": 0,
    }
    told = "&".join(f"{name}|KES|{kes}.00|{kes}.00|0.00|0.00" for name, kes in accounts.items())
    return Result("0", new_receipt(at), {"AccountBalance": told, "BOCompletedTime": _stamp(at.timestamp())})


def _stamp(moment_s: float | None) -> int | None:
    """Units: Nairobi's time as YYYYMMDDHHmmss in an integer."""
    return int(f"{from_seconds(moment_s).astimezone(NAIROBI):%Y%m%d%H%M%S}") if moment_s is not None else None
