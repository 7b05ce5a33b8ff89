"""Takes in what Twilio tells: proves its signature, keeps it once, and answers when it is durable; no more."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import logging
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha1
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit
from uuid import UUID

from django.conf import settings
from psycopg_pool import AsyncConnectionPool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pamoja.foundation import clock, crypto, ids

log = logging.getLogger("pamoja.messaging")

BODY_BYTES_MAX = 64 * 1024
FIELDS_MAX = 200
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
PORTS = {"http": 80, "https": 443}
GATHER_S = 0.002
BATCH_MAX = 200
WRITERS_MAX = 2

_BODY_FIELD = "messaging_heard.body"
_SENDER = "messaging.heard"

_COMMUNITY = "SELECT id FROM community WHERE slug = %s"
_ENTER = "SELECT set_config('pamoja.community', %s, true)"
# All rows in one document: much quicker to write than one by one.
_KEEP = """
    INSERT INTO messaging_heard
      (id, community_id, kind, external_id, sender, body, deliveries, received_at, step, note)
    SELECT id, %s, kind, external_id, decode(sender, 'base64'), decode(body, 'base64'), deliveries, received_at, 0, ''
    FROM json_to_recordset(%s::json) AS told
      (id uuid, kind text, external_id text, sender text, body text, deliveries int, received_at timestamptz)
    ON CONFLICT (community_id, kind, external_id)
    DO UPDATE SET deliveries = messaging_heard.deliveries + excluded.deliveries
"""
# One job works off whatever waits, so there is never more than one queued for a community.
_QUEUE = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args)
    VALUES ('messages', 'messaging.listen', %s, %s) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Row:
    """One webhook, proven and sealed."""

    community_id: UUID
    kind: str
    external_id: str
    sender: bytes
    body: bytes
    id: UUID = field(default_factory=ids.new_id)
    received_at: datetime = field(default_factory=clock.now)

    @property
    def place(self) -> tuple[str, str]:
        """What comes again at the same place is the same webhook."""
        return self.kind, self.external_id

    def told(self, deliveries: int) -> dict[str, Any]:
        """The row as the database is told of it."""
        return {
            "id": str(self.id),
            "kind": self.kind,
            "external_id": self.external_id,
            "sender": base64.b64encode(self.sender).decode(),
            "body": base64.b64encode(self.body).decode(),
            "deliveries": deliveries,
            "received_at": self.received_at.isoformat(),
        }


async def inbound(request: Request) -> Response:
    """`POST /hooks/twilio/inbound/{community}`: somebody wrote."""
    return await _take(request, "written")


async def status(request: Request) -> Response:
    """`POST /hooks/twilio/status/{community}?m={message}`: how far one of our messages is."""
    return await _take(request, "reported")


async def _take(request: Request, kind: str) -> Response:
    body = await _body(request)
    fields = _fields(body)
    if fields is None:
        return _answer(413 if body is None else 400)
    if not is_signed(_asked_url(request), fields, request.headers.get("x-twilio-signature", "")):
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
    community_id = await _community(request)
    if community_id is None:
        return _answer(404)
    row = Row(
        community_id=community_id,
        kind=kind,
        external_id=external_id[:120].replace("\0", ""),
        sender=crypto.blind_index(sender, _SENDER),
        body=crypto.encrypt(text, _BODY_FIELD),
    )
    await _intake(request).keep(row)
    return _answer(200)


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
        mac = base64.b64encode(hmac.new(token, (reading + tail).encode(), sha1).digest())
        good |= hmac.compare_digest(mac, signature.encode())
    return good and bool(token)


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


async def _body(request: Request) -> bytes | None:
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > BODY_BYTES_MAX:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def _fields(body: bytes | None) -> list[tuple[str, str]] | None:
    try:
        return parse_qsl((body or b"").decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX) or None
    except ValueError:
        return None


_communities: dict[str, UUID] = {}


async def _community(request: Request) -> UUID | None:
    """The community that the address names; an id never changes, so it is remembered."""
    slug = str(request.path_params["community"])
    if slug not in _communities:
        async with request.app.state.pool.connection() as connection:
            found = await (await connection.execute(_COMMUNITY, [slug])).fetchone()
        if found is None:
            return None
        _communities[slug] = found[0]
    return _communities[slug]


class Intake:
    """Writes what comes while one batch is written with the next one's commit; each is answered when it is durable."""

    def __init__(self, pool: AsyncConnectionPool) -> None:
        self._pool = pool
        self._waiting: list[tuple[Row, asyncio.Future[None]]] = []
        self._writers: set[asyncio.Task[None]] = set()

    async def keep(self, row: Row) -> None:
        """Returns when it is kept. Raises what the database did."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, done))
        if len(self._writers) < WRITERS_MAX:
            writer = asyncio.create_task(self._write_all())
            self._writers.add(writer)
            writer.add_done_callback(self._writers.discard)
        await done

    async def _write_all(self) -> None:
        while self._waiting:
            if len(self._waiting) < BATCH_MAX:
                await asyncio.sleep(GATHER_S)
            batch, self._waiting = self._waiting[:BATCH_MAX], self._waiting[BATCH_MAX:]
            if batch:
                await self._write(batch)

    async def _write(self, batch: list[tuple[Row, asyncio.Future[None]]]) -> None:
        try:
            await _commit(self._pool, [row for row, _ in batch])
        except Exception as trouble:
            if len(batch) == 1:
                _settle(batch[0][1], trouble)
                return
            # One that cannot be kept must not take its neighbours along.
            log.warning("a batch of webhooks could not be kept at once", exc_info=True)
            for each in batch:
                await self._write([each])
        else:
            for _, done in batch:
                _settle(done)


async def _commit(pool: AsyncConnectionPool, rows: list[Row]) -> None:
    by_community: dict[UUID, dict[tuple[str, str], list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        by_community[row.community_id][row.place].append(row)
    async with pool.connection() as connection, connection.pipeline(), connection.transaction():
        for community_id, same in sorted(by_community.items()):
            # In the order of their places, so that two writers never wait for each other in a ring.
            told = json.dumps([same[place][0].told(len(same[place])) for place in sorted(same)])
            job = json.dumps({"carried": {"community": str(community_id)}})
            await connection.execute(_ENTER, [str(community_id)])
            await connection.execute(_KEEP, [community_id, told])
            await connection.execute(_QUEUE, [f"messaging.listen:{community_id}", job])


def _settle(done: asyncio.Future[None], trouble: Exception | None = None) -> None:
    if done.done():  # the caller went away
        return
    if trouble is None:
        done.set_result(None)
    else:
        done.set_exception(trouble)


def _intake(request: Request) -> Intake:
    state = request.app.state
    if not hasattr(state, "messaging_intake"):
        state.messaging_intake = Intake(state.pool)
    found: Intake = state.messaging_intake
    return found


def _answer(status_code: int) -> Response:
    """Empty TwiML: what we have to say goes out as messages of its own."""
    return Response(EMPTY, status_code, media_type="text/xml")


routes = [
    Route("/hooks/twilio/inbound/{community}", inbound, methods=["POST"]),
    Route("/hooks/twilio/status/{community}", status, methods=["POST"]),
]
