"""Who is here: what this process's sockets say of it, written in batches and told to those who look."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID, uuid4

import psycopg
from psycopg_pool import AsyncConnectionPool

from pamoja.kernel.live import queries, rules
from pamoja.kernel.live.queries import Follower

log = logging.getLogger("pamoja.live")

# Who goes from one page to the next comes back within this; then nobody is told that they left.
GATHER_S = 1.0
FORGET_S = 600

_ENTER = "SELECT set_config('pamoja.community', %s, true)"
_HERE = """
INSERT INTO live_presence (id, community_id, topic, member_id, process_id, came_at, seen_at)
SELECT gen_random_uuid(), %s, here.topic, here.member_id, %s, clock_timestamp(), clock_timestamp()
FROM unnest(%s::text[], %s::uuid[]) AS here (topic, member_id) JOIN member ON member.id = here.member_id
ON CONFLICT (community_id, topic, member_id, process_id) DO UPDATE SET seen_at = excluded.seen_at
"""
_GONE = """
DELETE FROM live_presence USING unnest(%s::text[], %s::uuid[]) AS gone (topic, member_id)
WHERE live_presence.topic = gone.topic AND live_presence.member_id = gone.member_id AND process_id = %s
"""
_FORGET = "DELETE FROM live_presence WHERE seen_at < clock_timestamp() - make_interval(secs => %s)"


class Seat(NamedTuple):
    """A member at a topic."""

    community_id: UUID
    topic: str
    member_id: UUID


class Attendance:
    """Of one process. Touched by the event loop's thread alone."""

    def __init__(self, pool: AsyncConnectionPool) -> None:
        self._pool = pool
        self._process_id = uuid4()
        self._sockets: Counter[Seat] = Counter()
        self._told: set[Seat] = set()
        self._changed: set[Seat] = set()
        self._writer: asyncio.Task[None] | None = None

    def arrive(self, who: Follower, topics: Iterable[str]) -> None:
        """One more socket of theirs follows these topics."""
        for seat in _seats(who, topics):
            self._sockets[seat] += 1
            self._note(seat)

    def leave(self, who: Follower, topics: Iterable[str]) -> None:
        """One socket fewer."""
        for seat in _seats(who, topics):
            self._sockets[seat] -= 1
            if self._sockets[seat] <= 0:
                del self._sockets[seat]
                self._note(seat)

    async def beat(self) -> None:
        """Say again who is here, and forget those of whom nothing was heard for long."""
        communities: dict[UUID, list[Seat]] = defaultdict(list)
        for seat in list(self._told):
            communities[seat.community_id].append(seat)
        for community_id, here in communities.items():
            async with self._pool.connection() as connection, connection.pipeline(), connection.transaction():
                await connection.execute(_ENTER, [str(community_id)])
                await connection.execute(_HERE, [community_id, self._process_id, *_columns(here)])
                await connection.execute(_FORGET, [FORGET_S])

    def _note(self, seat: Seat) -> None:
        self._changed.add(seat)
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_all())

    async def _write_all(self) -> None:
        try:
            while self._changed:
                await asyncio.sleep(GATHER_S)
                changed, self._changed = self._changed, set()
                come = {seat for seat in changed if seat in self._sockets} - self._told
                gone = {seat for seat in changed if seat not in self._sockets} & self._told
                try:
                    await self._write(come, gone)
                except psycopg.Error:
                    # The next beat says who came; who left is no longer believed after a while.
                    log.warning("live: who is here could not be written", exc_info=True)
                self._told = (self._told | come) - gone
        finally:
            self._writer = None

    async def _write(self, come: set[Seat], gone: set[Seat]) -> None:
        for community_id in sorted({seat.community_id for seat in come | gone}):
            here, left = ([seat for seat in part if seat.community_id == community_id] for part in (come, gone))
            async with self._pool.connection() as connection, connection.pipeline(), connection.transaction():
                await connection.execute(_ENTER, [str(community_id)])
                if here:
                    await connection.execute(_HERE, [community_id, self._process_id, *_columns(here)])
                if left:
                    await connection.execute(_GONE, [*_columns(left), self._process_id])
                for topic in sorted({seat.topic for seat in (*here, *left)}):
                    told = rules.written(community_id, topic, "presence", {})
                    await connection.execute("SELECT pg_notify(%s, %s)", [rules.CHANNEL, told])


def _seats(who: Follower, topics: Iterable[str]) -> list[Seat]:
    member_id = who.actor.member_id
    if member_id is None:
        return []
    return [Seat(who.community_id, topic, member_id) for topic in topics if queries.is_attended(topic)]


def _columns(seats: list[Seat]) -> tuple[list[str], list[UUID]]:
    # In one order everywhere, so that two processes never wait for each other in a ring.
    ordered = sorted(seats)
    return [seat.topic for seat in ordered], [seat.member_id for seat in ordered]
