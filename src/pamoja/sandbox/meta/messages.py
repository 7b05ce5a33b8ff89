"""`POST /{version}/{number}/messages`: accepted with an id, and on its way; or marks what a person wrote as read."""

import base64
import json
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pamoja.sandbox.answers import json_object
from pamoja.sandbox.meta import templates
from pamoja.sandbox.meta.gate import GraphError
from pamoja.sandbox.meta.known import (
    BUTTON_ID_MOST,
    BUTTON_TITLE_MOST,
    BUTTONS_MOST,
    CAPTION_MOST,
    INTERACTIVE_TEXT_MOST,
    LIST_BUTTON_MOST,
    OPAQUE_MOST,
    ROW_ID_MOST,
    ROW_TEXT_MOST,
    ROW_TITLE_MOST,
    ROWS_MOST,
    TEXT_MOST,
)
from pamoja.sandbox.request_log import HungUp
from pamoja.sandbox.store import Row
from pamoja.sandbox.twilio import messages, people, statuses
from pamoja.sandbox.twilio.orders import Order
from pamoja.sandbox.twilio.typing import be_seen
from pamoja.sandbox.world import World, world_of

MEDIA = ("image", "document", "audio", "video", "sticker")


async def post(request: Request, number: Row) -> Response:
    world, body = world_of(request), await json_object(request)
    if body.get("messaging_product") != "whatsapp":
        raise GraphError(400, 100, "The parameter messaging_product is required.")
    if body.get("status") == "read":
        return _mark_read(world, body)
    order = _order(world, number, body)
    message = statuses.accept(world, order)
    planned = json.loads(message["faults"])
    request.scope["sandbox.notes"].extend(f"fault: {kind}" for kind in planned)
    if "answer_lost" in planned:
        raise HungUp
    asked = str(body.get("to") or body.get("recipient"))
    contact = {"input": asked, **({"wa_id": order.person} if body.get("to") else {"user_id": asked})}
    return JSONResponse({"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": message["sid"]}]})


def _mark_read(world: World, body: dict[str, Any]) -> Response:
    message = messages.by_sid(world, str(body.get("message_id") or ""))
    if message is None or message["direction"] != "inbound":
        raise GraphError(400, 131009, "message_id is not one of a received message.")
    be_seen(world, message, is_typing="typing_indicator" in body)
    return JSONResponse({"success": True})


def _order(world: World, number: Row, body: dict[str, Any]) -> Order:
    """Raises: GraphError, with the code that Meta gives for it."""
    to, recipient = str(body.get("to") or ""), str(body.get("recipient") or "")
    if not to and not recipient:
        raise GraphError(400, 131008, "Either to or recipient is required.")
    address = f"{people.WHATSAPP}+{to.removeprefix('+')}" if to else f"{people.WHATSAPP}{recipient}"
    if not people.is_address(address):
        raise GraphError(400, 131009, "The recipient is no phone number and no business-scoped user id.")
    person = people.person_at(world, address)
    if person is None:
        raise GraphError(400, 131009, "There is nobody with this business-scoped user id.")
    if address == number["address"]:
        raise GraphError(400, 131021, "Sender and recipient phone number is the same.")
    opaque = str(body.get("biz_opaque_callback_data") or "")
    if len(opaque.encode()) > OPAQUE_MOST:
        raise GraphError(400, 131009, f"biz_opaque_callback_data has at most {OPAQUE_MOST} bytes.")
    text, shown = _said(world, number, body)
    too_fast = statuses.too_fast(world, number["address"], person)
    if too_fast == "sender":
        raise GraphError(429, 130429, "Cloud API message throughput has been reached.")
    if too_fast == "pair":
        raise GraphError(400, 131056, "Too many messages sent to this recipient in a short period of time.")
    sid = "wamid." + base64.b64encode(f"{person}:{secrets.token_hex(12)}".encode()).decode()
    extra = {"opaque": opaque} if opaque else {}
    return Order(sender=number["address"], to=address, person=person, body=text, shown=shown, sid=sid, extra=extra)


def _said(world: World, number: Row, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    kind = str(body.get("type") or "text")
    part = body.get(kind)
    if not isinstance(part, dict):
        raise GraphError(400, 131008, f"The parameter {kind} is required.")
    if kind == "text":
        text = _words(part, "body", TEXT_MOST)
        return text, {}
    if kind == "template":
        return templates.rendered(world, number["business_id"], part), {"is_template": True}
    if kind == "interactive":
        return _interactive(part)
    if kind in MEDIA:
        return _medium(world, part)
    raise GraphError(400, 131051, f"The message type {kind} is not supported.")


def _interactive(part: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    body, action = part.get("body"), part.get("action")
    if not isinstance(body, dict) or not isinstance(action, dict):
        raise GraphError(400, 131008, "interactive needs body and action.")
    text = _words(body, "text", INTERACTIVE_TEXT_MOST)
    if part.get("type") == "button":
        replies = [each.get("reply", {}) for each in action.get("buttons", [])]
        _need(1 <= len(replies) <= BUTTONS_MOST, "1 to 3 buttons")
        for reply in replies:
            _words(reply, "title", BUTTON_TITLE_MOST)
            _words(reply, "id", BUTTON_ID_MOST)
        _need(len({reply["title"] for reply in replies}) == len(replies), "titles differ")
        buttons = [{"type": "QUICK_REPLY", "title": reply["title"], "id": reply["id"], "link": ""} for reply in replies]
        return text, {"buttons": buttons}
    if part.get("type") == "list":
        rows = [row for section in action.get("sections", []) for row in section.get("rows", [])]
        _need(1 <= len(rows) <= ROWS_MOST, "1 to 10 rows")
        for row in rows:
            _words(row, "title", ROW_TITLE_MOST)
            _words(row, "id", ROW_ID_MOST)
            _need(len(str(row.get("description", ""))) <= ROW_TEXT_MOST, "a description has up to 72 characters")
        items = [{"id": row["id"], "item": row["title"], "description": row.get("description", "")} for row in rows]
        return text, {"list": {"button": _words(action, "button", LIST_BUTTON_MOST), "items": items}}
    raise GraphError(400, 131009, "interactive.type is button or list here.")


def _medium(world: World, part: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    caption = str(part.get("caption") or "")
    _need(len(caption) <= CAPTION_MOST, "a caption has up to 1024 characters")
    link, known = str(part.get("link") or ""), str(part.get("id") or "")
    if link.startswith(("http://", "https://")):
        return caption, {"media_urls": [link]}
    if known and world.store.one("SELECT sid FROM twilio_media WHERE sid = ?", known):
        return caption, {"uploaded": known}
    raise GraphError(400, 131009, "A medium has a link, or the id of an upload.")


def _words(part: dict[str, Any], name: str, most: int) -> str:
    text = part.get(name)
    if not isinstance(text, str) or not text.strip():
        raise GraphError(400, 131008, f"The parameter {name} is required.")
    _need(len(text) <= most, f"{name} has up to {most} characters")
    return text


def _need(fits: bool, what: str) -> None:
    if not fits:
        raise GraphError(400, 131009, what)
