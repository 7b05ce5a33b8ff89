"""Says whether this process lives, and whether each thing it depends on is there, with the reason when not."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Literal
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse

from pamoja.site.config import load
from pamoja.site.metrics import queue_now
from pamoja.site.migrating import fingerprint

State = Literal["ready", "degraded", "down"]
QUEUE_AGE_SECONDS_MAX = 120
CHECK_SECONDS_MAX = 3.0
KEEP_SECONDS = 1.0


class Unwell(Exception):
    """What is wrong, as a sentence for whoever is on call."""


async def health(request: Request) -> JSONResponse:
    """`/health`: this process answers. Nothing else is asked, so that a lost database restarts nobody."""
    return JSONResponse({"status": "ok"})


async def ready(request: Request) -> JSONResponse:
    """`/ready`: 503 when no request can be served; degraded while something waits or fails that can be caught up."""
    state = request.app.state
    known: tuple[float, dict[str, Any]] | None = getattr(state, "readiness", None)
    if known is None or time.monotonic() - known[0] > KEEP_SECONDS:
        known = (time.monotonic(), await _look(state.pool))
        state.readiness = known
    report = known[1]
    return JSONResponse(report, status_code=503 if report["status"] == "down" else 200)


async def _look(pool: Any) -> dict[str, Any]:
    config = load()
    checks: dict[str, tuple[State, Callable[[], Awaitable[None]]]] = {
        "database": ("down", lambda: _database(pool)),
        "migrations": ("down", lambda: _migrations(pool)),
        "worker": ("degraded", lambda: _worker(pool)),
        "mail": ("degraded", lambda: _answers(config.smtp_host, config.smtp_port)),
    }
    if "mpesa" in config.rails:
        checks["mpesa"] = ("degraded", lambda: _answers_at(config.mpesa_base_url))
    found = await asyncio.gather(*(_checked(worst, check) for worst, check in checks.values()))
    report = dict(zip(checks, found, strict=True))
    states = {each["status"] for each in found}
    status: State = "down" if "down" in states else "degraded" if "degraded" in states else "ready"
    return {"status": status, "checks": report}


async def _checked(worst: State, check: Callable[[], Awaitable[None]]) -> dict[str, str]:
    try:
        await asyncio.wait_for(check(), CHECK_SECONDS_MAX)
    except TimeoutError:
        return {"status": worst, "reason": f"No answer in {CHECK_SECONDS_MAX:.0f} seconds."}
    except Unwell as unwell:
        return {"status": worst, "reason": str(unwell)}
    except Exception as error:
        return {"status": worst, "reason": f"{type(error).__name__}: it cannot be reached."}
    return {"status": "ready"}


async def _database(pool: Any) -> None:
    async with pool.connection(timeout=2) as connection:
        await connection.execute("SELECT 1")


async def _migrations(pool: Any) -> None:
    async with pool.connection(timeout=2) as connection:
        found = await connection.execute("SELECT obj_description(to_regclass('public.django_migrations'))")
        row = await found.fetchone()
    if row[0] != f"schema {fingerprint()}":
        raise Unwell("The schema is not the one of this version: run `pamoja migrate`.")


async def _worker(pool: Any) -> None:
    _, age, workers = await queue_now(pool)
    if not workers:
        raise Unwell("No worker has given a sign of life for 30 seconds; jobs wait.")
    if age > QUEUE_AGE_SECONDS_MAX:
        raise Unwell(f"The oldest job has waited {age:.0f} seconds; add a worker or look at its log.")


async def _answers_at(url: str) -> None:
    parts = urlsplit(url)
    await _answers(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))


async def _answers(host: str, port: int) -> None:
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        raise Unwell(f"Nothing answers at {host}:{port}.") from None
    writer.close()
