"""Shows prompts on phones and decides how each one ends; what is told of it is `stk_callback`'s matter."""

import json
from datetime import datetime, timedelta
from typing import Any

from pamoja.sandbox.answers import BadInput, Unknown
from pamoja.sandbox.faults import ANSWER, CALLBACK, TRUTH
from pamoja.sandbox.mpesa import autopilot, stk_callback
from pamoja.sandbox.mpesa.autopilot import NAMED
from pamoja.sandbox.mpesa.daraja import DarajaError
from pamoja.sandbox.mpesa.identifiers import new_checkout_request_id, new_request_id
from pamoja.sandbox.mpesa.known import result_text
from pamoja.sandbox.mpesa.movements import Refused, move
from pamoja.sandbox.mpesa.subscribers import subscriber
from pamoja.sandbox.store import Row
from pamoja.sandbox.world import World

LOCKED = "Unable to lock subscriber, a transaction is already in process for the current subscriber"


def join(world: World) -> None:
    """Lets prompts be answered by themselves and expire."""
    world.agenda.on(
        "prompt.answer", lambda at, payload: _answer_if_open(world, payload["prompt_id"], payload["answer"], at)
    )
    world.agenda.on("prompt.expire", lambda at, payload: _answer_if_open(world, payload["prompt_id"], "1037", at))
    world.agenda.on("prompt.reveal", lambda at, payload: _reveal(world, payload["prompt_id"], at))


def show(
    world: World, *, shortcode: str, msisdn: str, amount_kes: int, reference: str, description: str, callback_url: str
) -> Row:
    """Shows a prompt on the phone and plans its end. Raises: DarajaError when another prompt is open there."""
    at, person = world.clock.now(), subscriber(world, msisdn)
    if world.preferences.second_prompt == "refuse" and open_prompts(world, msisdn):
        raise DarajaError(500, "500.001.1001", LOCKED)
    expires_at = at + timedelta(seconds=world.preferences.prompt_timeout_s)
    planned = world.faults.strike((*ANSWER, *CALLBACK, *TRUTH), scope="stk", subject=msisdn)
    with world.store.transaction():
        world.store.run("UPDATE subscriber SET prompts_seen = prompts_seen + 1 WHERE msisdn = ?", msisdn)
        number = world.store.insert(
            "prompt",
            checkout_request_id=new_checkout_request_id(at),
            merchant_request_id=new_request_id(),
            shortcode=shortcode,
            msisdn=msisdn,
            amount_kes=amount_kes,
            reference=reference,
            description=description,
            callback_url=callback_url,
            shown=person["reachable"],
            faults=json.dumps(planned),
            created_at=at.timestamp(),
            expires_at=expires_at.timestamp(),
        )
        prompt = by_number(world, number)
        stk_callback.forge(world, prompt, at)
        _plan_the_end(world, prompt, planned, at, nth=person["prompts_seen"])
    world.live.publish(f"phone:{msisdn}")
    world.live.publish("phones")
    return by_number(world, number)


def _plan_the_end(world: World, prompt: Row, planned: dict[str, Any], at: datetime, *, nth: int) -> None:
    choice = autopilot.decision(world, msisdn=prompt["msisdn"], amount_kes=prompt["amount_kes"], nth=nth)
    if "callback_before_answer" in planned:
        answer = choice[0] if choice and choice[0] not in ("ignore", "never") else "pin"
        decide(world, prompt, answer, at)
        return
    if choice == ("never", 0.0) or (choice and choice[0] == "never"):
        return
    world.agenda.add(
        "prompt.expire", at + timedelta(seconds=world.preferences.prompt_timeout_s), prompt_id=prompt["id"]
    )
    if choice and choice[0] != "ignore" and prompt["shown"]:
        world.agenda.add("prompt.answer", at + timedelta(seconds=choice[1]), prompt_id=prompt["id"], answer=choice[0])


def open_prompts(world: World, msisdn: str) -> list[Row]:
    """Oldest first; those of an unreachable or ignoring phone too."""
    return world.store.all("SELECT * FROM prompt WHERE msisdn = ? AND answered_at IS NULL ORDER BY id", msisdn)


def by_number(world: World, number: int) -> Row:
    """Raises: Unknown."""
    row = world.store.one("SELECT * FROM prompt WHERE id = ?", number)
    if row is None:
        raise Unknown("such prompt")
    return row


def answer_by_hand(world: World, number: int, *, pin: str | None = None, action: str | None = None) -> Row:
    """A person answers. Raises: Unknown, BadInput when it was answered already or the answer is none."""
    prompt = by_number(world, number)
    if prompt["answered_at"] is not None:
        raise BadInput("This prompt has already been answered or has expired.", status=409)
    if pin is not None:
        right = world.store.value("SELECT pin FROM subscriber WHERE msisdn = ?", prompt["msisdn"])
        answer = "pin" if pin == right else NAMED["wrong_pin"]
    elif action == "ignore":
        world.store.run("UPDATE prompt SET shown = 0 WHERE id = ?", number)
        world.live.publish(f"phone:{prompt['msisdn']}")
        return by_number(world, number)
    elif action in NAMED:
        answer = NAMED[action]
    else:
        raise BadInput(f'Answer with {{"pin": "1234"}} or an action: ignore, {", ".join(NAMED)}.', field="action")
    with world.store.transaction():
        decide(world, prompt, answer, world.clock.now())
    return by_number(world, number)


def decide(world: World, prompt: Row, answer: str, at: datetime) -> None:
    """Ends a prompt: pays (answer `pin`) or fails with the result code `answer`, and lets it be told."""
    planned = json.loads(prompt["faults"])
    code, receipt = _outcome(world, prompt, answer, planned, at)
    told = "1037" if receipt and "late_success" in planned else code
    lag_s = planned.get("query_lags", {}).get("delay_s", 0)
    text = f"Unlisted result {told}." if "unknown_result_code" in planned else result_text(told)
    world.store.run(
        "UPDATE prompt SET result_code = ?, result_desc = ?, receipt = ?, answered_at = ?, visible_at = ? WHERE id = ?",
        told,
        text,
        receipt,
        at.timestamp(),
        (at + timedelta(seconds=lag_s)).timestamp(),
        prompt["id"],
    )
    decided = by_number(world, prompt["id"])
    stk_callback.tell(world, decided, at)
    if told != code:
        world.agenda.add(
            "prompt.reveal", at + timedelta(seconds=planned["late_success"]["delay_s"]), prompt_id=prompt["id"]
        )
    world.live.publish(f"phone:{prompt['msisdn']}")
    world.live.publish("phones")


def _outcome(world: World, prompt: Row, answer: str, planned: dict[str, Any], at: datetime) -> tuple[str, str | None]:
    if "unknown_result_code" in planned:
        return str(planned["unknown_result_code"]["code"]), None
    if answer != "pin":
        return answer, None
    if _was_just_paid(world, prompt, at):
        return "17", None
    try:
        movement = move(
            world,
            kind="stk",
            direction="in",
            shortcode=prompt["shortcode"],
            msisdn=prompt["msisdn"],
            amount_kes=prompt["amount_kes"],
            reference=prompt["reference"],
            operation=prompt["checkout_request_id"],
            originator=prompt["merchant_request_id"],
            at=at,
        )
    except Refused as refusal:
        return refusal.code, None
    return "0", movement["receipt"]


def _was_just_paid(world: World, prompt: Row, at: datetime) -> bool:
    pause_s = world.preferences.same_payment_pause_s
    return bool(pause_s) and bool(
        world.store.one(
            "SELECT 1 FROM movement WHERE msisdn = ? AND at > ? AND kind = 'stk' AND amount_kes = ? AND shortcode = ?",
            prompt["msisdn"],
            at.timestamp() - pause_s,
            prompt["amount_kes"],
            prompt["shortcode"],
        )
    )


def _answer_if_open(world: World, number: int, answer: str, at: datetime) -> None:
    prompt = by_number(world, number)
    if prompt["answered_at"] is None:
        decide(world, prompt, answer, at)


def _reveal(world: World, number: int, at: datetime) -> None:
    world.store.run("UPDATE prompt SET result_code = '0', result_desc = ? WHERE id = ?", result_text("0"), number)
    stk_callback.tell(world, by_number(world, number), at)
