"""What people do on their phones: write, press, pick, send a picture; the platform is told of each, signed."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pamoja.sandbox.answers import BadInput, Unknown
from pamoja.sandbox.mpesa.checks import MSISDN
from pamoja.sandbox.mpesa.subscribers import subscriber
from pamoja.sandbox.store import Row
from pamoja.sandbox.twilio import media, people, statuses
from pamoja.sandbox.twilio.identifiers import new_sid
from pamoja.sandbox.twilio.known import BODY_MOST
from pamoja.sandbox.twilio.orders import utf16_units
from pamoja.sandbox.twilio.telling import tell_written
from pamoja.sandbox.world import World

STOP_WORDS = {"STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"}
START_WORDS = {"START", "YES", "UNSTOP"}
REPLY_DAYS_MOST = 7


@dataclass(frozen=True)
class Said:
    """One thing a person says."""

    body: str = ""
    button: dict[str, str] = field(default_factory=dict)
    choice: dict[str, str] = field(default_factory=dict)
    place: dict[str, str] = field(default_factory=dict)
    picture: tuple[str, bytes] | None = None
    reply_to: str = ""
    forwarded: bool = False


def say(world: World, person: str, sender: str, said: Said) -> Row:
    """A person writes to one of the platform's addresses. Raises: BadInput when it cannot be said."""
    if people.sender(world, sender) is None:
        raise Unknown("sender with this address")
    if utf16_units(said.body) > BODY_MOST or not (said.body or said.picture or said.place):
        raise BadInput(f"A message has 1 to {BODY_MOST} characters, or a picture or place.", field="body")
    channel, at = people.channel_of(sender), world.clock.now()
    name = subscriber(world, person)["name"] if MSISDN.fullmatch(person) else ""
    address = people.address_of(world, person, channel)
    sid = new_sid("MM" if said.picture else "SM")
    with world.store.transaction():
        shown = _shown(said)
        if said.picture:
            shown["media"] = [media.keep(world, sid, *said.picture)]
        extra = fields_of(world, said, shown) | (
            _of_whatsapp(world, person, name, said) if channel == "whatsapp" else {}
        )
        number = world.store.insert(
            "twilio_message",
            sid=sid,
            direction="inbound",
            sender=sender,
            person=person,
            address=address,
            body=said.body,
            shown=json.dumps(shown),
            status="received",
            extra=json.dumps(extra),
            created_at=at.timestamp(),
            updated_at=at.timestamp(),
            sent_at=at.timestamp(),
        )
        _remember(world, person, sender, said.body, at)
        message = statuses.by_number(world, number)
        see_all(world, person, at)
        tell_written(world, message, at)
    world.live.publish(f"phone:{person}")
    world.live.publish("phones")
    return message


def see_all(world: World, person: str, at: datetime) -> None:
    """The person looks at their chats: what was delivered is read."""
    for message in world.store.all(
        "SELECT * FROM twilio_message WHERE person = ? AND status = 'delivered' ORDER BY id", person
    ):
        statuses.be_read(world, message, at)


def pressed(world: World, person: str, sid: str, button_id: str) -> tuple[str, Said]:
    """A button or list item of a message on this phone, as what the person says by it. Raises: Unknown."""
    row = world.store.one("SELECT * FROM twilio_message WHERE sid = ? AND person = ?", sid, person)
    shown: dict[str, Any] = json.loads(row["shown"]) if row else {}
    for button in shown.get("buttons", []):
        if row and button["id"] == button_id and button["type"] == "QUICK_REPLY":
            return row["sender"], Said(body=button["title"], button=button, reply_to=sid)
    for item in shown.get("list", {}).get("items", []):
        if row and item["id"] == button_id:
            return row["sender"], Said(body=item["item"], choice=item, reply_to=sid)
    raise Unknown("such button on this phone")


def _shown(said: Said) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    if said.reply_to:
        shown["reply_to"] = said.reply_to
    if said.forwarded:
        shown["forwarded"] = True
    if said.place:
        shown["place"] = said.place
    return shown


def _remember(world: World, person: str, sender: str, body: str, at: datetime) -> None:
    people.chat(world, sender, person)
    where = "WHERE sender = ? AND person = ?"
    world.store.run(f"UPDATE twilio_chat SET wrote_at = ? {where}", at.timestamp(), sender, person)  # noqa: S608 - what is put in is the constant above
    word = body.strip().upper()
    if people.channel_of(sender) == "sms" and word in STOP_WORDS | START_WORDS:
        world.store.run(f"UPDATE twilio_chat SET is_stopped = ? {where}", word in STOP_WORDS, sender, person)  # noqa: S608 - what is put in is the constant above


def fields_of(world: World, said: Said, shown: dict[str, Any]) -> dict[str, str]:
    """The fields that only some messages have."""
    fields: dict[str, str] = {}
    if said.picture:
        fields |= {"MediaContentType0": said.picture[0], "media": shown["media"][0]}
    if said.button:
        fields |= {"ButtonText": said.button["title"], "ButtonPayload": said.button["id"], "ButtonType": "REPLY"}
    if said.choice:
        fields |= {
            "ListId": said.choice["id"],
            "ListTitle": said.choice["item"],
            "ListDescription": said.choice.get("description", ""),
        }
    if said.place:
        fields |= {
            "Latitude": said.place.get("latitude", ""),
            "Longitude": said.place.get("longitude", ""),
            "Address": said.place.get("address", ""),
            "Label": said.place.get("label", ""),
        }
    if said.forwarded:
        fields["Forwarded"] = "true"
    original = world.store.one("SELECT * FROM twilio_message WHERE sid = ?", said.reply_to) if said.reply_to else None
    age_s = world.clock.now().timestamp() - original["created_at"] if original else 0
    if original and age_s < REPLY_DAYS_MOST * 86_400:
        fields |= {"OriginalRepliedMessageSid": original["sid"], "OriginalRepliedMessageSender": original["sender"]}
    return fields


def _of_whatsapp(world: World, person: str, name: str, said: Said) -> dict[str, str]:
    known = people.phone(world, person)
    kind = "text"
    if said.picture:
        family = said.picture[0].partition("/")[0]
        kind = family if family in ("image", "audio", "video") else "document"
    elif said.place:
        kind = "location"
    elif said.button or said.choice:
        kind = "button" if said.button else "interactive"
    fields = {"ProfileName": name, "MessageType": kind, "ExternalUserId": people.WHATSAPP + known["user_id"]}
    return fields if known["hides_number"] else fields | {"WaId": person}
