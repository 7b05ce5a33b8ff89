"""Keeps webhooks durably, many to a commit: a provider is answered when what it told is committed, and not before."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from psycopg_pool import AsyncConnectionPool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pamoja.foundation.gathering import Gatherer

BODY_BYTES_MAX = 64 * 1024
GATHER_S = 0.002
BATCH_MAX = 200
WRITERS_MAX = 2

_ENTER = "SELECT set_config('pamoja.community', %s, true)"
# One job works off whatever waits, so there is never more than one queued for a community.
_QUEUE = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args)
    VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


class Webhook(Protocol):
    """One webhook, proven and sealed."""

    @property
    def community_id(self) -> UUID:
        """Whose it is."""

    @property
    def place(self) -> tuple[Any, ...]:
        """What comes again at the same place is the same webhook."""

    def told(self, deliveries: int) -> dict[str, Any]:
        """The row as the database is told of it, which came so many times."""


Kept = TypeVar("Kept", bound=Webhook)


@dataclass(frozen=True)
class Inbox:
    """A table of webhooks, and the job in `queue` that applies them.

    `keep` is SQL that takes a community and all rows as one JSON document: much quicker to write than arrays.
    """

    keep: str
    queue: str
    job: str


class Intake(Generic[Kept]):
    """The writers of one inbox in one application."""

    def __init__(self, pool: AsyncConnectionPool, inbox: Inbox) -> None:
        self._pool, self._inbox = pool, inbox
        self._gatherer = Gatherer[Kept, None](
            self._commit, batch_max=BATCH_MAX, workers_max=WRITERS_MAX, wait_s=GATHER_S
        )

    @classmethod
    def of(cls, request: Request, inbox: Inbox) -> Intake[Kept]:
        """The application's own."""
        state, name = request.app.state, f"{inbox.job}:intake"
        if not hasattr(state, name):
            setattr(state, name, cls(state.pool, inbox))
        found: Intake[Kept] = getattr(state, name)
        return found

    async def keep(self, webhook: Kept) -> None:
        """Returns when it is durable. Raises what the database did."""
        await self._gatherer.ask(webhook)

    async def _commit(self, webhooks: list[Kept]) -> list[None]:
        by_community: dict[UUID, dict[tuple[Any, ...], list[Kept]]] = defaultdict(lambda: defaultdict(list))
        for webhook in webhooks:
            by_community[webhook.community_id][webhook.place].append(webhook)
        inbox = self._inbox
        async with self._pool.connection() as connection, connection.pipeline(), connection.transaction():
            for community_id, same in sorted(by_community.items()):
                # In the order of their places, so that two writers never wait for each other in a ring.
                rows = json.dumps([same[place][0].told(len(same[place])) for place in sorted(same)])
                job = json.dumps({"carried": {"community": str(community_id)}})
                await connection.execute(_ENTER, [str(community_id)])
                await connection.execute(inbox.keep, [community_id, rows])
                await connection.execute(_QUEUE, [inbox.queue, inbox.job, f"{inbox.job}:{community_id}", job])
        return [None] * len(webhooks)


class Bare:
    """An ASGI application around one handler: what a framework wraps around a function costs as much as the work."""

    def __init__(self, answer: Callable[[Request], Awaitable[Response]]) -> None:
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)


class SetAnswer(Response):
    """What is always answered alike, put together once and for all."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Who passes it on adds headers of its own.
        await send({"type": "http.response.start", "status": self.status_code, "headers": list(self.raw_headers)})
        await send({"type": "http.response.body", "body": self.body})


async def body_of(request: Request, *, bytes_max: int = BODY_BYTES_MAX) -> bytes | None:
    """The bytes as they came; None when they are too many. Raises: ClientDisconnect when the rest never came."""
    chunks, size, has_more = [], 0, True
    while has_more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > bytes_max:
            return None
        has_more = message.get("more_body", False)
    return b"".join(chunks)


def header_of(request: Request, name: bytes) -> str:
    """The header of this name in small letters, empty where there is none; Starlette's look-up is made for pages."""
    for each, value in request.scope["headers"]:
        if each == name:
            return str(value, "latin-1")
    return ""
