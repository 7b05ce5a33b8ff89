"""Writes down every event, and plans the webhooks that tell it: truly, or as the faults of the moment want it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pamoja.sandbox.faults import CALLBACK, STRIPE
from pamoja.sandbox.stripe.objects import API_VERSION, Object, shown

if TYPE_CHECKING:
    from pamoja.sandbox.stripe.desk import Desk

TOLD_WRONGLY = (*CALLBACK, *(fault for fault in STRIPE if fault.kind.startswith("stale_")))
LYING = {"forged_unknown": "secret", "forged_success": "secret", "stale_signature": "stamp"}
AMOUNTS = ("amount", "amount_received", "amount_captured", "amount_paid", "amount_total")


def subject_of(desk: Desk, thing: Object) -> str:
    """Who an object is about, told the same way in every run: the customer's email, else the object's kind."""
    customer = thing if thing["object"] == "customer" else desk.find("customer", thing.get("customer"))
    email = (customer or {}).get("email") or thing.get("receipt_email")
    return str(email or thing["object"])


def record(desk: Desk, kind: str, thing: Object, previous: Object | None) -> Object:
    """The event, with webhooks planned for every endpoint that wants it."""
    data: Object = {"object": shown(thing)} | ({"previous_attributes": previous} if previous else {})
    told_as: Object = {
        "api_version": API_VERSION,
        "data": data,
        "pending_webhooks": 0,
        "request": dict(desk.request),
        "type": kind,
    }
    if desk.account:
        told_as["account"] = desk.account
    endpoints = [each for each in _endpoints(desk) if _wants(each, kind, from_account=bool(desk.account))]
    told_as["pending_webhooks"] = len(endpoints)
    event = desk.add("event", **told_as)
    if endpoints:
        subject = subject_of(desk, thing)
        planned = desk.world.faults.strike(TOLD_WRONGLY, scope="stripe", subject=f"{subject}:{kind}")
        for endpoint in endpoints:
            _plan(desk, event, endpoint, planned)
        if "callback_before_answer" in planned:
            desk.told.append(event["id"])
    return event


def _endpoints(desk: Desk) -> list[Object]:
    sql = "SELECT body FROM stripe_object WHERE kind = 'webhook_endpoint' AND NOT is_deleted ORDER BY seq"
    return [json.loads(row["body"]) for row in desk.world.store.all(sql)]


def _wants(endpoint: Object, kind: str, *, from_account: bool) -> bool:
    is_open = endpoint["status"] == "enabled" and endpoint["_connect"] == from_account
    return is_open and ("*" in endpoint["enabled_events"] or kind in endpoint["enabled_events"])


def _plan(desk: Desk, event: Object, endpoint: Object, planned: dict[str, dict[str, int]]) -> None:
    """Sends one event to one endpoint, unless faults interfere; forgeries go out beside it."""
    world = desk.world
    due_at = world.clock.now() + timedelta(seconds=world.preferences.callback_delay_s)
    about = "; ".join([event["type"], *(f"fault: {each}" for each in planned)])
    for fault, forgery in LYING.items():
        if fault in planned:
            _send(desk, _forged(desk, event, fault), endpoint, due_at, f"fault: {fault}", forgery=forgery)
    if "callback_lost" in planned:
        return
    if "callback_before_answer" in planned:
        due_at = world.clock.now()
    if "callback_late" in planned:
        due_at += timedelta(seconds=planned["callback_late"]["delay_s"])
    body = shown(event)
    if "callback_wrong_amount" in planned:
        body = _with_other_amounts(body, planned["callback_wrong_amount"]["more_kes"])
    if "stale_object" in planned:
        body = _as_it_was(body)
    is_held = "callback_reordered" in planned
    for _ in range(planned.get("callback_duplicated", {}).get("times", 1)):
        _send(desk, body, endpoint, due_at, about, held=is_held)
    if is_held:
        wait = timedelta(seconds=planned["callback_reordered"]["wait_s"])
        world.agenda.add("callback.release", due_at + wait, scope="stripe")


def _send(
    desk: Desk, body: Object, endpoint: Object, due_at: Any, about: str, *, forgery: str = "", held: bool = False
) -> None:
    version = endpoint["api_version"] or API_VERSION
    number = desk.world.callbacks.send(
        url=endpoint["url"], body=body | {"api_version": version}, about=about, scope="stripe", at=due_at, held=held
    )
    desk.world.store.insert(
        "stripe_delivery", callback_id=number, event=body["id"], endpoint=endpoint["id"], forgery=forgery
    )


def _forged(desk: Desk, event: Object, fault: str) -> Object:
    """What a stranger claims: success of this very object, or of one that nobody made."""
    lie: Object = json.loads(json.dumps(shown(event)))
    thing = lie["data"]["object"]
    lie["id"] = desk.new_id("evt")
    if fault == "forged_unknown":
        thing["id"] = desk.new_id(str(thing["id"]).rpartition("_")[0])
    if fault != "stale_signature" and thing["object"] == "payment_intent":
        lie["type"] = "payment_intent.succeeded"
        thing |= {"status": "succeeded", "amount_received": thing["amount"]}
    return lie


def _with_other_amounts(event: Object, more: int) -> Object:
    changed: Object = json.loads(json.dumps(event))
    thing = changed["data"]["object"]
    thing |= {name: thing[name] + more for name in AMOUNTS if isinstance(thing.get(name), int)}
    return changed


def _as_it_was(event: Object) -> Object:
    """The object as it was before the change that the event tells."""
    changed: Object = json.loads(json.dumps(event))
    thing = changed["data"]["object"]
    if thing["object"] == "payment_intent":
        thing |= {"status": "requires_confirmation", "amount_received": 0, "latest_charge": None}
    thing |= changed["data"].get("previous_attributes") or {}
    return changed


def resend(desk: Desk, event: Object, endpoint: Object) -> None:
    """Sends an event once more, by hand."""
    _send(desk, shown(event), endpoint, desk.at, f"{event['type']}; sent again by hand")
