"""What people write, under load: how many signed messages a second are kept durably, and how soon each is answered.

`python -m bench.inbound` (`make bench-inbound`). wrk sends Twilio's webhooks, each signed and with an id of its own, to
the platform's front door; PostgreSQL runs with fsync on. `understood_per_s` is how many of them one worker then
understands and answers. All of it shares this machine. The last line is JSON.
"""

from __future__ import annotations

import argparse
import base64
import hmac
import json
import os
import subprocess
import sys
import tempfile
import time
from hashlib import sha1
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import psycopg

from bench.intake import knocked, wait_for
from pamoja.site.postgres import EmbeddedPostgres
from tests.harness.databases import OWNER, Databases
from tests.harness.servers import free_port

ROOT = Path(__file__).parents[1]
COMMUNITY, TOKEN, DATABASE = UUID(int=1), "token-of-the-bench", "pamoja_bench_inbound"
PER_S_MIN, P99_MS_MAX = 1_500, 50.0
PEOPLE = 500
UNDERSTOOD = 500
SCRIPT = """
local requests, turn = {}, 0
function init(arguments)
  for line in io.lines(arguments[1]) do
    local signature, body = line:match("^(%S+) (.*)$")
    local headers = {["X-Twilio-Signature"] = signature, ["Content-Type"] = "application/x-www-form-urlencoded"}
    requests[#requests + 1] = wrk.format("POST", nil, headers, body)
  end
end
function request()
  turn = turn % #requests + 1
  return requests[turn]
end
"""


def main() -> None:
    """Measure, print, and end with 1 when a target is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=10)
    options.add_argument("--connections", type=int, default=32)
    asked = options.parse_args()
    server = EmbeddedPostgres(ROOT / "var" / "bench-inbound", durable=True, default_port=54481)
    server.prepare()
    server.launch()
    server.wait()
    try:
        databases = Databases(server.superuser_url())
        port = free_port()
        os.environ |= {
            "PAMOJA_ENVIRONMENT": "test",
            "PAMOJA_LOG_LEVEL": "WARNING",
            "PAMOJA_DATA": str(server.data),
            "PAMOJA_PORT": str(port),
            "PAMOJA_TWILIO_AUTH_TOKEN": TOKEN,
            "PAMOJA_TWILIO_CALLBACK_BASE_URL": f"http://127.0.0.1:{port}",
        }
        databases.template()
        databases.clone(DATABASE)
        os.environ |= {**databases.settings(DATABASE), "DJANGO_SETTINGS_MODULE": "pamoja.site.settings"}
        with psycopg.connect(databases.url(DATABASE, OWNER), autocommit=True) as session:
            session.execute(
                "INSERT INTO community (id, slug, name, tagline, currency, country, time_zone, language, brand, logo, "
                "products, flags, created_at) VALUES (%s, 'bench', 'Bench', '', 'KES', 'KE', 'Africa/Nairobi', 'en', "
                "'{}', '', '[]', '{}', now())",
                [COMMUNITY],
            )
        figures = measure(databases, port, asked)
    finally:
        server.stop()
    sys.stdout.write(json.dumps(figures) + "\n")
    raise SystemExit(int(figures["per_s"] < PER_S_MIN or figures["p99_ms"] > P99_MS_MAX))


def measure(databases: Databases, port: int, asked: argparse.Namespace) -> dict[str, Any]:
    """The door, and then one worker with what came through it."""
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
    assert deliveries >= completed - failed, f"{completed} answered, {deliveries} kept"
    return {
        "per_s": round(completed / took_s),
        "p50_ms": p50_ms,
        "p99_ms": p99_ms,
        "answered": completed,
        "kept": deliveries,
        "rows": rows,
        "failed": failed,
        "understood_per_s": understood_per_s(),
        "connections": asked.connections,
        "cores": os.cpu_count(),
    }


def knock(port: int, asked: argparse.Namespace, folder: Path, *, seconds: int) -> tuple[int, float, float, int, float]:
    """wrk at the door: answered, p50 and p99 in milliseconds, not answered with success, seconds."""
    script, requests = folder / "messages.lua", folder / "messages.txt"
    url = f"http://127.0.0.1:{port}/hooks/twilio/inbound/bench"
    script.write_text(SCRIPT)
    with requests.open("w") as lines:
        for number in range(seconds * 6_000):
            fields = message(f"SM{seconds:04x}{number:028x}", f"whatsapp:+2547{number % PEOPLE:08d}")
            said = url + "".join(name + fields[name] for name in sorted(fields))
            mac = base64.b64encode(hmac.new(TOKEN.encode(), said.encode(), sha1).digest()).decode()
            lines.write(f"{mac} {urlencode(fields)}\n")
    return knocked(url, script, requests, connections=asked.connections, seconds=seconds)


def message(sid: str, sender: str) -> dict[str, str]:
    """A message as WhatsApp's are."""
    return {
        **dict.fromkeys(("MessageSid", "SmsMessageSid", "SmsSid"), sid),
        "AccountSid": "AC" + "0" * 31 + "1",
        "ApiVersion": "2010-04-01",
        "Body": "Habari, when is my turn? 👋",
        "From": sender,
        "MessageType": "text",
        "NumMedia": "0",
        "NumSegments": "1",
        "ProfileName": "Amina Ńjeri",
        "ReferralNumMedia": "0",
        "SmsStatus": "received",
        "To": "whatsapp:+14155238886",
        "WaId": sender.partition("+")[2],
    }


def understood_per_s() -> float:
    """How many messages a second one worker understands and answers, of those that wait."""
    import django

    django.setup()
    from pamoja.kernel.communities.public import entered
    from pamoja.kernel.messaging import actions
    from pamoja.kernel.messaging.jobs import hear_out

    done, began = 0, time.monotonic()
    with entered(COMMUNITY):
        while done < UNDERSTOOD and (taken := actions.take_up(limit=50)):
            for heard_id in taken:
                hear_out(heard_id)
            done += len(taken)
    return round(done / (time.monotonic() - began), 1)


def kept(databases: Databases) -> tuple[int, int]:
    """Rows, and deliveries of them."""
    with psycopg.connect(databases.url(DATABASE, OWNER)) as session:
        session.execute("SELECT set_config('pamoja.community', %s, true)", [str(COMMUNITY)])
        row = session.execute("SELECT count(*), coalesce(sum(deliveries), 0) FROM messaging_heard").fetchone()
        assert row
        return int(row[0]), int(row[1])


if __name__ == "__main__":
    main()
