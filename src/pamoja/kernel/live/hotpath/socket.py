"""One socket from handshake to close: signed in, from our own page, within its limits."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

import psycopg
from django.conf import settings
from django.db import connection
from django.http.request import split_domain_port, validate_host
from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from pamoja.foundation.errors import Refusal
from pamoja.kernel.live import queries, rules
from pamoja.kernel.live.errors import FrameMalformed, NotSignedIn, OtherSite, TooFast, TooManySockets, TooManyTopics
from pamoja.kernel.live.hotpath.house import House
from pamoja.kernel.live.hotpath.hub import Client

log = logging.getLogger("pamoja.live")

BEAT_S = 25.0
SEND_S_MAX = 10.0
# A browser then comes back by itself, and what it may follow is asked anew.
LIFE_S_MAX = 15 * 60.0

GOING_AWAY, POLICY, SIGNED_OUT = 1001, 1008, 4401
_STATUS = {"unauthenticated": 401, "forbidden": 403, "not_found": 404, "limit": 429}

Answer = TypeVar("Answer")

# Few, so that a crowd of browsers coming back cannot take all database connections from the pages.
_threads = ThreadPoolExecutor(max_workers=3, thread_name_prefix="live")


async def ask_database(query: Callable[..., Answer], *args: Any, **kwargs: Any) -> Answer:
    """Run a query of Django's in a thread; its connection goes back to the pool."""

    def run() -> Answer:
        try:
            return query(*args, **kwargs)
        finally:
            connection.close()

    return await asyncio.get_running_loop().run_in_executor(_threads, run)


async def serve(websocket: WebSocket, house: House) -> None:
    """Answer one socket until either side closes it."""
    try:
        client = await _admit(websocket, house)
    except Refusal as refusal:
        await _deny(websocket, _STATUS.get(refusal.kind, 403), refusal.sentence)
        return
    except psycopg.Error:
        log.warning("live: nobody can be admitted while the database is away")
        await _deny(websocket, 503, "Please try again in a moment.")
        return
    house.hub.join(client)
    try:
        await websocket.accept()
        await _talk(websocket, client, house)
    except (TimeoutError, WebSocketDisconnect):
        log.debug("live: a browser went away")
    finally:
        house.attendance.leave(client.who, client.topics)
        house.hub.leave(client)


async def _admit(websocket: WebSocket, house: House) -> Client:
    host = websocket.headers.get("host", "")
    domain, _ = split_domain_port(host)
    trusted = tuple(settings.CSRF_TRUSTED_ORIGINS)
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        raise OtherSite()
    if not rules.is_same_site(origin=websocket.headers.get("origin", ""), host=host, trusted=trusted):
        raise OtherSite()
    session_key = websocket.cookies.get(settings.SESSION_COOKIE_NAME, "")
    if not session_key:
        raise NotSignedIn()
    who = await house.door.admit(queries.Knock.at(host=host, path=websocket.url.path, session_key=session_key))
    if house.hub.sockets_of(who.person_id) >= rules.SOCKETS_A_PERSON_MAX:
        raise TooManySockets(sockets_max=rules.SOCKETS_A_PERSON_MAX)
    return Client(who)


async def _deny(websocket: WebSocket, status: int, sentence: str) -> None:
    with suppress(WebSocketDisconnect):
        await websocket.send_denial_response(PlainTextResponse(sentence, status_code=status))


async def _talk(websocket: WebSocket, client: Client, house: House) -> None:
    """Listen and speak at once; whoever ends first ends the other."""
    parts = {
        asyncio.create_task(_listen(websocket, client, house)),
        asyncio.create_task(_speak(websocket, client)),
        asyncio.create_task(_beat(client)),
    }
    try:
        done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        for part in done:
            part.result()
    finally:
        for part in parts:
            part.cancel()
        await asyncio.gather(*parts, return_exceptions=True)
    if client.closing and websocket.application_state == WebSocketState.CONNECTED:
        code, reason = client.closing
        await websocket.close(code, reason)


async def _listen(websocket: WebSocket, client: Client, house: House) -> None:
    pace = rules.Pace(at_s=time.monotonic())
    while not client.closing:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return
        try:
            if not pace.admits(time.monotonic()):
                raise TooFast()
            await _obey(rules.read_frame(_text(message)), client, house)
        except Refusal as refusal:
            if refusal.kind == "limit":
                client.close(POLICY, refusal.code)
            client.tell(rules.answer_frame(refused=refusal.code, detail=refusal.sentence))


async def _obey(ask: rules.Ask, client: Client, house: House) -> None:
    followed = [each for each in ask.topics if each in client.topics]
    if ask.deed == "leave":
        house.attendance.leave(client.who, followed)
        house.hub.unfollow(client, ask.topics)
    elif ask.deed == "typing":
        await house.tell_typing(client, followed)
    elif ask.deed == "read":
        await ask_database(queries.read, client.who, followed)
    else:
        await _follow(ask, client, house)


async def _follow(ask: rules.Ask, client: Client, house: House) -> None:
    if len(client.topics | set(ask.topics)) > rules.TOPICS_MAX:
        raise TooManyTopics(topics_max=rules.TOPICS_MAX)
    allowed = await ask_database(queries.allowed, client.who, ask.topics)
    house.attendance.arrive(client.who, [each for each in allowed if each not in client.topics])
    house.hub.follow(client, allowed)
    client.tell(rules.answer_frame(following=allowed, refused=[each for each in ask.topics if each not in allowed]))


async def _speak(websocket: WebSocket, client: Client) -> None:
    while (frame := await client.next_frame()) is not None:
        # A browser that takes nothing for so long is gone; it comes back and fetches anew.
        await asyncio.wait_for(websocket.send_text(frame), SEND_S_MAX)


async def _beat(client: Client) -> None:
    """Keep proxies from closing a quiet socket, and notice a dead one; end a socket that has lived long enough."""
    ends_at = time.monotonic() + LIFE_S_MAX
    while time.monotonic() < ends_at:
        await asyncio.sleep(BEAT_S)
        client.tell('{"beat":1}')
    client.close(GOING_AWAY, "come back")
    await asyncio.sleep(SEND_S_MAX)


def _text(message: Any) -> str:
    text = message.get("text")
    if text is None:
        raise FrameMalformed()
    return str(text)
