"""Runs queued and periodic jobs, shows that it lives, and takes up what a killed worker left."""

import asyncio
import logging
import signal
import time
from datetime import UTC, datetime
from typing import Any

import psycopg
from procrastinate import JobContext, exceptions
from procrastinate.contrib.django import app
from procrastinate.jobs import Job, Status
from procrastinate.worker import Worker
from prometheus_client import start_http_server
from psycopg_pool import PoolTimeout

from pamoja.foundation import trace
from pamoja.site import clock_follower, metrics
from pamoja.site.config import load
from pamoja.site.processes import keep_what_is_loaded

log = logging.getLogger("pamoja.worker")
CONCURRENCY = 5
HEARTBEAT_SECONDS = 5.0
STALLED_SECONDS = 20.0
RESCUE_EVERY_SECONDS = 5.0
GRACE_SECONDS = 12.0
AGAIN_SECONDS = 0.5


def run() -> None:
    """Works until it is told to stop, and then finishes the jobs it has begun."""
    config = load()
    stop_following = clock_follower.follow(config.clock_url)
    if config.worker_metrics_port:
        start_http_server(config.worker_metrics_port, addr=config.host)
    keep_what_is_loaded()
    log.info("The worker starts")
    asyncio.run(_work())
    stop_following()
    log.info("The worker has stopped")


async def _work() -> None:
    """Serves until a signal says stop. When the database goes away, serving ends, and begins again when it is back."""
    told_to_stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told_to_stop.set)
    telling = asyncio.create_task(told_to_stop.wait())
    while not told_to_stop.is_set():
        serving = asyncio.create_task(_serve())
        await asyncio.wait([serving, telling], return_when=asyncio.FIRST_COMPLETED)
        serving.cancel()
        try:
            await serving
        except asyncio.CancelledError:
            pass
        except (exceptions.ConnectorException, psycopg.Error, PoolTimeout) as error:
            log.warning("The database cannot be reached: %s", type(error).__name__)
        if not told_to_stop.is_set():
            await asyncio.wait([telling], timeout=AGAIN_SECONDS)


async def _serve() -> None:
    # Replaced, not only joined: else periodic jobs are queued over Django's connection, which nobody renews here.
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]  # Django's has it
    with app.replace_connector(connector) as working:
        async with working.open_async():
            over = asyncio.Event()
            rescuer = asyncio.create_task(_rescue_stalled_jobs(working, over))
            try:
                await working.run_worker_async(
                    concurrency=CONCURRENCY,
                    delete_jobs="successful",
                    fetch_job_polling_interval=2.0,
                    update_heartbeat_interval=HEARTBEAT_SECONDS,
                    stalled_worker_timeout=STALLED_SECONDS,
                    shutdown_graceful_timeout=GRACE_SECONDS,
                    install_signal_handlers=False,
                    task_middleware=[_observed],
                )
            finally:
                over.set()
                rescuer.cancel()
                await asyncio.wait([rescuer])


def _observed(call_next: Any, context: JobContext, worker: Worker) -> Any:
    """Around each job, in its thread: its id is the request id of all it logs."""
    name = context.job.task_name
    trace.request_id.set(f"job-{context.job.id}")
    started, outcome = time.perf_counter(), "failed"
    try:
        result = call_next()
        outcome = "done"
        return result
    except Exception:
        log.exception("The job %s failed", name, extra={"job": name, "attempt": context.job.attempts + 1})
        raise
    finally:
        seconds = time.perf_counter() - started
        metrics.JOBS.labels(name, outcome).inc()
        metrics.JOB_SECONDS.labels(name).observe(seconds)
        log.debug("%s %s", name, outcome, extra={"job": name, "duration_ms": round(seconds * 1000, 1)})


async def _rescue_stalled_jobs(working: Any, over: asyncio.Event) -> None:
    """A worker that was killed leaves jobs begun, which would never end and whose locks would hold up others."""
    # The event, because a cancellation that meets a connection being made is swallowed on its way here.
    while not over.is_set():
        try:
            await working.job_manager.prune_stalled_workers(STALLED_SECONDS)
            for job in await working.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
                await _take_up(working, job)
        except (exceptions.ConnectorException, psycopg.Error) as error:
            log.warning("Stalled jobs could not be looked for: %s", type(error).__name__)
        await asyncio.sleep(RESCUE_EVERY_SECONDS)


async def _take_up(working: Any, job: Job) -> None:
    log.warning("Taking up a job that a killed worker left", extra={"job": job.task_name, "job_id": job.id})
    if job.queueing_lock:
        # A sweep: the next one is queued already, and two of them may not be.
        await working.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)
    else:
        at = datetime.now(UTC)  # tidy: the queue goes by the database's own clock
        await working.job_manager.retry_job(job, retry_at=at)
