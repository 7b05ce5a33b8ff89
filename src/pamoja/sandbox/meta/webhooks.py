"""What Meta tells: one document for a status or a message, signed with the app's secret over its very bytes."""

import hmac
import json
from hashlib import sha256
from typing import Any

from pamoja.sandbox.meta import numbers
from pamoja.sandbox.meta.known import CODES, text_of
from pamoja.sandbox.mpesa.checks import MSISDN
from pamoja.sandbox.mpesa.subscribers import subscriber
from pamoja.sandbox.store import Row
from pamoja.sandbox.twilio import people
from pamoja.sandbox.twilio.telling import Told
from pamoja.sandbox.world import World

USER_AGENT = "facebookexternalua"
CONTENTS = {"image": "image", "audio": "audio", "video": "video"}


class MetaTeller:
    """To the address that is kept with the number."""

    def status(self, world: World, message: Row, status: str, *, wrongly: bool) -> Told | None:
        number = numbers.of_sender(world, message["sender"])
        contact = _contact(world, message["person"])
        told: dict[str, Any] = {
            "id": message["sid"],
            "status": "failed" if status in ("failed", "undelivered") else status,
            "timestamp": str(int(message["updated_at"])),
            "recipient_user_id": contact["user_id"],
        }
        if "wa_id" in contact:
            told["recipient_id"] = contact["wa_id"]
        if opaque := json.loads(message["extra"]).get("opaque"):
            told["biz_opaque_callback_data"] = opaque
        if told["status"] == "failed":
            told["errors"] = [_error(message["error_code"])]
        elif status == "sent":
            told["pricing"] = {"billable": True, "pricing_model": "PMP", "category": "service"}
        return _signed(number, {"contacts": [contact], "statuses": [told]}, wrongly=wrongly)

    def written(self, world: World, message: Row, *, wrongly: bool) -> Told | None:
        number = numbers.of_sender(world, message["sender"])
        contact = _contact(world, message["person"])
        told = {
            "id": message["sid"],
            "timestamp": str(int(message["created_at"])),
            "from_user_id": contact["user_id"],
            **({"from": contact["wa_id"]} if "wa_id" in contact else {}),
            **_said(message),
        }
        return _signed(number, {"contacts": [contact], "messages": [told]}, wrongly=wrongly)

    def written_sid(self, body: str) -> str:
        try:
            value = json.loads(body)["entry"][0]["changes"][0]["value"]
            return str(value["messages"][0]["id"]) if "messages" in value else ""
        except (ValueError, LookupError, TypeError):
            return ""


def signature(body: bytes, secret: str) -> str:
    """The value of `X-Hub-Signature-256`."""
    return "sha256=" + hmac.new(secret.encode(), body, sha256).hexdigest()


def _signed(number: Row, value: dict[str, Any], *, wrongly: bool) -> Told | None:
    if not number["webhook_url"]:
        return None
    shown = number["address"].removeprefix("whatsapp:+")
    metadata = {"display_phone_number": shown, "phone_number_id": number["number_id"]}
    change = {"value": {"messaging_product": "whatsapp", "metadata": metadata} | value, "field": "messages"}
    document = {
        "object": "whatsapp_business_account",
        "entry": [{"id": number["business_id"], "changes": [change]}],
    }
    # Meta escapes all but ASCII, and signs what it then sends.
    body = json.dumps(document)
    secret = f"not-{number['app_secret']}" if wrongly else number["app_secret"]
    headers = {
        "Content-Type": "application/json",
        "Accept": "*/*",
        "User-Agent": USER_AGENT,
        "X-Hub-Signature-256": signature(body.encode(), secret),
    }
    return Told(number["webhook_url"], body, headers)


def _contact(world: World, person: str) -> dict[str, Any]:
    """Who it is; a hidden number is left out, the id that is always there is not."""
    known = people.phone(world, person)
    name = subscriber(world, person)["name"] if MSISDN.fullmatch(person) else ""
    shown = {} if known["hides_number"] else {"wa_id": person}
    return {"profile": {"name": name}, "user_id": known["user_id"]} | shown


def _error(code: int) -> dict[str, Any]:
    theirs = CODES.get(code, code)
    title = text_of(theirs)
    return {"code": theirs, "title": title, "message": title, "error_data": {"details": title}}


def _said(message: Row) -> dict[str, Any]:
    extra, shown = json.loads(message["extra"]), json.loads(message["shown"])
    about: dict[str, Any] = {}
    if reply_to := extra.get("OriginalRepliedMessageSid"):
        about["context"] = {"from": message["sender"].removeprefix("whatsapp:+"), "id": reply_to}
    if shown.get("forwarded"):
        about["context"] = {"forwarded": True}
    if "ButtonPayload" in extra:
        reply = {"id": extra["ButtonPayload"], "title": extra["ButtonText"]}
        return about | {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": reply}}
    if "ListId" in extra:
        reply = {"id": extra["ListId"], "title": extra["ListTitle"], "description": extra["ListDescription"]}
        return about | {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": reply}}
    if "media" in extra:
        kind = CONTENTS.get(extra["MediaContentType0"].partition("/")[0], "document")
        caption = {"caption": message["body"]} if message["body"] else {}
        return about | {"type": kind, kind: {"id": extra["media"], "mime_type": extra["MediaContentType0"], **caption}}
    if "Latitude" in extra:
        place = {"latitude": float(extra["Latitude"] or 0), "longitude": float(extra["Longitude"] or 0)}
        return about | {
            "type": "location",
            "location": place | {"name": extra.get("Label", ""), "address": extra.get("Address", "")},
        }
    return about | {"type": "text", "text": {"body": message["body"]}}
