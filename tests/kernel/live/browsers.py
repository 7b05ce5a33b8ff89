"""Browsers and their sockets, in words of the protocol, and the deeds they hear of."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from psycopg.conninfo import make_conninfo
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from pamoja.foundation.actions import Actor
from pamoja.kernel.communities.public import Community, entered
from pamoja.kernel.live import hotpath
from pamoja.kernel.live.hotpath.listener import parameters
from pamoja.kernel.live.public import publish

SOON_S = 5.0
heard: list[tuple[Any, str]] = []
"""What was said to have been read."""
_served: list[tuple[asyncio.AbstractEventLoop, Starlette]] = []


@dataclass(frozen=True)
class Wire:
    """An open socket, in words of the protocol."""

    raw: ClientConnection

    async def says(self, frame: Any) -> None:
        """Send a frame; a text is sent as it is."""
        await self.raw.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))

    async def hears(self) -> dict[str, Any]:
        """The next frame, beats aside."""
        while True:
            frame = json.loads(await asyncio.wait_for(self.raw.recv(), SOON_S))
            if "beat" not in frame:
                return dict(frame)

    async def hears_nothing(self, for_s: float = 0.3) -> bool:
        """Whether no frame comes for so long."""
        try:
            await asyncio.wait_for(self.raw.recv(), for_s)
        except TimeoutError:
            return True
        return False

    async def follows(self, *topics: str) -> dict[str, Any]:
        """Ask to follow, and hear the answer."""
        await self.says({"follow": list(topics)})
        return await self.hears()

    async def closes_with(self) -> int:
        """The code with which the other side closes; frames that wait are let be."""
        await asyncio.wait_for(self.raw.wait_closed(), SOON_S)
        return self.raw.close_code or 0


@dataclass(frozen=True)
class Browser:
    """A browser at the door of a community, with the session of whoever signed in there."""

    port: int
    community: Community
    session_key: str
    host: str = "localhost"
    origin: str | None = "of this host"
    path: str = "of the community"

    def but(self, **differs: Any) -> Browser:
        """The same browser, but for what is given."""
        return replace(self, **differs)

    @asynccontextmanager
    async def socket(self) -> AsyncIterator[Wire]:
        """A socket, as the script of a page opens it."""
        origin = f"http://{self.host}:{self.port}" if self.origin == "of this host" else self.origin
        path = f"/c/{self.community.slug}/live" if self.path == "of the community" else self.path
        async with connect(
            f"ws://{self.host}:{self.port}{path}",
            origin=origin,  # type: ignore[arg-type]  # the stub is narrower than the library
            additional_headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={self.session_key}"}
            if self.session_key
            else {},
            host="127.0.0.1",
            port=self.port,
            proxy=None,
            compression=None,
        ) as raw:
            yield Wire(raw)

    def is_refused_with(self) -> int:
        """The HTTP status the door answers; 101 when it opens."""

        async def knock() -> int:
            try:
                async with self.socket():
                    return 101
            except InvalidStatus as refused:
                return int(refused.response.status_code)

        return asyncio.run(knock())


async def publish_now(community: Community, topic: str, kind: str, **data: Any) -> None:
    """A deed that publishes and commits."""

    def deed() -> None:
        with entered(community.pk), transaction.atomic():
            publish(topic, kind, **data)

    await hotpath.ask_database(deed)


def wait_until(holds: Callable[[], bool], for_s: float = SOON_S) -> None:
    """Returns as soon as it holds; fails when it never does."""
    deadline = time.monotonic() + for_s
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


@asynccontextmanager
async def front_door(app: Starlette) -> AsyncIterator[None]:
    """What the site's front door opens for hot paths; then live's own."""
    conninfo = make_conninfo(**(parameters() | {"application_name": "pamoja hot paths"}))
    async with AsyncConnectionPool(conninfo, min_size=1, max_size=2, open=False) as app.state.pool:
        _served.append((asyncio.get_running_loop(), app))
        async with hotpath.lifespan(app):
            yield
        _served.clear()


def hear_of_reading(by: Actor, key: str) -> None:
    """A package whose topic can be read."""
    heard.append((by.member_id, key))


async def sessions_are_checked() -> None:
    """What happens every half minute happens now, in the server's own thread."""
    loop, app = _served[0]
    checking = asyncio.run_coroutine_threadsafe(hotpath.check_sessions(app.state.live_house), loop)
    await asyncio.wrap_future(checking)


async def break_listening() -> int:
    """End the backend of the listening connection, as a restart of the database does; gives how many there were."""

    def terminate() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'pamoja live' AND datname = current_database()"
            )
            return len(cursor.fetchall())

    return await hotpath.ask_database(terminate)
