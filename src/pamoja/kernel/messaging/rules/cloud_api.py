"""Meta's WhatsApp Cloud API as it speaks: what its webhooks hold, and what a message to it looks like.

Source: developers.facebook.com, the references of the messages and status webhooks and of the messages endpoint, as of
May and June 2026. What could not be confirmed there says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from mimetypes import guess_type
from typing import Any, Literal
from urllib.parse import urlsplit

from pamoja.kernel.messaging.rules.choices import Content

EXTERNAL_ID_MAX = 120
# A parameter of a template bears no line break, no tab and no run of spaces (from memory).
_WIDE = re.compile(r"\s+")
_IN_A_PICTURES_PLACE = {"image/jpeg": "image", "image/png": "image"}
# What says nothing that could be answered: a heart below a message, a number that changed.
SIGNS = frozenset({"reaction", "system"})


@dataclass(frozen=True)
class Parcel:
    """One message or status out of a webhook, which may hold a thousand: what it is kept under, and whose it is."""

    kind: Literal["written", "reported"]
    number_id: str
    """Which of the numbers at Meta it is about."""

    external_id: str
    sender: str
    """Who wrote, as a form of Twilio's would say it: what one person says is understood in order."""

    body: str


@dataclass(frozen=True)
class Message:
    """What somebody wrote, out of a parcel."""

    address: str
    text: str = ""
    choice: str = ""
    name: str = ""
    beside: str = ""
    is_said: bool = True
    user_id: str = ""


@dataclass(frozen=True)
class Status:
    """How far a message of ours is, out of a parcel."""

    id: str
    state: str
    error_code: str = ""
    our_id: str = ""


def parcels(document: Any) -> list[Parcel]:
    """Each message and status in a webhook, in its order; what is neither, or of no known shape, is left out."""
    found = []
    for value in _values(document):
        number_id = _text(_part(value, "metadata"), "phone_number_id")
        contacts = _parts(value, "contacts")
        for message in _parts(value, "messages"):
            if wamid := _text(message, "id"):
                body = json.dumps({"message": message, "contact": _contact_of(message, contacts)})
                found.append(Parcel("written", number_id, _bounded(wamid), f"whatsapp:{_who(message)}", body))
        for status in _parts(value, "statuses"):
            if wamid := _text(status, "id"):
                place = ":".join([wamid, _text(status, "status"), _error_code(status)])
                found.append(Parcel("reported", number_id, _bounded(place), "", json.dumps({"status": status})))
    return found


def read_message(body: str) -> Message:
    """A parcel's message. A number that WhatsApp shows comes first; who hides theirs is known by their id."""
    kept = json.loads(body)
    message, contact = _part(kept, "message"), _part(kept, "contact")
    user_id = _text(message, "from_user_id") or _text(contact, "user_id")
    return replace(_read(message, _who(message) or user_id, contact), user_id=user_id)


def read_status(body: str) -> Status:
    """A parcel's status."""
    status = _part(json.loads(body), "status")
    return Status(
        _text(status, "id"),
        _text(status, "status"),
        _error_code(status),
        _text(status, "biz_opaque_callback_data"),
    )


def message_to(
    address: str, *, text: str, content: Content, template: str = "", language: str = "", our_id: str = ""
) -> dict[str, Any]:
    """What is posted to send something: a template by its name, buttons, a list, a medium by its address, or text.

    `our_id` comes back in every status of this message.
    """
    to = {"to": address.removeprefix("+")} if address.startswith("+") else {"recipient": address}
    said = _template(template, language, content.variables) if template else _free(text, content)
    about = {"biz_opaque_callback_data": our_id} if our_id else {}
    return {"messaging_product": "whatsapp", "recipient_type": "individual", **to, **said, **about}


def template_for(name: str, language: str, body: str, samples: Sequence[str]) -> dict[str, Any]:
    """What is posted to have a text approved as a template of use (no advertisement)."""
    component: dict[str, Any] = {"type": "BODY", "text": body}
    if samples:
        component["example"] = {"body_text": [list(samples)]}
    return {"name": name, "language": language, "category": "UTILITY", "components": [component]}


def media_kind(url: str) -> str:
    """As what a file is sent, by its name: image, audio, video, or else a document."""
    kind = guess_type(urlsplit(url).path)[0] or ""
    family = kind.partition("/")[0]
    return _IN_A_PICTURES_PLACE.get(kind) or (family if family in ("audio", "video") else "document")


def _read(message: Mapping[str, Any], address: str, contact: Mapping[str, Any]) -> Message:
    name = _text(_part(contact, "profile"), "name")
    kind = _text(message, "type")
    if kind in SIGNS:
        return Message(address, name=name, is_said=False)
    if kind == "text":
        return Message(address, _text(_part(message, "text"), "body"), name=name)
    if kind == "button":
        button = _part(message, "button")
        return Message(address, _text(button, "text"), _text(button, "payload"), name)
    if kind == "interactive":
        answered = _part(message, "interactive")
        reply = _part(answered, "button_reply") or _part(answered, "list_reply")
        return Message(address, _text(reply, "title"), _text(reply, "id"), name, "" if reply else "a form")
    return _of_something_else(message, kind, address, name)


def _free(text: str, content: Content) -> dict[str, Any]:
    if content.buttons:
        buttons = [{"type": "reply", "reply": {"id": each.id, "title": each.title}} for each in content.buttons]
        return _interactive("button", text, {"buttons": buttons})
    if content.rows:
        rows = [
            {"id": each.id, "title": each.title, **({"description": each.description} if each.description else {})}
            for each in content.rows
        ]
        return _interactive("list", text, {"button": content.rows_label, "sections": [{"rows": rows}]})
    if content.media_url:
        kind = media_kind(content.media_url)
        # A recording bears no words below it.
        caption = {"caption": text} if text and kind != "audio" else {}
        return {"type": kind, kind: {"link": content.media_url, **caption}}
    return {"type": "text", "text": {"body": text, "preview_url": False}}


def _interactive(kind: str, text: str, action: dict[str, Any]) -> dict[str, Any]:
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": text}, "action": action}}


def _template(name: str, language: str, variables: Sequence[str]) -> dict[str, Any]:
    parameters = [{"type": "text", "text": _WIDE.sub(" ", each).strip()} for each in variables]
    components = [{"type": "body", "parameters": parameters}] if parameters else []
    return {"type": "template", "template": {"name": name, "language": {"code": language}, "components": components}}


def _of_something_else(message: Mapping[str, Any], kind: str, address: str, name: str) -> Message:
    """A picture, a recording, a place, or what this version does not know: noted, with the words below it."""
    part = _part(message, kind)
    if kind == "location":
        return Message(address, name=name, beside=_text(part, "name") or "a place")
    return Message(address, _text(part, "caption"), name=name, beside=_text(part, "mime_type") or kind or "something")


def _values(document: Any) -> Iterator[Mapping[str, Any]]:
    for entry in _parts(document, "entry"):
        for change in _parts(entry, "changes"):
            if change.get("field") == "messages":
                yield _part(change, "value")


def _who(message: Mapping[str, Any]) -> str:
    number = _text(message, "from")
    return f"+{number}" if number.isdigit() else _text(message, "from_user_id")


def _contact_of(message: Mapping[str, Any], contacts: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    number, user_id = _text(message, "from"), _text(message, "from_user_id")
    for contact in contacts:
        if (number and contact.get("wa_id") == number) or (user_id and contact.get("user_id") == user_id):
            return contact
    return contacts[0] if len(contacts) == 1 else {}


def _error_code(status: Mapping[str, Any]) -> str:
    errors = _parts(status, "errors")
    return str(errors[0].get("code", "")) if errors else ""


def _bounded(place: str) -> str:
    """Short enough to be kept under; ids are opaque, and nobody says how long they may be."""
    return place if len(place) <= EXTERNAL_ID_MAX else sha256(place.encode()).hexdigest()


def _part(value: Any, name: str) -> Mapping[str, Any]:
    part = value.get(name) if isinstance(value, Mapping) else None
    return part if isinstance(part, Mapping) else {}


def _parts(value: Any, name: str) -> list[Mapping[str, Any]]:
    parts = value.get(name) if isinstance(value, Mapping) else None
    return [each for each in parts if isinstance(each, Mapping)] if isinstance(parts, list) else []


def _text(value: Mapping[str, Any], name: str) -> str:
    """A number is read as its digits; a null byte can be kept nowhere."""
    found = value.get(name)
    return str(found).replace("\0", "") if isinstance(found, str | int) and not isinstance(found, bool) else ""
