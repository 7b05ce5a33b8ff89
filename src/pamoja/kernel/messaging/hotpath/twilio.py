"""Takes in what Twilio tells: proves its signature, keeps it once, and answers when it is durable; no more."""

from __future__ import annotations

import base64
import hmac
import logging
import time
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit, urlunsplit
from uuid import UUID

from django.conf import settings
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pamoja.foundation.webhooks import Bare, SetAnswer, body_of, header_of
from pamoja.kernel.messaging.hotpath.inbox import Row, keep

log = logging.getLogger("pamoja.messaging")

FIELDS_MAX = 200
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
PORTS = {"http": 80, "https": 443}

_TAKEN = SetAnswer(EMPTY, media_type="text/xml")
_COMMUNITY = "SELECT id FROM community WHERE slug = %s"
_NUMBER = "SELECT messaging_community_of(%s)"


async def inbound(request: Request) -> Response:
    """`POST /hooks/twilio/inbound[/{community}]`: somebody wrote.

    Whose number they wrote to decides; the address does where that number is shared.
    """
    return await _take(request, "written")


async def status(request: Request) -> Response:
    """`POST /hooks/twilio/status/{community}?m={message}`: how far one of our messages is."""
    return await _take(request, "reported")


async def _take(request: Request, kind: str) -> Response:
    body = await body_of(request)
    fields = _fields(body)
    if fields is None:
        return _answer(413 if body is None else 400)
    if not is_signed(_asked_url(request), fields, header_of(request, b"x-twilio-signature")):
        log.warning("a webhook was not signed by Twilio", extra={"kind": kind})
        return _answer(403)
    values = dict(fields)
    message_sid = values.get("MessageSid", "")
    if not message_sid:
        return _answer(400)
    text = (body or b"").decode()
    external_id, sender = message_sid, values.get("From", "")
    if kind == "reported":
        external_id = ":".join([message_sid, values.get("MessageStatus", ""), values.get("ErrorCode", "")])
        text += f"&m={request.query_params.get('m', '')[:40]}"
    community_id = await _written_to(request, values) or await _community(request)
    if community_id is None:
        return _answer(404)
    await keep(request, Row.of(community_id, kind, external_id, sender=sender, body=text))
    return _TAKEN


def is_signed(url: str, fields: Iterable[tuple[str, str]], signature: str) -> bool:
    """Whether Twilio, who alone knows the token, asked this address with these fields; compared in constant time.

    Senders are inconsistent about a default port in the address, so both readings are tried.
    Source: the vendor's security page; `twilio.request_validator`.
    """
    said: dict[str, set[str]] = {}
    for name, value in fields:
        said.setdefault(name, set()).add(value)
    tail = "".join(name + value for name in sorted(said) for value in sorted(said[name]))
    token = settings.PAMOJA.twilio_auth_token.get_secret_value().encode()
    good = False
    for reading in {url, _other_reading(url)}:
        mac = base64.b64encode(hmac.digest(token, (reading + tail).encode(), "sha1"))
        good |= hmac.compare_digest(mac, signature.encode())
    return good and bool(token)


@lru_cache(maxsize=256)
def _other_reading(url: str) -> str:
    """The address with its scheme's port where that was left out, and without it where it was not."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    if port is None:
        return urlunsplit(parts._replace(netloc=f"{host}:{PORTS.get(parts.scheme, 443)}"))
    return urlunsplit(parts._replace(netloc=host)) if port == PORTS.get(parts.scheme) else url


def _asked_url(request: Request) -> str:
    """The address as Twilio knows it: from the settings, not from what a proxy made of it."""
    query = request.scope["query_string"].decode("latin-1")
    return f"{settings.PAMOJA.twilio_callback_base_url}{request.scope['path']}{f'?{query}' if query else ''}"


def _fields(body: bytes | None) -> list[tuple[str, str]] | None:
    try:
        return parse_qsl((body or b"").decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX) or None
    except ValueError:
        return None


_communities: dict[str, UUID] = {}
# Who a number belongs to is asked anew after a while, for it may change hands.
_numbers: dict[str, tuple[float, UUID | None]] = {}
NUMBER_KNOWN_S, NUMBERS_MAX = 30.0, 10_000


async def _written_to(request: Request, fields: dict[str, str]) -> UUID | None:
    """The community whose own number this is about: somebody wrote to it, or it wrote to somebody."""
    is_ours = "From" if request.scope["path"].startswith("/hooks/twilio/status") else "To"
    number = fields.get(is_ours, "").removeprefix("whatsapp:")[:40]
    until_s, known = _numbers.get(number, (0.0, None))
    if time.monotonic() < until_s:
        return known
    async with request.app.state.pool.connection() as connection:
        found = await (await connection.execute(_NUMBER, [number])).fetchone()
    if len(_numbers) >= NUMBERS_MAX:
        _numbers.clear()
    _numbers[number] = (time.monotonic() + NUMBER_KNOWN_S, found[0] if found else None)
    return found[0] if found else None


async def _community(request: Request) -> UUID | None:
    """The community that the address names; an id never changes, so it is remembered."""
    slug = str(request.path_params.get("community", ""))
    if slug not in _communities:
        async with request.app.state.pool.connection() as connection:
            found = await (await connection.execute(_COMMUNITY, [slug])).fetchone()
        if found is None:
            return None
        _communities[slug] = found[0]
    return _communities[slug]


def _answer(status_code: int) -> Response:
    """Empty TwiML: what we have to say goes out as messages of its own."""
    return Response(EMPTY, status_code, media_type="text/xml")


routes = [
    Route("/hooks/twilio/inbound", Bare(inbound), methods=["POST"]),
    Route("/hooks/twilio/inbound/{community}", Bare(inbound), methods=["POST"]),
    Route("/hooks/twilio/status/{community}", Bare(status), methods=["POST"]),
]
