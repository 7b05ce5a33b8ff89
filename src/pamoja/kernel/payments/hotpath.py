"""Takes in webhooks: proves the address, keeps the raw request once, and answers when it is durable; no more."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.conf import settings
from psycopg.types.json import Jsonb
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pamoja.foundation import clock, crypto, ids
from pamoja.kernel.payments.queries.settings import webhook_secret
from pamoja.kernel.payments.rules.messages import NoticeKind
from pamoja.kernel.payments.rules.sources import is_allowed, source_of
from pamoja.kernel.payments.rules.tokens import Addressed, read_token

log = logging.getLogger(__name__)

BODY_BYTES_MAX = 64 * 1024
HEADERS_KEPT = ("content-type", "user-agent", "x-forwarded-for")
ACCEPTED = {"ResultCode": 0, "ResultDesc": "Accepted"}

_BODY_FIELD = "payments_inbox.body"
_FINGERPRINT_FIELD = "payments_inbox.fingerprint"

_ENTER = "SELECT set_config('pamoja.community', %s, true)"
_KEEP = """
    INSERT INTO payments_inbox
      (id, community_id, rail, kind, subject_id, body, headers, source, is_trusted, fingerprint, deliveries,
       received_at, note, claimed_id, claimed_code, claimed_receipt)
    VALUES (%s, %s, 'mpesa', %s, %s, %s, %s, %s, %s, %s, 1, %s, '', '', '', '')
    ON CONFLICT (community_id, kind, subject_id, fingerprint)
    DO UPDATE SET deliveries = payments_inbox.deliveries + 1
"""
# One job applies whatever waits, so there is never more than one queued for a community.
_QUEUE = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args)
    VALUES ('default', 'payments.apply_inbox', %s, %s) ON CONFLICT DO NOTHING
"""


async def receive(request: Request) -> Response:
    """`POST /hooks/pay/{community}/{kind}/{token}`."""
    found = _addressed(request)
    if found is None:
        return JSONResponse({"ResultCode": 1, "ResultDesc": "Unknown address"}, 404)
    community_id, kind, addressed = found
    body = await _body(request)
    if body is None:
        return JSONResponse({"ResultCode": 1, "ResultDesc": "Too large"}, 413)
    source = _source(request)
    is_trusted = is_allowed(source, settings.PAMOJA.mpesa_allowed_sources)
    if not is_trusted:
        log.warning("a webhook came from an address that is not allowed", extra={"source": source, "kind": kind})
    text = body.decode("latin-1")
    row = (
        ids.new_id(),
        community_id,
        kind.value,
        addressed.subject_id,
        crypto.encrypt(text, _BODY_FIELD),
        Jsonb({name: request.headers[name][:300] for name in HEADERS_KEPT if name in request.headers}),
        source[:45],
        is_trusted,
        crypto.blind_index(text, _FINGERPRINT_FIELD),
        clock.now(),
    )
    await _write(request, community_id, row)
    return JSONResponse(ACCEPTED)


async def _write(request: Request, community_id: UUID, row: tuple[Any, ...]) -> None:
    job = json.dumps({"carried": {"community": str(community_id)}})
    async with request.app.state.pool.connection() as connection, connection.pipeline(), connection.transaction():
        await connection.execute(_ENTER, [str(community_id)])
        await connection.execute(_KEEP, row)
        await connection.execute(_QUEUE, [f"payments.apply_inbox:{community_id}", job])


def _addressed(request: Request) -> tuple[UUID, NoticeKind, Addressed] | None:
    named = request.path_params
    with suppress(ValueError):
        community_id, kind = UUID(hex=named["community"]), NoticeKind(named["kind"])
        addressed = read_token(webhook_secret(), named["token"], community_id=community_id, kind=kind)
        if addressed is not None:
            return community_id, kind, addressed
    return None


async def _body(request: Request) -> bytes | None:
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > BODY_BYTES_MAX:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def _source(request: Request) -> str:
    peer = request.client.host if request.client else ""
    return source_of(peer, request.headers.get("x-forwarded-for", ""), settings.PAMOJA.trusted_proxies)


routes = [Route("/hooks/pay/{community}/{kind}/{token}", receive, methods=["POST"])]
