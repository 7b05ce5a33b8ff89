"""Takes the commands that are answered later (payout, status, balance, reversal) and tells how they ended."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from pamoja.sandbox.callbacks import STRANGER
from pamoja.sandbox.delivery import post
from pamoja.sandbox.faults import ANSWER, CALLBACK, TRUTH
from pamoja.sandbox.mpesa import checks
from pamoja.sandbox.mpesa.credential import Credential
from pamoja.sandbox.mpesa.daraja import DarajaError
from pamoja.sandbox.mpesa.identifiers import new_conversation_id, new_receipt, new_request_id
from pamoja.sandbox.mpesa.known import code_value, result_text
from pamoja.sandbox.store import Row
from pamoja.sandbox.world import World

ACCEPTED = "Accept the service request successfully."
NAMES = {"b2c": "payout", "status": "status query", "balance": "balance query", "reversal": "reversal"}
UNSAID = {"SecurityCredential"}


@dataclass(frozen=True)
class Result:
    """How a command ended: M-PESA's code, the transaction it made or was about, and what else is told."""

    code: str
    transaction_id: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    text: str = ""


Carrier = Callable[[World, Row, dict[str, Any], datetime], Result]


def join(world: World, carriers: dict[str, Carrier]) -> None:
    """Lets accepted commands be carried out when they are due."""
    world.agenda.on("command.carry_out", partial(_carry_out, world, carriers))


def accept(
    world: World,
    kind: str,
    body: dict[str, Any],
    *,
    credential: Credential,
    originator: str = "",
    subject: str = "",
    delay_s: float = 0.0,
) -> Row:
    """Takes a command whose fields are good. Raises: DarajaError when a payout's originator id was used before."""
    at = world.clock.now()
    checks.url(world, body, "ResultURL")
    checks.url(world, body, "QueueTimeOutURL")
    if kind == "b2c" and _was_used(world, originator):
        raise DarajaError(500, "500.002.1001", "Duplicate OriginatorConversationID.")
    moves = kind in ("b2c", "reversal")
    planned = world.faults.strike((*ANSWER, *CALLBACK, *TRUTH), scope=kind, subject=subject) if moves else {}
    conversation_id = new_conversation_id(at)
    with world.store.transaction():
        world.store.insert(
            "command",
            conversation_id=conversation_id,
            originator_conversation_id=originator or new_request_id(),
            kind=kind,
            body=json.dumps({name: value for name, value in body.items() if name not in UNSAID}),
            credential_is_good=credential.is_good(str(body.get("SecurityCredential", ""))),
            faults=json.dumps(planned),
            created_at=at.timestamp(),
        )
        command = by_conversation(world, conversation_id)
        _forge(world, command, planned, at)
        world.agenda.add("command.carry_out", at + timedelta(seconds=delay_s), conversation_id=conversation_id)
    return command


def _was_used(world: World, originator: str) -> bool:
    sql = "SELECT 1 FROM command WHERE kind = 'b2c' AND originator_conversation_id = ?"
    return world.store.one(sql, originator) is not None


def acknowledgement(command: Row) -> dict[str, Any]:
    return {
        "ConversationID": command["conversation_id"],
        "OriginatorConversationID": command["originator_conversation_id"],
        "ResponseCode": "0",
        "ResponseDescription": ACCEPTED,
    }


def by_conversation(world: World, conversation_id: str) -> Row:
    return world.store.the("SELECT * FROM command WHERE conversation_id = ?", conversation_id)


def _carry_out(world: World, carriers: dict[str, Carrier], at: datetime, payload: dict[str, Any]) -> None:
    command = by_conversation(world, payload["conversation_id"])
    body, planned = json.loads(command["body"]), json.loads(command["faults"])
    if "unknown_result_code" in planned:
        result = Result(str(planned["unknown_result_code"]["code"]), new_receipt(at), text="Unlisted result.")
    elif "timeout_without_effect" in planned:
        result = Result("1037", new_receipt(at))
    elif not command["credential_is_good"]:
        result = Result("2001", new_receipt(at))
    else:
        result = carriers[command["kind"]](world, command, body, at)
    text = result.text or result_text(result.code)
    world.store.run(
        "UPDATE command SET result_code = ?, result_desc = ?, receipt = ?, final_at = ? WHERE conversation_id = ?",
        result.code,
        text,
        result.transaction_id,
        at.timestamp(),
        command["conversation_id"],
    )
    is_timed_out = "timeout_after_effect" in planned or "timeout_without_effect" in planned
    if is_timed_out:
        result = Result("1", result.transaction_id, text="The request timed out in the queue.")
    envelope = envelope_of(command, result, body, planned)
    url = body["QueueTimeOutURL"] if is_timed_out else body["ResultURL"]
    ended = "timed out in the queue" if is_timed_out else "done" if result.code == "0" else f"{result.code}, {text}"
    about = f"{NAMES[command['kind']]} {ended}"
    due_at = at + timedelta(seconds=world.preferences.callback_delay_s)
    post(world, url, envelope, planned, due_at, scope=command["kind"], about=about)


def envelope_of(command: Row, result: Result, body: dict[str, Any], planned: dict[str, Any]) -> dict[str, Any]:
    """The result as it is posted, with the oddities that `planned` faults ask for."""
    as_text, in_one = "callback_as_text" in planned, "result_parameter_object" in planned
    reference: Any = {"Key": "QueueTimeoutURL", "Value": body["QueueTimeOutURL"]}
    told: dict[str, Any] = {
        "ResultType": "0" if as_text else 0,
        "ResultCode": result.code if as_text else code_value(result.code),
        "ResultDesc": result.text or result_text(result.code),
        "OriginatorConversationID": command["originator_conversation_id"],
        "ConversationID": command["conversation_id"],
        "TransactionID": result.transaction_id,
    }
    parameters: list[dict[str, Any]] = [
        {"Key": key} if value is None else {"Key": key, "Value": str(value) if as_text else value}
        for key, value in result.parameters.items()
    ]
    if result.code == "0" and parameters:
        told["ResultParameters"] = {"ResultParameter": parameters[0] if in_one else parameters}
    told["ReferenceData"] = {"ReferenceItem": [reference] if in_one else reference}
    return {"Result": told}


def _forge(world: World, command: Row, planned: dict[str, Any], at: datetime) -> None:
    """A stranger claims success, for ids nobody issued or for this very command before it is carried out."""
    for kind in ("forged_unknown", "forged_success"):
        if kind not in planned:
            continue
        body, lie = json.loads(command["body"]), dict(command)
        if kind == "forged_unknown":
            lie |= {"conversation_id": new_conversation_id(at), "originator_conversation_id": new_request_id()}
        receipt = new_receipt(at)
        parameters = {"TransactionAmount": body.get("Amount"), "TransactionReceipt": receipt}
        envelope = envelope_of(lie, Result("0", receipt, parameters), body, {})  # type: ignore[arg-type]  # a row in all but type
        world.callbacks.send(
            url=body["ResultURL"], body=envelope, about=f"fault: {kind}", scope=command["kind"], at=at, source=STRANGER
        )
