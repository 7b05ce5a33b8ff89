"""Plain HTTP to a provider over connections that stay open.

A general client costs more processor time for a request than everything else that a message needs; this does only
what is needed here: no redirects, no cookies, no proxies, one answer of bounded size.
"""

from __future__ import annotations

import atexit
import functools
import http.client
import json
import select
import socket
import ssl
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pamoja.foundation import tls

CONNECT_S_MAX, ANSWER_S_MAX = 5.0, 15.0
# A server closes what was idle for some seconds; what might be closed by now is not used again.
IDLE_S_MAX = 4.0
KEPT_MAX = 64
ANSWER_BYTES_MAX = 4_000_000


class NotConnected(Exception):
    """Nobody took the request."""


class AnswerLost(Exception):
    """The request went out, and no answer came back."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    content: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """A ValueError for what is no JSON."""
        return json.loads(self.content)


class Wire:
    """Connections to wherever was spoken to, kept for the next request; many threads may use it at once."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], list[tuple[float, http.client.HTTPConnection]]] = defaultdict(list)
        self._lock = threading.Lock()

    def ask(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """Raises: NotConnected; AnswerLost."""
        parts = urlsplit(url)
        place = (parts.scheme, parts.netloc)
        connection = self._taken(place) or self._connected(place)
        path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        try:
            connection.request(method, path, body=body or None, headers=dict(headers))
            response = connection.getresponse()
            answer = Answer(response.status, response.read(ANSWER_BYTES_MAX))
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise AnswerLost(f"{type(error).__name__}: {error}") from error
        if response.will_close or not response.isclosed():
            connection.close()
        else:
            self._keep(place, connection)
        return answer

    def close(self) -> None:
        """Let go of every connection that is kept."""
        with self._lock:
            kept = [connection for each in self._kept.values() for _, connection in each]
            self._kept.clear()
        for connection in kept:
            connection.close()

    def _connected(self, place: tuple[str, str]) -> http.client.HTTPConnection:
        scheme, netloc = place
        if scheme == "https":
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                netloc, timeout=CONNECT_S_MAX, context=_trusted()
            )
        else:
            connection = http.client.HTTPConnection(netloc, timeout=CONNECT_S_MAX)
        try:
            connection.connect()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise NotConnected(f"{type(error).__name__}: {error}") from error
        if connection.sock is not None:
            connection.sock.settimeout(ANSWER_S_MAX)
        return connection

    def _taken(self, place: tuple[str, str]) -> http.client.HTTPConnection | None:
        while True:
            with self._lock:
                if not self._kept[place]:
                    return None
                since_s, connection = self._kept[place].pop()
            if time.monotonic() - since_s < IDLE_S_MAX and not _is_closed(connection.sock):
                return connection
            connection.close()

    def _keep(self, place: tuple[str, str], connection: http.client.HTTPConnection) -> None:
        with self._lock:
            if len(self._kept[place]) < KEPT_MAX:
                self._kept[place].append((time.monotonic(), connection))
                return
        connection.close()


def _is_closed(sock: socket.socket | None) -> bool:
    """Something to read before anything was asked is the other side hanging up."""
    if sock is None:
        return True
    with suppress(OSError, ValueError):
        return bool(select.select([sock], [], [], 0)[0])
    return True


@functools.cache
def _trusted() -> ssl.SSLContext:
    return tls.trusted()


@functools.cache
def shared_wire() -> Wire:
    """One for the process: it keeps connections open, and many threads may use it."""
    wire = Wire()
    atexit.register(wire.close)
    return wire
