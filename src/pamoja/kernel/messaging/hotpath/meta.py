"""Takes in what Meta tells a community: proves its signature, keeps each message and status once, and answers.

Each community has an app of its own at Meta, so its address decides with which secret a webhook must be signed, and
only what is about its own number is kept.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import time
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from pamoja.foundation import crypto
from pamoja.foundation.webhooks import body_of
from pamoja.kernel.messaging.hotpath.inbox import Row, keep
from pamoja.kernel.messaging.queries.sending import meta_verify_token
from pamoja.kernel.messaging.rules.cloud_api import parcels

log = logging.getLogger("pamoja.messaging")

# Source: developers.facebook.com, "Create a webhook endpoint": payloads up to 3 MB, up to 1,000 updates in one.
BODY_BYTES_MAX = 3 * 1024 * 1024
CHALLENGE_MAX = 200
SIGNED_AS = "sha256="
DOOR_KNOWN_S, DOORS_MAX = 30.0, 10_000

_DOOR = "SELECT community, number_id, app_secret FROM messaging_meta_door(%s)"
_SECRET_FIELD = "messaging_sender.meta_app_secret"  # noqa: S105 - where it is kept


@dataclass(frozen=True)
class Door:
    """One community's address: for which number it is and with what is signed; empty where none is connected."""

    community_id: UUID
    number_id: str
    secret: str


# By slug, asked anew after a while: a number may be connected to another community.
_doors: dict[str, tuple[float, Door | None]] = {}


async def verify(request: Request) -> Response:
    """`GET /hooks/meta/{community}?hub.mode=subscribe&hub.verify_token=…&hub.challenge=…`: Meta asks whose this is."""
    query, door = request.query_params, await _door(request)
    challenge = query.get("hub.challenge", "")
    is_ours = door is not None and hmac.compare_digest(
        query.get("hub.verify_token", "").encode(), meta_verify_token(door.community_id).encode()
    )
    if query.get("hub.mode") != "subscribe" or not is_ours or not 0 < len(challenge) <= CHALLENGE_MAX:
        return PlainTextResponse("", 403)
    return PlainTextResponse(challenge, headers={"X-Content-Type-Options": "nosniff"})


async def told(request: Request) -> Response:
    """`POST /hooks/meta/{community}`: people wrote, and messages of ours are on their way; many at once."""
    door = await _door(request)
    if door is None or not door.number_id:
        return PlainTextResponse("", 404)
    body = await body_of(request, bytes_max=BODY_BYTES_MAX)
    if body is None:
        return PlainTextResponse("", 413)
    if not is_signed(body, request.headers.get("x-hub-signature-256", ""), door.secret):
        log.warning("a webhook was not signed by Meta")
        return PlainTextResponse("", 403)
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return PlainTextResponse("", 400)
    rows = [
        Row.of(door.community_id, each.kind, each.external_id, sender=each.sender, body=each.body)
        for each in parcels(document)
        if each.number_id == door.number_id
    ]
    # All are durable before Meta is answered; else it tells all of them again, and what is kept is not kept twice.
    await asyncio.gather(*(keep(request, row) for row in rows))
    return PlainTextResponse("")


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Whether Meta, who alone knows the app's secret, told exactly these bytes; compared in constant time."""
    mac = hmac.new(secret.encode(), body, sha256).hexdigest()
    return hmac.compare_digest(f"{SIGNED_AS}{mac}".encode(), signature.encode()) and bool(secret)


async def _door(request: Request) -> Door | None:
    slug = str(request.path_params.get("community", ""))[:80]
    until_s, known = _doors.get(slug, (0.0, None))
    if time.monotonic() < until_s:
        return known
    async with request.app.state.pool.connection() as connection:
        found = await (await connection.execute(_DOOR, [slug])).fetchone()
    door = None
    if found is not None:
        secret = crypto.decrypt(found[2], _SECRET_FIELD) if found[2] is not None else ""
        door = Door(found[0], found[1], secret)
    if len(_doors) >= DOORS_MAX:
        _doors.clear()
    _doors[slug] = (time.monotonic() + DOOR_KNOWN_S, door)
    return door


routes = [
    Route("/hooks/meta/{community}", verify, methods=["GET"]),
    Route("/hooks/meta/{community}", told, methods=["POST"]),
]
