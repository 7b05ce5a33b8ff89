"""The front door's own pages ..."""

import asyncio
import json
import logging

import httpx
import pytest

from pamoja.foundation.errors import Refusal
from pamoja.site.config import load
from pamoja.site.logs import JsonLines, without_people


@pytest.fixture
def door(committed_db, monkeypatch):
    """The whole application with its lifespan, asked over ASGI; the worker and the outside world are away."""
    from psycopg_pool import AsyncConnectionPool

    from pamoja.site.asgi import application

    async def ask(path: str, pool_url: str | None = None, **headers: str) -> httpx.Response:
        from django.conf import settings

        url = pool_url or settings.PAMOJA.runtime_url.rpartition("/")[0] + f"/{committed_db}"
        async with AsyncConnectionPool(url, min_size=0, max_size=4, timeout=2, open=False) as pool:
            application.state.pool, application.state.readiness = pool, None
            transport = httpx.ASGITransport(application, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                return await client.get(path, headers=headers)

    return lambda path, **more: asyncio.run(ask(path, **more))


def test_health_asks_nobody_else(door):
    assert door("/health").json() == {"status": "ok"}


def test_ready_is_degraded_with_a_reason_while_nobody_works(door, monkeypatch):
    monkeypatch.setattr(load(), "mpesa_base_url", "http://127.0.0.1:1")

    answer = door("/ready")

    checks = answer.json()["checks"]
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert checks["database"] == checks["migrations"] == {"status": "ready"}
    assert checks["worker"]["reason"] == "No worker has given a sign of life for 30 seconds; jobs wait."
    assert checks["mpesa"]["reason"].startswith("Nothing answers at 127.0.0.1:")


def test_ready_is_down_without_the_database(door):
    answer = door("/ready", pool_url="postgresql://nobody@127.0.0.1:1/nothing")

    assert answer.status_code == 503
    assert answer.json()["checks"]["database"]["status"] == "down"


def test_ready_is_down_before_the_migrations(door, databases, committed_db):
    import psycopg

    from tests.harness.databases import OWNER

    with psycopg.connect(databases.url(committed_db, OWNER)) as owner:
        owner.execute("COMMENT ON TABLE django_migrations IS 'schema of last week'")

    answer = door("/ready")

    assert answer.status_code == 503
    assert "pamoja migrate" in answer.json()["checks"]["migrations"]["reason"]


def test_metrics_count_requests_by_route(door):
    door("/health")

    assert 'pamoja_requests_total{method="GET",route="/health",status="200"}' in door("/metrics").text


def test_a_given_request_id_comes_back_and_a_strange_one_does_not(door):
    assert door("/health", **{"X-Request-ID": "given-12345"}).headers["X-Request-ID"] == "given-12345"
    assert len(door("/health", **{"X-Request-ID": "no\tgood"}).headers["X-Request-ID"]) == 32


def test_static_files_are_kept_for_a_year_only_under_the_address_of_their_content(door):
    from django.templatetags.static import static

    address = static("django_htmx/htmx-2.min.js")

    assert door(address).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert door(address.partition("?")[0]).headers["Cache-Control"] == "public, max-age=300"


@pytest.mark.parametrize(
    "text",
    ["write to amina@umoja.example", "call +254712345678", "call 254712345678", "call 0712345678"],
)
def test_logs_leave_people_out(text):
    assert without_people(text) == f"{text.rpartition(' ')[0]} …"


def test_logs_leave_rows_of_the_database_out():
    text = "duplicate key value\nDETAIL:  Key (name)=(Amina Wanjiru) already exists.\nLINE 1"

    assert "Amina" not in without_people(text)


def test_a_log_line_is_one_json_object_with_what_the_caller_added():
    record = logging.makeLogRecord({"msg": "paid %s", "args": ("out",), "name": "pamoja", "levelname": "INFO"})
    record.circle = "umoja"

    line = json.loads(JsonLines().format(record))

    assert (line["message"], line["circle"], line["level"]) == ("paid out", "umoja", "info")


def test_a_refusal_on_a_hot_path_is_a_problem_document(door, monkeypatch):
    from starlette.routing import Route

    from pamoja.site.asgi import application

    class Closed(Refusal):
        """This door is closed."""

        code = "door.closed"
        kind = "conflict"

    async def closed(request):
        raise Closed

    monkeypatch.setattr(application.router, "routes", [Route("/closed", closed), *application.router.routes])

    answer = door("/closed")

    assert (answer.status_code, answer.json()["code"]) == (409, "door.closed")
    assert answer.headers["Content-Type"] == "application/problem+json"
