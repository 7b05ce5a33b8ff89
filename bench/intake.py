"""Webhooks under load: how many signed events a second one web process keeps durably, and how soon each is answered.

`python -m bench.intake` (`make bench-intake`). wrk sends Stripe's events, each signed and with an id of its own, to the
platform's front door; PostgreSQL runs with fsync on. `limit_per_s` is what pgbench reaches on the same database in the
same run, writing the same row by hand with one commit each. All of it shares this machine. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg

from pamoja.kernel.payments.rules.signatures import sign
from pamoja.site.postgres import EmbeddedPostgres, bundled_binaries
from tests.harness.databases import OWNER, RUNTIME, Databases
from tests.harness.servers import free_port

ROOT = Path(__file__).parents[1]
COMMUNITY, SECRET, DATABASE = UUID(int=1), "whsec_of_the_bench", "pamoja_bench_intake"
PER_S_MIN, P99_MS_MAX = 1_500, 50.0
SCRIPT = """
local requests, turn = {}, 0
function init(arguments)
  for line in io.lines(arguments[1]) do
    local signature, body = line:match("^(%S+) (.*)$")
    local headers = {["Stripe-Signature"] = signature, ["Content-Type"] = "application/json"}
    requests[#requests + 1] = wrk.format("POST", nil, headers, body)
  end
end
function request()
  turn = turn % #requests + 1
  return requests[turn]
end
"""
# The same row with one commit each: what the disk and PostgreSQL allow who writes one at a time, with eight clients.
BY_HAND = f"""INSERT INTO payments_inbox
  (id, community_id, rail, kind, subject_id, body, headers, source, is_trusted, fingerprint, deliveries, received_at,
   note, claimed_id, claimed_code, claimed_receipt)
  VALUES (uuidv7(), '{COMMUNITY}', 'stripe', 'event', gen_random_uuid(), decode(repeat('ab', 1600), 'hex'), '{{}}',
   '127.0.0.1', true, uuid_send(gen_random_uuid()), 1, now(), '', '', '', '');
"""


def main() -> None:
    """Measure, print, and end with 1 when a target is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=10)
    options.add_argument("--connections", type=int, default=32)
    asked = options.parse_args()
    server = EmbeddedPostgres(ROOT / "var" / "bench-intake", durable=True, default_port=54480)
    server.prepare()
    server.launch()
    server.wait()
    try:
        databases = Databases(server.superuser_url())
        port = free_port()
        environment = {
            "PAMOJA_ENVIRONMENT": "test",
            "PAMOJA_LOG_LEVEL": "WARNING",
            "PAMOJA_DATA": str(server.data),
            "PAMOJA_PORT": str(port),
        }
        os.environ |= environment
        databases.template()
        databases.clone(DATABASE)
        os.environ |= {**databases.settings(DATABASE), "DJANGO_SETTINGS_MODULE": "pamoja.site.settings"}
        stage(databases)
        figures = measure(databases, port, asked)
    finally:
        server.stop()
    missed = figures["per_s"] < PER_S_MIN or figures["p99_ms"] > P99_MS_MAX
    sys.stdout.write(json.dumps(figures) + "\n")
    raise SystemExit(int(missed))


def stage(databases: Databases) -> None:
    """A community whose events are signed with the bench's secret."""
    import django

    django.setup()
    from pamoja.foundation import crypto

    with psycopg.connect(databases.url(DATABASE, OWNER), autocommit=True) as session:
        session.execute(
            "INSERT INTO community (id, slug, name, tagline, currency, country, time_zone, language, brand, logo, "
            "products, flags, created_at) VALUES (%s, 'bench', 'Bench', '', 'GBP', 'GB', 'Europe/London', 'en', '{}', "
            "'', '[]', '{}', now())",
            [COMMUNITY],
        )
        session.execute(
            "INSERT INTO payments_endpoint (id, community_id, rail, rail_id, url, secret, made_at) "
            "VALUES (%s, %s, 'stripe', 'we_bench', 'http://bench', %s, now())",
            [UUID(int=2), COMMUNITY, crypto.encrypt(SECRET, "payments_endpoint.secret")],
        )


def measure(databases: Databases, port: int, asked: argparse.Namespace) -> dict[str, Any]:
    """The limit before and after, and the front door between them."""
    limits = [by_hand(databases, asked.seconds // 2)]
    with tempfile.TemporaryDirectory() as folder:
        web = subprocess.Popen([sys.executable, "-m", "pamoja.site.cli", "web"])
        try:
            wait_for(port, web)
            knock(port, asked, Path(folder), seconds=2)
            before = kept(databases)
            completed, p50_ms, p99_ms, failed, took_s = knock(port, asked, Path(folder), seconds=asked.seconds)
            rows, deliveries = (after - at for after, at in zip(kept(databases), before, strict=True))
        finally:
            web.terminate()
            web.wait(20)
    limits.append(by_hand(databases, asked.seconds // 2))
    assert deliveries >= completed - failed, f"{completed} answered, {deliveries} kept"
    return {
        "per_s": round(completed / took_s),
        "p50_ms": p50_ms,
        "p99_ms": p99_ms,
        "limit_per_s": round(sum(limits) / len(limits)),
        "answered": completed,
        "kept": deliveries,
        "rows": rows,
        "failed": failed,
        "connections": asked.connections,
        "cores": os.cpu_count(),
    }


def knock(port: int, asked: argparse.Namespace, folder: Path, *, seconds: int) -> tuple[int, float, float, int, float]:
    """wrk at the door: answered, p50 and p99 in milliseconds, not answered with success, seconds."""
    script, requests = folder / "events.lua", folder / "events.txt"
    script.write_text(SCRIPT)
    with requests.open("w") as lines:
        now = int(time.time())
        for number in range(seconds * 6_000):
            body = event(f"evt_{seconds}_{number}")
            lines.write(f"{sign(SECRET, body.encode(), now)} {body}\n")
    url = f"http://127.0.0.1:{port}/hooks/stripe/{COMMUNITY.hex}"
    return knocked(url, script, requests, connections=asked.connections, seconds=seconds)


def knocked(
    url: str, script: Path, requests: Path, *, connections: int, seconds: int
) -> tuple[int, float, float, int, float]:
    """wrk with prepared requests: answered, p50 and p99 in milliseconds, not answered with success, seconds."""
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", script, url, "--", requests],
        capture_output=True,
        text=True,
        check=True,
    )
    said = done.stdout
    found = re.search(r"(\d+) requests in ([\d.]+)s", said)
    assert found, said
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    return int(found[1]), latency(said, 50), latency(said, 99), int(refused[1]) if refused else 0, float(found[2])


def latency(said: str, percent: int) -> float:
    """wrk's percentile in milliseconds."""
    found = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s)", said)
    assert found, said
    return round(float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]], 2)


def event(event_id: str) -> str:
    """An event as large as Stripe's are."""
    told = {
        "id": event_id,
        "object": "event",
        "api_version": "2026-06-24.dahlia",
        "type": "payment_intent.succeeded",
        "data": {
            "object": {
                "id": f"pi_{event_id}",
                "object": "payment_intent",
                "amount": 5000,
                "currency": "gbp",
                "status": "succeeded",
                "metadata": {"attempt": "0" * 32},
                "description": "x" * 1000,
            }
        },
    }
    return json.dumps(told)


def kept(databases: Databases) -> tuple[int, int]:
    """Rows, and deliveries of them."""
    with psycopg.connect(databases.url(DATABASE, OWNER)) as session:
        session.execute("SELECT set_config('pamoja.community', %s, true)", [str(COMMUNITY)])
        row = session.execute("SELECT count(*), coalesce(sum(deliveries), 0) FROM payments_inbox").fetchone()
        assert row
        return int(row[0]), int(row[1])


def by_hand(databases: Databases, seconds: int) -> float:
    """Inserts a second by pgbench, one commit each."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "insert.sql"
        path.write_text(BY_HAND)
        done = subprocess.run(
            [
                bundled_binaries() / "pgbench", "-n", "-M", "prepared", "-f", path, "-c", "8", "-j", "2",
                "-T", str(max(seconds, 2)), databases.url(DATABASE, RUNTIME),
            ],
            capture_output=True, text=True, check=False,
            env=os.environ | {"PGOPTIONS": f"-c pamoja.community={COMMUNITY}"},
        )  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    assert found, done.stderr
    assert "aborted" not in done.stderr, done.stderr
    return float(found[1])


def wait_for(port: int, child: subprocess.Popen[bytes]) -> None:
    """Returns when the door is open."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and child.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health", timeout=2).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise RuntimeError("the front door did not open")


if __name__ == "__main__":
    main()
