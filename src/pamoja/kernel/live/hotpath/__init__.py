"""The web socket `/live` (and `/c/<slug>/live`): browsers follow topics and are told when to fetch anew."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from django.db import DatabaseError
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from pamoja.kernel.live import queries
from pamoja.kernel.live.hotpath.hub import Hub
from pamoja.kernel.live.hotpath.listener import Listener
from pamoja.kernel.live.hotpath.socket import GOING_AWAY, SIGNED_OUT, ask_database, serve

log = logging.getLogger("pamoja.live")

# How soon a socket closes after its session ended.
CHECK_S = 30.0

hub = Hub()
listener = Listener(hub)


async def live(websocket: WebSocket) -> None:
    """Answer one browser."""
    await serve(websocket, hub)


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    """While the front door is open: listen to the database, and look after the sessions of open sockets."""
    tasks = [asyncio.create_task(listener.run()), asyncio.create_task(_look_after_sessions())]
    try:
        yield
    finally:
        hub.close_all(GOING_AWAY, "restarting")
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


async def check_sessions() -> None:
    """Close the sockets whose session has ended since they were opened."""
    clients = list(hub.clients)
    alive = await ask_database(queries.still_signed_in, [client.who for client in clients])
    for client in clients:
        if client.who.session_key not in alive:
            client.close(SIGNED_OUT, "signed out")


async def _look_after_sessions() -> None:
    while True:
        await asyncio.sleep(CHECK_S)
        try:
            await check_sessions()
        except DatabaseError:
            # Who may no longer look is found out when the database is back.
            log.warning("live: sessions could not be checked", exc_info=True)


routes = [WebSocketRoute("/live", live), WebSocketRoute("/c/{slug}/live", live)]
