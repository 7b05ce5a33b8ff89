"""Counts what the platform does, for Prometheus to read."""

import ipaddress
from functools import lru_cache
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from pamoja.site.config import load

REQUESTS = Counter("pamoja_requests_total", "Requests answered.", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "pamoja_request_seconds",
    "How long an answer took.",
    ["route"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
JOBS = Counter("pamoja_jobs_total", "Jobs run.", ["job", "outcome"])
JOB_SECONDS = Histogram("pamoja_job_seconds", "How long a job took.", ["job"])
QUEUED = Gauge("pamoja_queue_jobs", "Jobs in the queue.", ["status"])
QUEUE_AGE = Gauge("pamoja_queue_oldest_seconds", "How long the oldest job that could run has waited.")
WORKERS = Gauge("pamoja_workers", "Workers with a heartbeat in the last half minute.")
POOL = Gauge("pamoja_database_pool", "The connection pool of this process, as psycopg counts it.", ["pool", "figure"])

# To find a line by its labels takes longer than to count in it.
requests = lru_cache(maxsize=4096)(REQUESTS.labels)
request_seconds = lru_cache(maxsize=1024)(REQUEST_SECONDS.labels)

QUEUE = """
    SELECT (SELECT coalesce(json_object_agg(status, jobs), '{}')
              FROM (SELECT status, count(*) AS jobs FROM procrastinate_jobs GROUP BY status) AS counted),
           (SELECT coalesce(extract(epoch FROM now() - min(event.at)), 0)::float
              FROM procrastinate_jobs AS job JOIN procrastinate_events AS event ON event.job_id = job.id
             WHERE job.status = 'todo' AND (job.scheduled_at IS NULL OR job.scheduled_at <= now())),
           (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '30 seconds')
"""


async def queue_now(pool: Any) -> tuple[dict[str, int], float, int]:
    """Jobs by status, seconds the oldest has waited, workers alive."""
    async with pool.connection(timeout=2) as connection:
        row = await (await connection.execute(QUEUE)).fetchone()
    return row[0], row[1], row[2]


async def metrics(request: Request) -> Response:
    """`/metrics`: for this machine and the addresses named in the settings, not through a proxy."""
    if load().is_production and not _may_read(request):
        return PlainTextResponse("Not found.", status_code=404)
    pool = request.app.state.pool
    by_status, age, workers = await queue_now(pool)
    for status in ("todo", "doing", "failed"):
        QUEUED.labels(status).set(by_status.get(status, 0))
    QUEUE_AGE.set(age)
    WORKERS.set(workers)
    for name, figures in _pools(pool).items():
        for figure in ("pool_size", "pool_available", "requests_waiting", "requests_errors"):
            POOL.labels(name, figure).set(figures.get(figure, 0))
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _pools(pool: Any) -> dict[str, dict[str, int]]:
    from django.db import connection

    django_pool = getattr(connection, "pool", None)
    return {"hotpath": pool.get_stats(), "django": django_pool.get_stats() if django_pool else {}}


def _may_read(request: Request) -> bool:
    if request.client is None or "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    caller = ipaddress.ip_address(request.client.host)
    return any(caller in ipaddress.ip_network(source, strict=False) for source in load().metrics_sources)
