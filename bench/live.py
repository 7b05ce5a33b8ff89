"""Live screens under load: how quickly sockets open, what each costs, and how soon a fifth hear of an event.

`python -m bench.live` (`make bench-live`). The server is the platform's front door in one process; the browsers are
bare frames on asyncio in another, so that they cost little of the machine they share. The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import django

from tests.harness.databases import Databases, start_server
from tests.harness.servers import free_port

FANOUT_P99_MS_MAX = 250.0
HANDSHAKES_A_SECOND_MIN = 500
EVENTS = 40
OPENING_AT_ONCE = 64
FOLLOWING_AT_ONCE = 64
WAIT_S_MAX = 120
TEXT, PING, PONG = 1, 9, 10
DATABASE = "pamoja_bench_live"


def main() -> None:
    """Run the bench, or with --serve the front door it measures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sockets", type=int, default=5_000)
    options.add_argument("--serve", type=int, default=0, help=argparse.SUPPRESS)
    asked = options.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 20_000)), hard))
    serve(asked.serve) if asked.serve else measure(asked.sockets)


def serve(port: int) -> None:
    """The front door, with one topic that everybody may follow."""
    import uvicorn

    django.setup()
    from pamoja.kernel.live.public import declare_topic
    from pamoja.site.asgi import application

    declare_topic("bench", may_follow=lambda *_: True)
    uvicorn.run(application, port=port, log_level="warning", access_log=False, ws_per_message_deflate=False)


def measure(sockets: int) -> None:
    """Open the sockets, publish, and print what came of it."""
    server = start_server()
    missed = True
    port = free_port()
    try:
        databases = Databases(server.superuser_url())
        os.environ |= {"PAMOJA_ENVIRONMENT": "test", "PAMOJA_LOG_LEVEL": "WARNING", "PAMOJA_DATA": str(server.data)}
        os.environ |= {**databases.settings(DATABASE), "DJANGO_SETTINGS_MODULE": "pamoja.site.settings"}
        databases.template()
        databases.clone(DATABASE)
        django.setup()
        community, session_keys = people(sockets)
        child = subprocess.Popen([sys.executable, "-m", "bench.live", "--serve", str(port)])
        try:
            wait_for(port, child)
            missed = asyncio.run(story(community, session_keys, port, child.pid))
        finally:
            child.terminate()
            child.wait(20)
    finally:
        server.stop()
    raise SystemExit(int(missed))


def people(sockets: int) -> tuple[Any, list[str]]:
    """Enough signed-in members that nobody has too many sockets."""
    from pamoja.kernel.communities.public import entered
    from pamoja.kernel.live.rules import SOCKETS_A_PERSON_MAX
    from tests.world import a_community, a_member, signed_in

    community = a_community(slug="bench")
    with entered(community.pk):
        members = [a_member(f"Member {number}") for number in range(-(-sockets // SOCKETS_A_PERSON_MAX))]
    keys = [signed_in(member).session.session_key or "" for member in members]
    return community, [keys[number // SOCKETS_A_PERSON_MAX] for number in range(sockets)]


class Wire(asyncio.Protocol):
    """A browser's end of one socket: just enough of RFC 6455 to ask to follow, and to note when frames come."""

    def __init__(self, hello: bytes) -> None:
        self._hello = hello
        self._unread = b""
        self._transport: asyncio.Transport | None = None
        self.is_open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.heard: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._hello)

    def data_received(self, data: bytes) -> None:
        at = time.perf_counter()
        self._unread += data
        if not self.is_open.done():
            head, end, self._unread = self._unread.partition(b"\r\n\r\n")
            if not end:
                self._unread = head
            elif head.startswith(b"HTTP/1.1 101 "):
                self.is_open.set_result(None)
            else:
                self.is_open.set_exception(RuntimeError(head.decode()))
        while self.is_open.done() and len(self._unread) >= 2:
            opcode, length, start = self._unread[0] & 0x0F, self._unread[1], 2
            if length == 126:
                length, start = int.from_bytes(self._unread[2:4], "big"), 4
            if len(self._unread) < start + length:
                return
            frame, self._unread = self._unread[start : start + length], self._unread[start + length :]
            if opcode == PING:
                self._send(PONG, frame)
            elif not frame.startswith(b'{"beat"'):
                self.heard.put_nowait((at, frame))

    def connection_lost(self, error: Exception | None) -> None:
        if not self.is_open.done():
            self.is_open.set_exception(error or ConnectionResetError())

    def say(self, text: bytes) -> None:
        """A short text."""
        self._send(TEXT, text)

    def _send(self, opcode: int, content: bytes) -> None:
        """One frame, masked with zeros."""
        assert self._transport is not None
        assert len(content) < 126
        self._transport.write(bytes([0x80 | opcode, 0x80 | len(content)]) + bytes(4) + content)

    def end(self) -> None:
        """Without ceremony."""
        if self._transport is not None:
            self._transport.abort()


async def story(community: Any, session_keys: list[str], port: int, pid: int) -> bool:
    """All sockets open and quiet; then events to a topic that a fifth of them follow. Whether a limit is missed."""
    loop = asyncio.get_running_loop()
    before_kib = memory_kib(pid)
    started, used = time.perf_counter(), processor_s(pid)
    gate = asyncio.Semaphore(OPENING_AT_ONCE)

    async def opened(key: str) -> Wire:
        async with gate:
            _, wire = await loop.create_connection(lambda: Wire(hello(port, key)), "127.0.0.1", port)
            await asyncio.wait_for(wire.is_open, WAIT_S_MAX)
            return wire

    wires = await asyncio.gather(*(opened(key) for key in session_keys))
    figures: dict[str, Any] = {"sockets": len(wires), "cores": os.cpu_count()}
    opening_s = time.perf_counter() - started
    figures["handshakes_per_s"] = round(len(wires) / opening_s)
    figures["server_ms_per_handshake"] = round((processor_s(pid) - used) * 1000 / len(wires), 2)
    figures["kib_per_socket"] = round((memory_kib(pid) - before_kib) / len(wires), 1)
    followers = wires[::5]
    started = time.perf_counter()
    await follow(followers)
    figures["followers"] = len(followers)
    figures["follows_per_s"] = round(len(followers) / (time.perf_counter() - started))
    delays = []
    for number in range(EVENTS):
        published = loop.run_in_executor(None, publish_one, community, number)
        arrivals = await asyncio.gather(*(arrival(each, number) for each in followers))
        committed_at = await published
        delays += [(at - committed_at) * 1000 for at in arrivals]
        await asyncio.sleep(0.05)
    for wire in wires:
        wire.end()
    return report(figures, sorted(delays))


def hello(port: int, session_key: str) -> bytes:
    """What a browser sends first."""
    from django.conf import settings

    return (
        f"GET /c/bench/live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
        f"Cookie: {settings.SESSION_COOKIE_NAME}={session_key}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    ).encode()


async def follow(wires: list[Wire]) -> None:
    """They follow the bench's topic; each is told so."""
    gate = asyncio.Semaphore(FOLLOWING_AT_ONCE)

    async def one(wire: Wire) -> None:
        async with gate:
            wire.say(b'{"follow": ["bench:1"]}')
            _, frame = await asyncio.wait_for(wire.heard.get(), WAIT_S_MAX)
            assert json.loads(frame)["following"] == ["bench:1"], frame

    await asyncio.gather(*(one(wire) for wire in wires))


def publish_one(community: Any, number: int) -> float:
    """Commit one event; gives the moment just before the commit."""
    from django.db import connection, transaction

    from pamoja.kernel.communities.public import entered
    from pamoja.kernel.live.public import publish

    try:
        with entered(community.pk), transaction.atomic():
            publish("bench:1", "paid", number=number)
            return time.perf_counter()
    finally:
        connection.close()


async def arrival(follower: Wire, number: int) -> float:
    """When the event reached this browser; another event is a failure."""
    at, frame = await asyncio.wait_for(follower.heard.get(), 10)
    assert json.loads(frame)["number"] == number, frame
    return at


def report(figures: dict[str, Any], delays: list[float]) -> bool:
    """The figures beside their limits, and whether one is missed."""
    figures["fanout_p50_ms"] = round(delays[len(delays) // 2], 1)
    figures["fanout_p99_ms"] = p99 = round(delays[int(len(delays) * 0.99)], 1)
    print(
        f"{figures['sockets']} sockets, {figures['handshakes_per_s']} opened a second "
        f"(at least {HANDSHAKES_A_SECOND_MIN})"
    )
    print(f"each costs the server {figures['kib_per_socket']} KiB, opening it {figures['server_ms_per_handshake']} ms")
    print(
        f"an event to {figures['followers']} of them, {len(delays)} arrivals: p50 {figures['fanout_p50_ms']} ms, ",
        end="",
    )
    print(f"p99 {p99} ms (at most {FANOUT_P99_MS_MAX:.0f})")
    print(json.dumps(figures))
    return p99 > FANOUT_P99_MS_MAX or figures["handshakes_per_s"] < HANDSHAKES_A_SECOND_MIN


def processor_s(pid: int) -> float:
    """Processor time a process has used. Linux only."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_kib(pid: int) -> int:
    """Resident memory of a process. Linux only."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 1024


def wait_for(port: int, child: subprocess.Popen[bytes]) -> None:
    """Returns when the front door answers."""
    import httpx

    while child.poll() is None:
        try:
            httpx.get(f"http://127.0.0.1:{port}/health", timeout=1)
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("the front door did not open")


if __name__ == "__main__":
    main()
