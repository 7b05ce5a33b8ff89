"""Carries callbacks to the platform over real HTTP, in the background and in the order in which they became due.

A callback is kept until it was attempted: after a kill the ones in flight are sent again (which real providers do
too). A failed one is not repeated unless the preference `callback_attempts`, or the manners of its scope, say so.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from pamoja.sandbox.agenda import Agenda
from pamoja.sandbox.clock import Clock
from pamoja.sandbox.preferences import Preferences
from pamoja.sandbox.request_log import RequestLog
from pamoja.sandbox.store import Row, Store

AT_ONCE = 32
TIMEOUT = aiohttp.ClientTimeout(total=15)
ANSWER_BYTES_KEPT = 20_000
STRANGER = "127.0.0.66"
HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    "User-Agent": "Apache-HttpClient/4.5.5 (Java)",
}


@dataclass(frozen=True)
class Answer:
    """What the platform answered; without a status nothing came back, and the note says why."""

    status: int | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    note: str = ""


@dataclass(frozen=True)
class Manners:
    """How callbacks of one scope are carried, where that is not the usual way.

    `headers` are asked for at every try; `told` hears its number and status; `pause_s` says how long to wait after so
    many tries, None to give up.
    """

    headers: Callable[[int, bytes], dict[str, str]]
    told: Callable[[int, int | None], None]
    pause_s: Callable[[int], float | None]


class Callbacks:
    """The postman."""

    def __init__(
        self, store: Store, clock: Clock, agenda: Agenda, log: RequestLog, preferences: Callable[[], Preferences]
    ) -> None:
        self._store, self._clock, self._agenda, self._log = store, clock, agenda, log
        self._preferences = preferences
        self._manners: dict[str, Manners] = {}
        self._sessions: dict[str, aiohttp.ClientSession] = {}
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._listeners: list[Callable[[Row], None]] = []
        self._lanes = asyncio.Semaphore(AT_ONCE)
        agenda.on("callback.send", lambda _at, payload: self._set_out(payload["callback_id"]))
        agenda.on("callback.release", lambda at, payload: self._release(payload["scope"], at))

    def mind(self, scope: str, manners: Manners) -> None:
        """Carries the callbacks of `scope` with `manners` from now on."""
        self._manners[scope] = manners

    @property
    def under_way(self) -> int:
        return len(self._under_way)

    def send(
        self,
        *,
        url: str,
        body: object,
        about: str,
        scope: str,
        at: datetime,
        source: str = "",
        held: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> int:
        """Sends `body` at the moment `at`; a held one waits until another of its scope has gone out.

        A text is sent as it is, with the `headers` that say what it is; anything else as JSON.
        """
        number = self._store.insert(
            "callback",
            url=url,
            body=body if isinstance(body, str) else json.dumps(body),
            headers=json.dumps(dict(headers or {})),
            about=about,
            scope=scope,
            source=source,
            state="held" if held else "waiting",
            created_at=self._clock.now().timestamp(),
        )
        if not held:
            self._agenda.add("callback.send", at, callback_id=number)
        return number

    def resume(self) -> None:
        """Takes up what a kill interrupted."""
        for row in self._store.all("SELECT id FROM callback WHERE state = 'sending' ORDER BY id"):
            self._set_out(row["id"])

    def when_taken(self, listener: Callable[[Row], None]) -> None:
        """Lets `listener` know of each callback that the platform answered well, in the transaction that notes it."""
        self._listeners.append(listener)

    async def idle(self, timeout_s: float) -> None:
        """Waits until those now under way have been answered, but no longer than `timeout_s`."""
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=timeout_s)

    async def ask(self, url: str, body: object, *, timeout_s: float, about: str, scope: str) -> dict[str, Any] | None:
        """Posts `body` now and returns the JSON object answered, or None when none came in time."""
        started, timeout = time.perf_counter(), aiohttp.ClientTimeout(total=timeout_s)
        request = json.dumps(body).encode()
        answer = await self._post(url, request, "", timeout, HEADERS)
        self._write(url, request, answer, about=about, scope=scope, source="", started=started, headers=HEADERS)
        try:
            value = json.loads(answer.body)
        except ValueError:
            return None
        return value if isinstance(value, dict) else None

    async def close(self) -> None:
        for task in list(self._under_way.values()):
            task.cancel()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)
        for session in self._sessions.values():
            await session.close()

    def _release(self, scope: str, at: datetime) -> None:
        for row in self._store.all("SELECT id FROM callback WHERE state = 'held' AND scope = ? ORDER BY id", scope):
            self._store.run("UPDATE callback SET state = 'waiting' WHERE id = ?", row["id"])
            self._agenda.add("callback.send", at, callback_id=row["id"])

    def _set_out(self, number: int) -> None:
        self._store.run("UPDATE callback SET state = 'sending' WHERE id = ?", number)
        if number not in self._under_way:
            task = asyncio.get_running_loop().create_task(self._in_a_lane(number))
            self._under_way[number] = task
            task.add_done_callback(lambda _task: self._under_way.pop(number, None))

    async def _in_a_lane(self, number: int) -> None:
        async with self._lanes:
            await self._deliver(number)

    async def _deliver(self, number: int) -> None:
        row = self._store.one("SELECT * FROM callback WHERE id = ?", number)
        if row is None:
            return
        started, body, manners = time.perf_counter(), row["body"].encode(), self._manners.get(row["scope"])
        headers = manners.headers(number, body) if manners else HEADERS | json.loads(row["headers"])
        answer = await self._post(row["url"], body, row["source"], TIMEOUT, headers)
        self._write(
            row["url"],
            body,
            answer,
            about=row["about"],
            scope=row["scope"],
            source=row["source"],
            started=started,
            headers=headers,
        )
        with self._store.transaction():
            if manners:
                manners.told(number, answer.status)
            self._record(row, was_taken=answer.status is not None and 200 <= answer.status < 300)

    async def _post(
        self, url: str, body: bytes, source: str, timeout: aiohttp.ClientTimeout, headers: dict[str, str]
    ) -> Answer:
        try:
            session = self._session(source)
            async with session.post(
                url, data=body, headers=headers, allow_redirects=False, timeout=timeout
            ) as response:
                kept = await response.content.read(ANSWER_BYTES_KEPT)
                return Answer(response.status, list(response.headers.items()), kept)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return Answer(note=f"not delivered: {type(error).__name__} {error}".strip())

    def _write(
        self,
        url: str,
        body: bytes,
        answer: Answer,
        *,
        about: str,
        scope: str,
        source: str,
        started: float,
        headers: dict[str, str],
    ) -> None:
        self._log.write(
            direction="out",
            scope=scope,
            method="POST",
            url=url,
            peer=source,
            headers=list(headers.items()),
            body=body,
            status=answer.status,
            answer_headers=answer.headers,
            answer=answer.body,
            duration_ms=(time.perf_counter() - started) * 1000,
            note="; ".join(part for part in (about, answer.note) if part),
        )

    def _session(self, source: str) -> aiohttp.ClientSession:
        if source not in self._sessions:
            connector = aiohttp.TCPConnector(limit=AT_ONCE, local_addr=(source, 0) if source else None)
            self._sessions[source] = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return self._sessions[source]

    def _record(self, row: Row, *, was_taken: bool) -> None:
        attempts, now = row["attempts"] + 1, self._clock.now()
        for listener in self._listeners if was_taken else ():
            listener(row)
        pause_s = None if was_taken else self._pause_s(row["scope"], attempts)
        if pause_s is None:
            self._store.run("DELETE FROM callback WHERE id = ?", row["id"])
        else:
            self._store.run("UPDATE callback SET state = 'waiting', attempts = ? WHERE id = ?", attempts, row["id"])
            self._agenda.add("callback.send", now + timedelta(seconds=pause_s), callback_id=row["id"])
        self._release(row["scope"], now)

    def _pause_s(self, scope: str, attempts: int) -> float | None:
        """How long until the next try after so many; None: there is none."""
        if scope in self._manners:
            return self._manners[scope].pause_s(attempts)
        preferences = self._preferences()
        return preferences.callback_retry_s if attempts < preferences.callback_attempts else None
