"""The one connection a process keeps to hear what transactions publish."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import psycopg
from django.db import connections

from pamoja.kernel.live import rules
from pamoja.kernel.live.hotpath.hub import Hub

log = logging.getLogger("pamoja.live")

# A quiet connection is asked this often whether it is still there.
_QUIET_S_MAX = 15.0
_RETRY_S = (0.2, 0.5, 1.0, 2.0, 5.0)


class Listener:
    """Hands notifications to the hub, and finds its way back when the database goes away."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.is_listening = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled. After each break every browser is told to fetch anew, for notifications are not kept."""
        failures = 0
        was_listening = False
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(**parameters(), autocommit=True) as connection:
                    await connection.execute(f"LISTEN {rules.CHANNEL}")
                    failures = 0
                    if was_listening:
                        self._hub.refresh_all()
                    was_listening = True
                    self.is_listening.set()
                    await self._hear(connection)
            except (psycopg.Error, OSError) as error:
                self.is_listening.clear()
                wait_s = _RETRY_S[min(failures, len(_RETRY_S) - 1)]
                failures += 1
                log.warning("live: listening broke, trying again in %s s: %s", wait_s, type(error).__name__)
                await asyncio.sleep(wait_s)

    async def _hear(self, connection: psycopg.AsyncConnection[Any]) -> None:
        while True:
            async for notification in connection.notifies(timeout=_QUIET_S_MAX):
                self._hand_on(notification.payload)
            await connection.execute("SELECT 1")

    def _hand_on(self, payload: str) -> None:
        try:
            publication = rules.read_notification(payload)
        except (ValueError, TypeError):
            # Anybody with the database's password may notify; what is not ours must not stop the rest.
            log.warning("live: a notification could not be read")
            return
        self._hub.publish(publication)


def parameters() -> dict[str, Any]:
    """How the settings reach the database, for a connection of live's own."""
    asked = connections["default"].get_connection_params()
    known = {key: value for key, value in asked.items() if key in ("dbname", "user", "password", "host", "port")}
    return {**known, "connect_timeout": 5, "keepalives_idle": 20, "application_name": "pamoja live"}
