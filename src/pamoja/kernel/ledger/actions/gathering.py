"""Posting from hot paths: what comes at the same time is posted as one batch, what comes alone goes at once.

A floored account that everybody pays into is locked by each transaction in turn. One writer that gathers locks it once
for hundreds of entries, so such an account takes as many transfers a second as any other.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import psycopg

from pamoja.foundation import clock
from pamoja.foundation.errors import Refusal
from pamoja.kernel.communities.public import current_community_id
from pamoja.kernel.ledger.actions.posting import BATCH, Posting, answer_of, batch_arguments
from pamoja.kernel.ledger.rules import Entry

GATHER_MS_MAX = 2.0
BATCH_MAX = 500
# A batch whose answer was lost is sent again: its keys make that safe.
_PATIENCE_S = 10.0


@dataclass
class _Waiting:
    """One entry or chain, in the queue since a moment, and whoever waits for its answers."""

    community_id: UUID
    postings: list[Posting]
    answers: asyncio.Future[list[Entry | Refusal]]
    since: float = field(default_factory=time.monotonic)


class Writer:
    """Posts for many coroutines over one connection of its own. Every answer is durable when it is given.

    Use as `async with Writer(url) as writer`; `url` is of the role that may only use the database.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._queue: list[_Waiting] = []
        self._work = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._told: UUID | None = None
        self._busy = False
        self.batches = 0
        """How many calls were made so far."""

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._task
        while self._queue or self._busy:
            await asyncio.sleep(0.001)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        if self._connection:
            await self._connection.close()

    async def post(self, posting: Posting) -> Entry:
        """Post one entry in a transaction of its own; a refusal is remembered.

        Raises: as `post` does.
        """
        (answer,) = await self.post_chain([posting])
        if isinstance(answer, Refusal):
            raise answer
        return answer

    async def post_chain(self, postings: Sequence[Posting]) -> list[Entry | Refusal]:
        """Post entries, those that are linked together as chains; an answer for each."""
        waiting = _Waiting(current_community_id(), list(postings), asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._work.set()
        return await waiting.answers

    async def _run(self) -> None:
        crowded = False
        while True:
            await self._work.wait()
            if crowded:
                await self._gather()
            batch = self._take()
            crowded = len(batch) > 1
            self._busy = True
            try:
                await self._send(batch)
            finally:
                self._busy = False

    async def _gather(self) -> None:
        """Under load, wait for more until the first has waited for `GATHER_MS_MAX`."""
        left_s = self._queue[0].since + GATHER_MS_MAX / 1000 - time.monotonic()
        if left_s > 0 and len(self._queue) < BATCH_MAX:
            await asyncio.sleep(left_s)

    def _take(self) -> list[_Waiting]:
        """The oldest in the queue and others of its community, in the order they came."""
        community_id = self._queue[0].community_id
        batch, size = [], 0
        for waiting in self._queue:
            if waiting.community_id == community_id and size < BATCH_MAX:
                batch.append(waiting)
                size += len(waiting.postings)
        taken = set(map(id, batch))
        self._queue = [waiting for waiting in self._queue if id(waiting) not in taken]
        if not self._queue:
            self._work.clear()
        return batch

    async def _send(self, batch: list[_Waiting]) -> None:
        postings = [posting for waiting in batch for posting in waiting.postings]
        try:
            rows = await self._call(batch[0].community_id, batch_arguments(postings, clock.now()))
        except Exception as failure:
            if len(batch) > 1:
                # One that the database cannot take (a text too long) must not take the others down.
                for waiting in batch:
                    await self._send([waiting])
                return
            for waiting in batch:
                if not waiting.answers.done():
                    waiting.answers.set_exception(failure)
            return
        place = 0
        for waiting in batch:
            mine = rows[place : place + len(waiting.postings)]
            place += len(mine)
            if not waiting.answers.done():  # whoever asked may have gone away; the entry is posted all the same
                waiting.answers.set_result([answer_of(row[1:]) for row in mine])

    async def _call(self, community_id: UUID, arguments: list[Any]) -> list[tuple[Any, ...]]:
        give_up_at = time.monotonic() + _PATIENCE_S
        while True:
            try:
                connection = await self._connected(community_id)
                self.batches += 1
                cursor = await connection.execute(BATCH, arguments, prepare=True)
                return await cursor.fetchall()
            except psycopg.OperationalError:
                if time.monotonic() > give_up_at:
                    raise
                await asyncio.sleep(0.05)

    async def _connected(self, community_id: UUID) -> psycopg.AsyncConnection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True)
            self._told = None
        if self._told != community_id:
            await self._connection.execute("SELECT set_config('pamoja.community', %s, false)", [str(community_id)])
            self._told = community_id
        return self._connection
