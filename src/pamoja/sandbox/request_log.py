"""Writes down every request that came in from the platform and every callback that went out, secrets masked."""

import json
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pamoja.sandbox.answers import Unknown
from pamoja.sandbox.clock import Clock, iso
from pamoja.sandbox.live import Live
from pamoja.sandbox.masking import masked_body, masked_headers, masked_phones
from pamoja.sandbox.store import Row, Store

LOGGED = (
    "/oauth/",
    "/mpesa/",
    "/stripe/v1/",
    "/bank/",
    "/2010-04-01/",
    "/v1/Content",
    "/v2/Indicators/",
    "/v3/Indicators/",
    "/push/",
    "/graph/",
)
OURS = ("/mpesa/statement", "/mpesa/certificate.pem")
BODY_CHARACTERS_KEPT = 20_000
TRIM_EVERY = 500


class HungUp(Exception):
    """The provider closes the line without an answer (a fault)."""


class RequestLog:
    """The pages of the log."""

    def __init__(self, store: Store, clock: Clock, live: Live, kept: int) -> None:
        self._store, self._clock, self._live = store, clock, live
        self.kept = kept

    def write(
        self,
        *,
        direction: str,
        scope: str,
        method: str,
        url: str,
        peer: str,
        headers: list[tuple[str, str]],
        body: bytes,
        status: int | None,
        answer_headers: list[tuple[str, str]],
        answer: bytes,
        duration_ms: float,
        note: str,
    ) -> None:
        number = self._store.insert(
            "request",
            direction=direction,
            scope=scope,
            method=method,
            url=masked_phones(url),
            peer=peer,
            headers=masked_headers(headers),
            body=_readable(body),
            status=status,
            answer_headers=masked_headers(answer_headers),
            answer=_readable(answer),
            duration_ms=round(duration_ms, 2),
            note=masked_phones(note),
            at=self._clock.now().timestamp(),
        )
        if number % TRIM_EVERY == 0:
            self._store.run("DELETE FROM request WHERE id <= ?", number - self.kept)
        self._live.publish("requests")

    def find(
        self,
        *,
        direction: str = "",
        scope: str = "",
        text: str = "",
        trouble: bool = False,
        before: int = 0,
        limit: int = 50,
    ) -> list[Row]:
        """Newest first. `text` is looked for in all that is kept, `trouble` keeps what was not answered well."""
        wanted: list[str] = ["1"]
        values: list[str | int] = []
        for column, value in (("direction", direction), ("scope", scope)):
            if value:
                wanted.append(f"{column} = ?")
                values.append(value)
        if text:
            pattern = "%" + masked_phones(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
            wanted.append(r"(url || ' ' || body || ' ' || answer || ' ' || note) LIKE ? ESCAPE '\'")
            values.append(pattern)
        if trouble:
            wanted.append("(status IS NULL OR status >= 400 OR instr(note, 'fault:') > 0)")
        if before:
            wanted.append("id < ?")
            values.append(before)
        sql = f"SELECT * FROM request WHERE {' AND '.join(wanted)} ORDER BY id DESC LIMIT ?"  # noqa: S608 - the clauses are the constants above
        return self._store.all(sql, *values, limit)

    def entry(self, number: int) -> Row:
        """Raises: Unknown."""
        row = self._store.one("SELECT * FROM request WHERE id = ?", number)
        if row is None:
            raise Unknown("such entry in the log")
        return row

    def forget(self) -> int:
        return self._store.run("DELETE FROM request").rowcount


def as_json(row: Row) -> dict[str, Any]:
    entry = dict(row)
    entry["headers"], entry["answer_headers"] = json.loads(row["headers"]), json.loads(row["answer_headers"])
    entry["at"] = iso(row["at"])
    return entry


def _readable(body: bytes) -> str:
    return masked_body(body[:BODY_CHARACTERS_KEPT].decode("utf-8", "replace"))


class LogRequests:
    """ASGI middleware: logs the impersonated APIs (neither console nor our own API) and hangs up for faults."""

    def __init__(self, app: ASGIApp, log: RequestLog) -> None:
        self._app, self._log = app, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith(LOGGED) or path in OURS:
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send)
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except HungUp:
            exchange.status = None
            hang_up(scope)
        finally:
            self._log.write(**exchange.entry())


class _Exchange:
    """One request and its answer, listened to as they pass."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._started = time.perf_counter()
        self._body, self._answer = bytearray(), bytearray()
        self._answer_headers: list[tuple[str, str]] = []
        self.status: int | None = None

    async def receive(self) -> Message:
        message = await self._receive()
        self._body += message.get("body", b"")[: BODY_CHARACTERS_KEPT - len(self._body)]
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._answer_headers = _text(message.get("headers", []))
        self._answer += message.get("body", b"")[: BODY_CHARACTERS_KEPT - len(self._answer)]
        await self._send(message)

    def entry(self) -> dict[str, Any]:
        scope, query = self._scope, self._scope.get("query_string", b"").decode("latin-1")
        return {
            "direction": "in",
            "scope": scope.get("sandbox.scope", ""),
            "method": scope["method"],
            "url": scope["path"] + (f"?{query}" if query else ""),
            "peer": (scope.get("client") or ("",))[0],
            "headers": _text(scope["headers"]),
            "body": bytes(self._body),
            "status": self.status,
            "answer_headers": self._answer_headers,
            "answer": bytes(self._answer),
            "duration_ms": (time.perf_counter() - self._started) * 1000,
            "note": "; ".join(scope.get("sandbox.notes", [])),
        }


def _text(headers: Any) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def hang_up(scope: Scope) -> None:
    """Closes the connection under a request. Raises: ConnectionResetError where there is none (in-process tests)."""
    cycle: Any = getattr(scope.get("sandbox.send"), "__self__", None)
    transport = getattr(cycle, "transport", None)
    if transport is None:
        raise ConnectionResetError("The line was closed without an answer.")
    cycle.disconnected = True  # uvicorn then does not answer for us
    transport.abort()
