"""The phones' side for tests and the console's script: what a phone shows, what its owner says, where it is told."""

import base64
import binascii
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from pamoja.sandbox.answers import BadInput, json_object
from pamoja.sandbox.clock import iso
from pamoja.sandbox.mpesa.subscribers import tidy_number
from pamoja.sandbox.store import Row
from pamoja.sandbox.twilio import inbound, media, people
from pamoja.sandbox.twilio.inbound import Said
from pamoja.sandbox.twilio.known import MEDIA_TYPES, WHATSAPP_SENDER
from pamoja.sandbox.world import World, world_of

SHOWN_MOST = 200
ON_THE_PHONE = ("delivered", "read", "received")


def thread(
    world: World, person: str, channel: str = "whatsapp", *, limit: int = SHOWN_MOST, sender: str = ""
) -> list[dict[str, Any]]:
    """What was said on this phone, oldest first; with a `sender`, to and by that address alone."""
    rows = world.store.all(
        f"""SELECT * FROM twilio_message WHERE person = ? AND status IN ('delivered', 'read', 'received')
            AND sender {"LIKE" if channel == "whatsapp" else "NOT LIKE"} 'whatsapp:%' AND ? IN ('', sender)
            ORDER BY id DESC LIMIT ?""",  # noqa: S608 - what is put in is one of two constants
        person,
        sender,
        limit,
    )
    return [as_json(world, row) for row in reversed(rows)]


def as_json(world: World, row: Row) -> dict[str, Any]:
    shown = json.loads(row["shown"])
    return {
        "sid": row["sid"],
        "mine": row["direction"] == "inbound",
        "channel": people.channel_of(row["sender"]),
        "sender": row["sender"],
        "body": row["body"],
        "buttons": shown.get("buttons", []),
        "list": shown.get("list"),
        "place": shown.get("place"),
        "forwarded": bool(shown.get("forwarded")),
        "reply_to": shown.get("reply_to"),
        "media": [
            {"url": f"/media/{each['sid']}", "content_type": each["content_type"], "name": each["name"]}
            for each in media.shown_with(world, row["sid"], shown.get("uploaded", ""))
        ],
        "status": row["status"],
        "error_code": row["error_code"],
        "taken": row["taken_at"] is not None,
        "seen": row["seen_at"] is not None,
        "at": iso(row["created_at"]),
        "at_s": row["created_at"],
    }


def is_typing(world: World, person: str) -> bool:
    """Whether the platform was last seen to type, and has not answered since."""
    return bool(
        world.store.value(
            """SELECT 1 FROM twilio_chat AS chat WHERE person = ? AND typing_until > ? AND NOT EXISTS (
                 SELECT 1 FROM twilio_message AS message WHERE message.person = chat.person
                 AND message.sender = chat.sender AND direction <> 'inbound'
                 AND created_at > chat.typing_until - 25)""",
            person,
            world.clock.now().timestamp(),
        )
    )


def _person(request: Request) -> str:
    return tidy_number(request.path_params["msisdn"])


async def show_chat(request: Request) -> JSONResponse:
    """`GET /api/phones/{msisdn}/chat?channel=whatsapp`: oldest first; looking at it does not read it."""
    world, person = world_of(request), _person(request)
    channel = request.query_params.get("channel", "whatsapp")
    return JSONResponse({"messages": thread(world, person, channel), "typing": is_typing(world, person)})


async def say(request: Request) -> JSONResponse:
    """`POST /api/phones/{msisdn}/chat`: `body`, or `press` (a button's or item's id) of `sid`; more in the README."""
    world, person, wish = world_of(request), _person(request), await json_object(request)
    sender = str(wish.get("sender") or WHATSAPP_SENDER)
    if "press" in wish:
        sender, said = inbound.pressed(world, person, str(wish.get("sid") or ""), str(wish["press"]))
    else:
        said = Said(
            body=str(wish.get("body") or ""),
            place={str(key): str(value) for key, value in dict(wish.get("place") or {}).items()},
            picture=picture(wish.get("media")),
            reply_to=str(wish.get("reply_to") or ""),
            forwarded=bool(wish.get("forwarded")),
        )
    return JSONResponse(as_json(world, inbound.say(world, person, sender, said)), status_code=201)


def picture(wish: Any) -> tuple[str, bytes] | None:
    """Media that a person sends, from `{"content_type", "base64"}`. Raises: BadInput."""
    if not wish:
        return None
    try:
        kind, body = str(wish["content_type"]), base64.b64decode(wish["base64"], validate=True)
    except (KeyError, TypeError, binascii.Error, ValueError):
        raise BadInput("media has content_type and base64.", field="media") from None
    if kind not in MEDIA_TYPES or not 0 < len(body) <= media.most_bytes(kind):
        raise BadInput("WhatsApp does not take this kind or size of file.", field="media")
    return kind, body


async def change_whatsapp(request: Request) -> JSONResponse:
    """`PUT /api/phones/{msisdn}/whatsapp`: `hides_number`, `has_whatsapp`."""
    world, person, wish = world_of(request), _person(request), await json_object(request)
    change(world, person, wish)
    known = people.phone(world, person)
    return JSONResponse(
        {
            "has_whatsapp": bool(known["has_whatsapp"]),
            "hides_number": bool(known["hides_number"]),
            "address": people.address_of(world, person, "whatsapp"),
        }
    )


def change(world: World, person: str, wish: dict[str, Any]) -> None:
    """Raises: BadInput, and then nothing has changed."""
    unknown = set(wish) - {"hides_number", "has_whatsapp"}
    if unknown or not all(isinstance(value, bool) for value in wish.values()):
        raise BadInput("hides_number and has_whatsapp are true or false.", field=min(unknown, default=""))
    people.phone(world, person)
    for column, value in wish.items():
        world.store.run(f"UPDATE twilio_phone SET {column} = ? WHERE person = ?", value, person)  # noqa: S608 - one of the two above
    world.live.publish(f"phone:{person}")


async def list_senders(request: Request) -> JSONResponse:
    """`GET /api/twilio/senders`: the platform's addresses and where each is told."""
    return JSONResponse({"senders": [_sender_as_json(row) for row in people.senders(world_of(request))]})


async def set_sender(request: Request) -> JSONResponse:
    """`PUT /api/twilio/senders/{address}`: `name`, `inbound_url`, `status_url`; made when it is new."""
    address, wish = request.path_params["address"], await json_object(request)
    if not people.is_address(address):
        raise BadInput("An address looks like whatsapp:+14155238886 or +15005550006.", field="address")
    unknown = set(wish) - {"name", "inbound_url", "status_url"}
    if unknown:
        raise BadInput(f"A sender has no {', '.join(sorted(unknown))}.", field=min(unknown))
    row = people.keep_sender(world_of(request), address, **{name: str(value) for name, value in wish.items()})
    return JSONResponse(_sender_as_json(row))


def _sender_as_json(row: Row) -> dict[str, str]:
    return {name: row[name] for name in ("address", "name", "inbound_url", "status_url")}
