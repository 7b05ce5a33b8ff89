"""Live screens under load: how soon a fifth of the open sockets hear of an event.

`python -m bench.live --sockets 5000`. The server is the platform's front door in a process of its own; the browsers
share the machine's cores with it, so the figure is an upper bound. The last line is JSON.
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
from websockets.asyncio.client import ClientConnection, connect

from tests.harness.databases import Databases, start_server
from tests.harness.servers import free_port

FANOUT_P99_MS_MAX = 250.0
EVENTS = 40
OPENING_AT_ONCE = 50
DATABASE = "pamoja_bench_live"


def main() -> None:
    """Run the bench, or with --serve the front door it measures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sockets", type=int, default=500)
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
            asyncio.run(story(community, session_keys, port, sockets, child.pid))
        finally:
            child.terminate()
            child.wait(20)
    finally:
        server.stop()


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


async def story(community: Any, session_keys: list[str], port: int, sockets: int, pid: int) -> None:
    """All sockets open and quiet; then events to a topic that every fifth of them follows."""
    from django.conf import settings

    cookie = settings.SESSION_COOKIE_NAME
    before_kib = memory_kib(pid)
    started = time.perf_counter()
    gate = asyncio.Semaphore(OPENING_AT_ONCE)

    async def opened(key: str) -> ClientConnection:
        async with gate:
            return await connect(
                f"ws://127.0.0.1:{port}/c/bench/live",
                origin=f"http://127.0.0.1:{port}",  # type: ignore[arg-type]  # a text is what it wants
                additional_headers={"Cookie": f"{cookie}={key}"},
                compression=None,
                proxy=None,
                open_timeout=120,
            )

    clients = await asyncio.gather(*(opened(key) for key in session_keys))
    opening_s = time.perf_counter() - started
    followers = clients[::5]
    for follower in followers:
        await follower.send('{"follow": ["bench:1"]}')
    for follower in followers:
        await follower.recv()
    kib_a_socket = (memory_kib(pid) - before_kib) / sockets

    delays = []
    for number in range(EVENTS):
        published = asyncio.get_running_loop().run_in_executor(None, publish_one, community, number)
        arrivals = await asyncio.gather(*(arrival(follower, number) for follower in followers))
        committed_at = await published
        delays += [(at - committed_at) * 1000 for at in arrivals]
        await asyncio.sleep(0.05)
    await asyncio.gather(*(client.close() for client in clients))
    report(sockets, len(followers), opening_s, kib_a_socket, sorted(delays))


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


async def arrival(follower: ClientConnection, number: int) -> float:
    """When the event reached this browser; beats are skipped, another event is a failure."""
    while True:
        frame = json.loads(await asyncio.wait_for(follower.recv(), 10))
        if "beat" not in frame:
            assert frame["number"] == number, frame
            return time.perf_counter()


def report(sockets: int, followers: int, opening_s: float, kib_a_socket: float, delays: list[float]) -> None:
    """The figures beside their limits."""
    p50, p99 = delays[len(delays) // 2], delays[int(len(delays) * 0.99)]
    verdict = "within" if p99 <= FANOUT_P99_MS_MAX else "ABOVE"
    print(f"{sockets} sockets opened in {opening_s:.1f} s ({sockets / opening_s:.0f}/s), {kib_a_socket:.0f} KiB each")
    print(f"an event to {followers} of them, {len(delays)} arrivals: p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    print(f"p99 is {verdict} the limit of {FANOUT_P99_MS_MAX:.0f} ms, which is for 1,000 of 5,000")
    print(json.dumps({"sockets": sockets, "fanout_p99_ms": round(p99, 1), "kib_per_socket": round(kib_a_socket, 1)}))


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
