"""What all sockets of a process share."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg_pool import AsyncConnectionPool

from pamoja.kernel.live import rules
from pamoja.kernel.live.hotpath.attendance import Attendance
from pamoja.kernel.live.hotpath.door import Door
from pamoja.kernel.live.hotpath.hub import Client, Hub


@dataclass(frozen=True)
class House:
    """The hub, the door and who is here; opened with the front door."""

    hub: Hub
    door: Door
    attendance: Attendance
    pool: AsyncConnectionPool

    @classmethod
    def opened(cls, hub: Hub, pool: AsyncConnectionPool) -> House:
        """On the hot paths' own connections."""
        return cls(hub, Door(pool), Attendance(pool), pool)

    async def tell_typing(self, client: Client, topics: Sequence[str]) -> None:
        """Everybody who follows hears that this member is typing; nothing of it is kept."""
        now_s = time.monotonic()
        if not topics or now_s - client.typed_at_s < rules.TYPING_S_MIN:
            return
        client.typed_at_s = now_s
        for topic in topics:
            data = {"member": client.who.actor.member_id}
            told = rules.written(client.who.community_id, topic, "typing", data)
            try:
                async with self.pool.connection() as connection:
                    await connection.execute("SELECT pg_notify(%s, %s)", [rules.CHANNEL, told])
            except psycopg.Error:  # It will have been said by then.
                return
