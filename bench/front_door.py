"""Webhooks under load: PostgreSQL with fsync on, one web process, wrk at its door, and what each of them costs.

What the benches of single inboxes share. `limit_per_s` is what pgbench reaches on the same database in the same run,
writing the same row by hand with one commit each. All of it shares this machine.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg

from pamoja.site.postgres import EmbeddedPostgres, bundled_binaries
from tests.harness.databases import OWNER, RUNTIME, Databases
from tests.harness.servers import free_port

ROOT = Path(__file__).parents[1]
COMMUNITY = UUID(int=1)
PER_S_MIN, P99_MS_MAX = 1_500, 50.0
# Each connection has one webhook under way, so the mean time to answer is connections / rate: 32 at 1,500/s wait 21 ms
# each, which leaves as much again for a slow flush; with fewer a flush is shared by too few, with 64 the mean is 43 ms.
CONNECTIONS = 32
# Prepared for each second, all different; faster than this, the first come again.
PREPARED_PER_S = 6_000
SCRIPT = """
local requests, turn = {}, 0
function init(arguments)
  for line in io.lines(arguments[1]) do
    local signature, body = line:match("^(%S+) (.*)$")
    local headers = {[arguments[2]] = signature, ["Content-Type"] = arguments[3]}
    requests[#requests + 1] = wrk.format("POST", nil, headers, body)
  end
end
function request()
  turn = turn % #requests + 1
  return requests[turn]
end
"""
COMMUNITY_ROW = """
    INSERT INTO community (id, slug, name, tagline, currency, country, time_zone, language, brand, logo, products,
                           flags, created_at)
    VALUES (%s, 'bench', 'Bench', '', 'KES', 'KE', 'Africa/Nairobi', 'en', '{}', '', '[]', '{}', now())
"""


@dataclass(frozen=True)
class Inbox:
    """What one bench knocks at."""

    name: str
    database_port: int
    table: str
    by_hand: str
    """One row of the table, without what proves and packs it."""
    path: str
    signature_header: str
    content_type: str
    signed: Callable[[str, str, int], tuple[str, str]]
    """From address, name of the run and number: a signature, and a body without line breaks; each number another."""
    settings: Callable[[str], dict[str, str]] = field(default=lambda root: {})
    """What the web process needs in its environment, from the address of its root."""
    stage: Callable[[], object] = field(default=lambda: None)
    """Writes what must be there beforehand."""
    afterwards: Callable[[], dict[str, Any]] = field(default=dict)
    """Further figures about what came in."""


@dataclass(frozen=True)
class Answered:
    """What wrk says."""

    completed: int
    failed: int
    took_s: float
    p50_ms: float
    p99_ms: float


def measured(inbox: Inbox, description: str | None) -> dict[str, Any]:
    """The figures of one run."""
    options = argparse.ArgumentParser(description=description)
    options.add_argument("--seconds", type=int, default=10)
    options.add_argument("--connections", type=int, default=CONNECTIONS)
    asked = options.parse_args()
    server = EmbeddedPostgres(ROOT / "var" / f"bench-{inbox.name}", durable=True, default_port=inbox.database_port)
    with server:
        databases, name, port = Databases(server.superuser_url()), f"pamoja_bench_{inbox.name}", free_port()
        os.environ |= {
            "PAMOJA_ENVIRONMENT": "test",
            "PAMOJA_LOG_LEVEL": "WARNING",
            "PAMOJA_DATA": str(server.data),
            "PAMOJA_PORT": str(port),
            **inbox.settings(f"http://127.0.0.1:{port}"),
        }
        databases.template()
        databases.clone(name)
        os.environ |= {**databases.settings(name), "DJANGO_SETTINGS_MODULE": "pamoja.site.settings"}
        _stage(inbox, databases.url(name, OWNER))
        limits = [_by_hand(inbox, databases.url(name, RUNTIME), asked.seconds / 2)]
        figures = _knock(inbox, server, databases.url(name, OWNER), port, asked)
        limits.append(_by_hand(inbox, databases.url(name, RUNTIME), asked.seconds / 2))
        figures["limit_per_s"] = round(sum(limits) / len(limits))
        return figures | inbox.afterwards()


def is_met(figures: dict[str, Any]) -> bool:
    """Whether both targets are, in this one run."""
    return bool(figures["per_s"] >= PER_S_MIN and figures["p99_ms"] <= P99_MS_MAX)


def _stage(inbox: Inbox, url: str) -> None:
    import django

    django.setup()
    with psycopg.connect(url, autocommit=True) as session:
        session.execute(COMMUNITY_ROW, [COMMUNITY])
    inbox.stage()


def _knock(inbox: Inbox, server: EmbeddedPostgres, url: str, port: int, asked: argparse.Namespace) -> dict[str, Any]:
    """wrk at the door for a moment to warm it, and then for as long as was asked."""
    assert server.process
    with tempfile.TemporaryDirectory() as folder, _web(port) as web:
        _wrk(inbox, port, Path(folder), "warm", asked.connections, seconds=2)
        rows, deliveries = _kept(inbox, url)
        began_us = [cpu_us(web.pid), cpu_us(server.process.pid, with_children=True), _wrk_cpu_us()]
        answered = _wrk(inbox, port, Path(folder), "full", asked.connections, seconds=asked.seconds)
        ended_us = [cpu_us(web.pid), cpu_us(server.process.pid, with_children=True), _wrk_cpu_us()]
        rows_after, deliveries_after = _kept(inbox, url)
    kept = deliveries_after - deliveries
    assert kept >= answered.completed - answered.failed, f"{answered.completed} answered, {kept} kept"
    web_us, database_us, wrk_us = (
        round((after - before) / answered.completed) for before, after in zip(began_us, ended_us, strict=True)
    )
    return {
        "per_s": round(answered.completed / answered.took_s),
        "p50_ms": answered.p50_ms,
        "p99_ms": answered.p99_ms,
        "answered": answered.completed,
        "kept": kept,
        "rows": rows_after - rows,
        "failed": answered.failed,
        # Processor time for each webhook: it says more than the rate where others use the machine, too.
        "web_us": web_us,
        "database_us": database_us,
        "wrk_us": wrk_us,
        "connections": asked.connections,
        "cores": os.cpu_count(),
    }


def _wrk(inbox: Inbox, port: int, folder: Path, run: str, connections: int, *, seconds: int) -> Answered:
    script, requests = folder / "requests.lua", folder / f"{run}.txt"
    url = f"http://127.0.0.1:{port}{inbox.path}"
    script.write_text(SCRIPT)
    with requests.open("w") as lines:
        lines.writelines(
            "{} {}\n".format(*inbox.signed(url, run, number)) for number in range(seconds * PREPARED_PER_S)
        )
    done = subprocess.run(
        [
            "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", script, url,
            "--", requests, inbox.signature_header, inbox.content_type,
        ],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    said = done.stdout
    found = re.search(r"(\d+) requests in ([\d.]+)s", said)
    assert found, said
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    return Answered(
        completed=int(found[1]),
        failed=int(refused[1]) if refused else 0,
        took_s=float(found[2]),
        p50_ms=_latency_ms(said, 50),
        p99_ms=_latency_ms(said, 99),
    )


def _latency_ms(said: str, percent: int) -> float:
    found = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s)", said)
    assert found, said
    return round(float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]], 2)


def _kept(inbox: Inbox, url: str) -> tuple[int, int]:
    """Rows, and deliveries of them."""
    with psycopg.connect(url) as session:
        session.execute("SELECT set_config('pamoja.community', %s, true)", [str(COMMUNITY)])
        row = session.execute(f"SELECT count(*), coalesce(sum(deliveries), 0) FROM {inbox.table}").fetchone()
        assert row
        return int(row[0]), int(row[1])


def _by_hand(inbox: Inbox, url: str, seconds: float) -> float:
    """Inserts a second by eight clients of pgbench: what disk and PostgreSQL allow who writes one at a time."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "insert.sql"
        path.write_text(inbox.by_hand)
        done = subprocess.run(
            [
                bundled_binaries() / "pgbench", "-n", "-M", "prepared", "-f", path, "-c", "8", "-j", "2",
                "-T", str(max(round(seconds), 2)), url,
            ],
            capture_output=True, text=True, check=False,
            env=os.environ | {"PGOPTIONS": f"-c pamoja.community={COMMUNITY}"},
        )  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    assert found, done.stderr
    assert "aborted" not in done.stderr, done.stderr
    return float(found[1])


@contextmanager
def _web(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The platform's front door, open."""
    web = subprocess.Popen([sys.executable, "-m", "pamoja.site.cli", "web"])
    try:
        _wait_for(port, web)
        yield web
    finally:
        web.terminate()
        web.wait(20)


def _wait_for(port: int, web: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and web.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health", timeout=2).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise RuntimeError("the front door did not open")


def cpu_us(pid: int, *, with_children: bool = False) -> float:
    """Microseconds of processor time that a process has had, or it and those it started."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat") if with_children else [Path(f"/proc/{pid}/stat")]:
        try:
            told = stat.read_text()
        except OSError:  # It has just ended.
            continue
        fields = told.rpartition(")")[2].split()
        parent, user, system, of_ended, system_of_ended = (int(fields[at]) for at in (1, 11, 12, 13, 14))
        if int(stat.parent.name) == pid:
            ticks += user + system + (of_ended + system_of_ended if with_children else 0)
        elif parent == pid:
            ticks += user + system
    return ticks / os.sysconf("SC_CLK_TCK") * 1e6


def _wrk_cpu_us() -> float:
    """wrk is the only child that ends between two calls."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) * 1e6
