"""Keeps webhooks durably, many at a time: those that come while one batch is written share the next one's commit."""

from __future__ import annotations

import asyncio
import json
import logging
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg_pool import AsyncConnectionPool
from starlette.requests import Request

log = logging.getLogger(__name__)

BODY_BYTES_MAX = 64 * 1024
HEADERS_KEPT = ("content-type", "user-agent", "x-forwarded-for")
GATHER_S = 0.002
BATCH_MAX = 200
WRITERS_MAX = 2

_ENTER = "SELECT set_config('pamoja.community', %s, true)"
# All rows in one document: much quicker to write than eleven arrays.
_KEEP = """
    INSERT INTO payments_inbox
      (id, rail, kind, subject_id, body, headers, source, is_trusted, fingerprint, deliveries, received_at,
       community_id, note, claimed_id, claimed_code, claimed_receipt)
    SELECT id, rail, kind, subject_id, decode(body, 'base64'), headers, source, is_trusted,
           decode(fingerprint, 'base64'), deliveries, received_at, %s, '', '', '', ''
    FROM json_to_recordset(%s::json) AS told
      (id uuid, rail text, kind text, subject_id uuid, body text, headers jsonb, source text, is_trusted bool,
       fingerprint text, deliveries int, received_at timestamptz)
    ON CONFLICT (community_id, kind, subject_id, fingerprint)
    DO UPDATE SET deliveries = payments_inbox.deliveries + excluded.deliveries
"""
# One job applies whatever waits, so there is never more than one queued for a community.
_QUEUE = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args)
    VALUES ('default', 'payments.apply_inbox', %s, %s) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Kept:
    """One webhook, proven and sealed."""

    id: UUID
    community_id: UUID
    rail: str
    kind: str
    subject_id: UUID
    body: bytes
    headers: dict[str, str]
    source: str
    is_trusted: bool
    fingerprint: bytes
    received_at: datetime

    @property
    def place(self) -> tuple[str, bytes, bytes]:
        """What comes again at the same place is the same webhook."""
        return self.kind, self.subject_id.bytes, self.fingerprint


class Intake:
    """The writers of one application. A webhook is answered when its batch is committed."""

    def __init__(self, pool: AsyncConnectionPool) -> None:
        self._pool = pool
        self._waiting: list[tuple[Kept, asyncio.Future[None]]] = []
        self._writers: set[asyncio.Task[None]] = set()

    async def keep(self, webhook: Kept) -> None:
        """Returns when it is durable. Raises what the database did."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((webhook, done))
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

    async def _write(self, batch: list[tuple[Kept, asyncio.Future[None]]]) -> None:
        try:
            await _commit(self._pool, [webhook for webhook, _ in batch])
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


def intake_of(request: Request) -> Intake:
    """The application's own."""
    state = request.app.state
    if not hasattr(state, "payments_intake"):
        state.payments_intake = Intake(state.pool)
    found: Intake = state.payments_intake
    return found


async def body_of(request: Request) -> bytes | None:
    """The bytes as they came; None when they are too many."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > BODY_BYTES_MAX:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def headers_of(request: Request) -> dict[str, str]:
    """Those worth keeping, without what JSON in a database cannot hold."""
    found = request.headers
    return {name: found[name][:300].replace("\0", "") for name in HEADERS_KEPT if name in found}


def _settle(done: asyncio.Future[None], trouble: Exception | None = None) -> None:
    if done.done():  # The caller went away.
        return
    if trouble is None:
        done.set_result(None)
    else:
        done.set_exception(trouble)


async def _commit(pool: AsyncConnectionPool, webhooks: Iterable[Kept]) -> None:
    by_community: dict[UUID, dict[tuple[str, bytes, bytes], list[Kept]]] = defaultdict(lambda: defaultdict(list))
    for webhook in webhooks:
        by_community[webhook.community_id][webhook.place].append(webhook)
    async with pool.connection() as connection, connection.pipeline(), connection.transaction():
        for community_id, same in sorted(by_community.items()):
            # In the order of their places, so that two writers never wait for each other in a ring.
            rows = json.dumps([_told(same[place]) for place in sorted(same)])
            job = json.dumps({"carried": {"community": str(community_id)}})
            await connection.execute(_ENTER, [str(community_id)])
            await connection.execute(_KEEP, [community_id, rows])
            await connection.execute(_QUEUE, [f"payments.apply_inbox:{community_id}", job])


def _told(same: list[Kept]) -> dict[str, Any]:
    first = same[0]
    return {
        "id": str(first.id),
        "rail": first.rail,
        "kind": first.kind,
        "subject_id": str(first.subject_id),
        "body": b64encode(first.body).decode(),
        "headers": first.headers,
        "source": first.source,
        "is_trusted": first.is_trusted,
        "fingerprint": b64encode(first.fingerprint).decode(),
        "deliveries": len(same),
        "received_at": first.received_at.isoformat(),
    }
