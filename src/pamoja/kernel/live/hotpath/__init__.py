"""The web socket `/live` (and `/c/<slug>/live`): browsers follow topics and are told when to fetch anew."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import psycopg
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from pamoja.kernel.live import rules
from pamoja.kernel.live.hotpath.house import House
from pamoja.kernel.live.hotpath.hub import Hub
from pamoja.kernel.live.hotpath.listener import Listener
from pamoja.kernel.live.hotpath.socket import GOING_AWAY, SIGNED_OUT, ask_database, serve

log = logging.getLogger("pamoja.live")

hub = Hub()
listener = Listener(hub)


async def live(websocket: WebSocket) -> None:
    """Answer one browser."""
    await serve(websocket, websocket.app.state.live_house)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """While the front door is open: listen to the database, and look after the sessions of open sockets.

    Needs `app.state.pool`, the hot paths' own.
    """
    house = app.state.live_house = House.opened(hub, app.state.pool)
    tasks = [asyncio.create_task(each) for each in (listener.run(), _look_after(house))]
    try:
        yield
    finally:
        hub.close_all(GOING_AWAY, "restarting")
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


async def check_sessions(house: House) -> None:
    """Close the sockets of those who would no longer be let in."""
    clients = list(hub.clients)
    still_in = await house.door.still_in(client.who for client in clients)
    for client in clients:
        if client.who not in still_in:
            client.close(SIGNED_OUT, "signed out")


async def _look_after(house: House) -> None:
    while True:
        await asyncio.sleep(rules.PRESENCE_S)
        try:
            await house.attendance.beat()
            await check_sessions(house)
        except psycopg.Error:
            # Who may no longer look is found out when the database is back.
            log.warning("live: sessions and presence could not be looked after", exc_info=True)


__all__ = ["ask_database", "check_sessions", "hub", "lifespan", "listener", "live", "routes"]

routes = [WebSocketRoute("/live", live), WebSocketRoute("/c/{slug}/live", live)]
