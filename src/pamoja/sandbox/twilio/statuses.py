"""Carries an accepted message to the phone, step by step by the clock, and tells the platform of each step."""

import json
from datetime import datetime, timedelta
from typing import Any

from pamoja.sandbox.faults import ANSWER, MESSAGE
from pamoja.sandbox.mpesa import text_messages
from pamoja.sandbox.mpesa.checks import MSISDN
from pamoja.sandbox.mpesa.subscribers import subscriber
from pamoja.sandbox.store import Row
from pamoja.sandbox.twilio import contents, media, people
from pamoja.sandbox.twilio.gate import SCOPE
from pamoja.sandbox.twilio.identifiers import new_sid
from pamoja.sandbox.twilio.known import (
    MAGIC_BLOCK,
    MAGIC_FAILS,
    MAGIC_FAILS_TWICE,
    WINDOW_S,
)
from pamoja.sandbox.twilio.orders import Order
from pamoja.sandbox.twilio.telling import tell_status, written_sid
from pamoja.sandbox.world import World

RANK = {"scheduled": 0, "accepted": 0, "queued": 0, "sending": 1, "sent": 2, "delivered": 3, "read": 4}
ENDED = ("failed", "undelivered", "canceled", "read")


def join(world: World) -> None:
    """Lets accepted messages go their way, and takes up those whose media a kill kept from being fetched."""
    world.agenda.on("message.fetch", lambda _at, payload: world.start(_fetch(world, payload["message_id"])))
    world.agenda.on("message.sent", lambda at, payload: _go_out(world, by_number(world, payload["message_id"]), at))
    world.agenda.on(
        "message.delivered", lambda at, payload: _arrive(world, by_number(world, payload["message_id"]), at)
    )
    world.agenda.on("message.read", lambda at, payload: be_read(world, by_number(world, payload["message_id"]), at))
    world.agenda.on("message.expire", lambda at, payload: _expire(world, by_number(world, payload["message_id"]), at))
    world.agenda.on("phone.reachable", lambda at, payload: _arrive_all(world, payload["msisdn"], at))
    world.callbacks.when_taken(lambda row: _was_taken(world, row))
    for row in world.store.all("SELECT id, shown FROM twilio_message WHERE status IN ('queued', 'accepted')"):
        if "media_urls" in json.loads(row["shown"]):
            world.agenda.add("message.fetch", world.clock.now(), message_id=row["id"])


def accept(world: World, order: Order) -> Row:
    """Keeps a message and sets it going."""
    at = world.clock.now()
    if MSISDN.fullmatch(order.person):
        subscriber(world, order.person)
    planned = world.faults.strike((*ANSWER, *MESSAGE), scope=SCOPE, subject=order.person)
    if too_fast(world, order.sender, order.person):
        planned["message_fails"] = {"code": 63018}
    status = "scheduled" if order.send_at else "accepted" if order.service_sid else "queued"
    with world.store.transaction():
        number = world.store.insert(
            "twilio_message",
            sid=order.sid or new_sid("MM" if "media_urls" in order.shown else "SM"),
            direction="outbound-api",
            sender=order.sender,
            person=order.person,
            address=order.to,
            service_sid=order.service_sid,
            body=order.body,
            shown=json.dumps(order.shown),
            content_sid=order.content["sid"] if order.content else None,
            status=status,
            callback_url=order.callback_url,
            extra=json.dumps(order.extra),
            faults=json.dumps(planned),
            created_at=at.timestamp(),
            updated_at=at.timestamp(),
        )
        # Who answers has read.
        world.store.run(
            "UPDATE twilio_message SET seen_at = ? WHERE person = ? AND direction = 'inbound' AND seen_at IS NULL",
            at.timestamp(),
            order.person,
        )
        due_at = (order.send_at or at) + timedelta(seconds=world.preferences.message_sent_s)
        effect = "message.fetch" if "media_urls" in order.shown else "message.sent"
        world.agenda.add(effect, due_at, message_id=number)
        if order.valid_s is not None:
            world.agenda.add("message.expire", at + timedelta(seconds=order.valid_s), message_id=number)
    return by_number(world, number)


def _was_taken(world: World, callback: Row) -> None:
    """The platform has what a person wrote: a second tick."""
    if sid := written_sid(callback["body"]) if callback["scope"] == SCOPE else "":
        now_s = world.clock.now().timestamp()
        world.store.run("UPDATE twilio_message SET taken_at = ? WHERE sid = ?", now_s, sid)
        _stir(world, str(world.store.value("SELECT person FROM twilio_message WHERE sid = ?", sid)))


def by_number(world: World, number: int) -> Row:
    return world.store.the("SELECT * FROM twilio_message WHERE id = ?", number)


def too_fast(world: World, sender: str, person: str) -> str:
    """Whether one more exceeds what WhatsApp takes from one `sender`, or lets one person be told (`pair`)."""
    per_s, per_minute = world.preferences.messages_per_s, world.preferences.messages_per_minute_each
    now_s = world.clock.now().timestamp()
    sql = "SELECT count(*) FROM twilio_message WHERE sender = ? AND created_at > ? AND direction = 'outbound-api'"
    if people.channel_of(sender) != "whatsapp":
        return ""
    if per_s and world.store.value(sql, sender, now_s - 1) >= per_s:
        return "sender"
    if per_minute and world.store.value(f"{sql} AND person = ?", sender, now_s - 60, person) >= per_minute:
        return "pair"
    return ""


async def _fetch(world: World, number: int) -> None:
    """Gets the media, as Twilio does before it hands the message on."""
    message = by_number(world, number)
    code = await media.fetch(world, message, json.loads(message["shown"]).get("media_urls", []))
    with world.store.transaction():
        if code:
            _fail(world, message, code, world.clock.now())
        else:
            _go_out(world, message, world.clock.now())


def _go_out(world: World, message: Row, at: datetime) -> None:
    if message["status"] in ENDED or RANK[message["status"]] >= RANK["sent"]:
        return
    if code := _failure(world, message, at):
        _fail(world, message, code, at)
        return
    _keep(world, message, "sent", at, sent_at=at.timestamp())
    tell_status(world, message, "sent", at)
    world.agenda.add(
        "message.delivered", at + timedelta(seconds=world.preferences.message_delivered_s), message_id=message["id"]
    )


def _failure(world: World, message: Row, at: datetime) -> int | None:
    """Why this message cannot reach its person, or None."""
    planned, person = json.loads(message["faults"]), message["person"]
    if "message_fails" in planned:
        return int(planned["message_fails"]["code"])
    if person.startswith(MAGIC_BLOCK):
        last = person[-4:]
        if last in MAGIC_FAILS:
            return MAGIC_FAILS[last]
        tried = world.store.value("SELECT count(*) FROM twilio_message WHERE person = ? AND error_code > 0", person)
        if last in MAGIC_FAILS_TWICE and tried < 2:
            return MAGIC_FAILS_TWICE[last]
    if people.channel_of(message["address"]) != "whatsapp":
        return None
    if not people.phone(world, person)["has_whatsapp"]:
        return 63003
    return None if _may_say(world, message, at) else 63016


def _may_say(world: World, message: Row, at: datetime) -> bool:
    """Free form within a day of the person's last message, an approved template at any time."""
    wrote_at = people.chat(world, message["sender"], message["person"])["wrote_at"]
    if wrote_at is not None and at.timestamp() - wrote_at < WINDOW_S:
        return True
    if json.loads(message["shown"]).get("is_template"):
        return True
    content = world.store.one("SELECT * FROM twilio_content WHERE sid = ?", message["content_sid"] or "")
    return content is not None and contents.is_approved(content)


def _fail(world: World, message: Row, code: int, at: datetime) -> None:
    _keep(world, message, "undelivered", at, error_code=code)
    tell_status(world, by_number(world, message["id"]), "undelivered", at)
    _stir(world, message["person"])


def _arrive(world: World, message: Row, at: datetime) -> None:
    """The phone has it, if it is on; else it waits until the phone is."""
    if (
        message["status"] in ENDED
        or RANK[message["status"]] >= RANK["delivered"]
        or not _is_on(world, message["person"])
    ):
        return
    _keep(world, message, "delivered", at)
    if people.channel_of(message["address"]) == "sms":
        name = people.keep_sender(world, message["sender"])["name"]
        text_messages.send(world, message["person"], name, message["body"], at.timestamp())
    if "read_before_delivered" not in json.loads(message["faults"]):
        tell_status(world, message, "delivered", at)
    if people.channel_of(message["address"]) == "whatsapp" and world.preferences.reads_by_itself:
        world.agenda.add(
            "message.read", at + timedelta(seconds=world.preferences.message_read_s), message_id=message["id"]
        )
    _stir(world, message["person"])


def _arrive_all(world: World, person: str, at: datetime) -> None:
    for message in world.store.all(
        "SELECT * FROM twilio_message WHERE person = ? AND status = 'sent' ORDER BY id", person
    ):
        _arrive(world, message, at)


def be_read(world: World, message: Row, at: datetime) -> None:
    if message["status"] != "delivered" or people.channel_of(message["address"]) == "sms":
        return
    _keep(world, message, "read", at, seen_at=at.timestamp())
    tell_status(world, message, "read", at)
    if "read_before_delivered" in json.loads(message["faults"]):
        tell_status(world, message, "delivered", at + timedelta(seconds=1))
    _stir(world, message["person"])


def _expire(world: World, message: Row, at: datetime) -> None:
    if message["status"] not in ENDED and RANK[message["status"]] < RANK["delivered"]:
        _fail(world, message, 30036, at)


def _is_on(world: World, person: str) -> bool:
    reachable = world.store.value("SELECT reachable FROM subscriber WHERE msisdn = ?", person)
    return reachable is None or bool(reachable)


def _keep(world: World, message: Row, status: str, at: datetime, **more: Any) -> None:
    columns = {"status": status, "updated_at": at.timestamp()} | more
    marks = ", ".join(f"{name} = ?" for name in columns)
    world.store.run(f"UPDATE twilio_message SET {marks} WHERE id = ?", *columns.values(), message["id"])  # noqa: S608 - the columns are named above


def _stir(world: World, person: str) -> None:
    world.live.publish(f"phone:{person}")
    world.live.publish("phones")
