"""Fetches what is to be shown on a phone, refusing what WhatsApp would, and hands out what people sent."""

import aiohttp
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pamoja.sandbox.store import Row
from pamoja.sandbox.twilio.gate import not_found
from pamoja.sandbox.twilio.identifiers import new_sid
from pamoja.sandbox.twilio.known import (
    ACCOUNT_SID,
    API_VERSION,
    MEDIA_TYPES,
    WHATSAPP_IMAGE_BYTES_MOST,
    WHATSAPP_MEDIA_BYTES_MOST,
)
from pamoja.sandbox.world import World, world_of

TIMEOUT = aiohttp.ClientTimeout(total=10)
SAFELY = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"}


def most_bytes(content_type: str) -> int:
    return WHATSAPP_IMAGE_BYTES_MOST if content_type.startswith("image/") else WHATSAPP_MEDIA_BYTES_MOST


async def fetch(world: World, message: Row, urls: list[str]) -> int | None:
    """Asks HEAD and GET of each address and keeps what comes. Returns Twilio's code when it will not do."""
    for url in urls:
        try:
            async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
                async with session.head(url) as head:
                    kind = head.content_type
                    if head.status != 200:
                        return 63019
                if kind not in MEDIA_TYPES:
                    return 63021
                async with session.get(url) as answer:
                    body = await answer.content.read(most_bytes(kind) + 1)
                    while len(body) <= most_bytes(kind) and (more := await answer.content.read(1 << 16)):
                        body += more
                    if answer.status != 200 or answer.content_type != kind:
                        return 63019
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return 63019
        if len(body) > most_bytes(kind):
            return 63034
        keep(world, message["sid"], kind, body, name=url.rpartition("/")[2].partition("?")[0])
    return None


def keep(world: World, message_sid: str, content_type: str, body: bytes, *, name: str = "") -> str:
    sid = new_sid("ME")
    world.store.insert(
        "twilio_media", sid=sid, message_sid=message_sid, content_type=content_type, name=name[:60], body=body
    )
    return sid


def of_message(world: World, message_sid: str) -> list[Row]:
    return world.store.all(
        "SELECT sid, content_type, name, length(body) AS size FROM twilio_media WHERE message_sid = ? ORDER BY sid",
        message_sid,
    )


def shown_with(world: World, message_sid: str, uploaded: str = "") -> list[Row]:
    """What a phone shows with a message: its own, or what was uploaded before under an id."""
    sql = "SELECT sid, content_type, name, length(body) AS size FROM twilio_media WHERE sid = ?"
    return of_message(world, message_sid) + (world.store.all(sql, uploaded) if uploaded else [])


async def list_all(request: Request) -> Response:
    """`GET …/Messages/{message}/Media.json`."""
    rows = of_message(world_of(request), request.path_params["sid"])
    listed = [_as_json(request.path_params["sid"], row) for row in rows]
    return JSONResponse({"media_list": listed, "page": 0, "page_size": 50, "start": 0, "end": max(0, len(listed) - 1),
                         "uri": request.url.path, "first_page_uri": request.url.path, "next_page_uri": None,
                         "previous_page_uri": None})  # fmt: skip


async def fetch_one(request: Request) -> Response:
    """`GET …/Media/{media}.json` describes it; without `.json` it is the bytes."""
    row = _found(request)
    if request.url.path.endswith(".json"):
        return JSONResponse(_as_json(row["message_sid"], row))
    return Response(row["body"], media_type=row["content_type"], headers=SAFELY)


async def delete(request: Request) -> Response:
    row = _found(request)
    world_of(request).store.run("DELETE FROM twilio_media WHERE sid = ?", row["sid"])
    return Response(status_code=204)


async def show(request: Request) -> Response:
    """`GET /media/{media}`: for the phones of the console, which need no password."""
    return Response((row := _found(request))["body"], media_type=row["content_type"], headers=SAFELY)


def _found(request: Request) -> Row:
    sid = request.path_params["media"].removesuffix(".json")
    row = world_of(request).store.one("SELECT * FROM twilio_media WHERE sid = ?", sid)
    if row is None or request.path_params.get("sid", row["message_sid"]) != row["message_sid"]:
        raise not_found()
    return row


def _as_json(message_sid: str, row: Row) -> dict[str, str]:
    return {
        "sid": row["sid"],
        "account_sid": ACCOUNT_SID,
        "parent_sid": message_sid,
        "content_type": row["content_type"],
        "date_created": "",
        "date_updated": "",
        "uri": f"/{API_VERSION}/Accounts/{ACCOUNT_SID}/Messages/{message_sid}/Media/{row['sid']}.json",
    }
