"""Requests to a provider keep their connections, and say whether anybody took them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from pamoja.kernel.messaging.providers.wire import AnswerLost, NotConnected, Wire

OK = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"


class Server:
    """Answers each request with the next of `answers`; an empty one hangs up."""

    def __init__(self, answers: list[bytes]) -> None:
        self.answers, self.connections = answers, 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/path"
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.socket.close()
        self.thread.join(5)

    def _serve(self) -> None:
        while self.answers:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                while self.answers and connection.recv(65536):
                    if not (answer := self.answers.pop(0)):
                        break
                    connection.sendall(answer)
                    if b"close" in answer:
                        break


@pytest.fixture
def wire() -> Iterator[Wire]:
    with closing(Wire()) as made:
        yield made


def test_a_connection_is_used_again(wire: Wire) -> None:
    with closing(Server([OK, OK, OK])) as server:
        answers = [wire.ask("POST", server.url, headers={}, body=b"") for _ in range(3)]

    assert [(each.status, each.json()) for each in answers] == [(201, {})] * 3
    assert server.connections == 1


def test_what_the_server_closed_is_not_used_again(wire: Wire) -> None:
    with closing(Server([OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), OK])) as server:
        assert wire.ask("GET", server.url, headers={}).is_success
        assert wire.ask("GET", server.url, headers={}).is_success

    assert server.connections == 2


def test_tells_a_lost_answer_from_nobody_there(wire: Wire) -> None:
    with closing(Server([b""])) as server, pytest.raises(AnswerLost):
        wire.ask("POST", server.url, headers={}, body=b"x")

    with pytest.raises(NotConnected):
        wire.ask("POST", server.url, headers={}, body=b"x")
