"""Runs the platform in one process on a turned clock, so that months pass in seconds: for seed and simulations."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import httpx
import uvicorn
from django.db import connection
from procrastinate.contrib.django import app

from pamoja.foundation import clock, jobs
from pamoja.site.config import Config

log = logging.getLogger("pamoja.rehearsal")

# A worker tries a failed job again later; here later is at once, and the sweeps recover what still fails.
TRIES_MAX = 3
ROUNDS_MAX = 200
START_SECONDS_MAX = 30.0

_TAKE = (
    "DELETE FROM procrastinate_jobs WHERE id = ("
    " SELECT id FROM procrastinate_jobs WHERE status = 'todo' AND queue_name <> 'sweeps' ORDER BY priority DESC, id"
    " LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING task_name, args"
)


class Rehearsal:
    """The front door, the jobs and the sweeps of this process, with the sandbox as the outside world.

    Nobody else may work on the database meanwhile: jobs are taken and run here, in order.
    """

    def __init__(self, config: Config, *, passes: Callable[[str], bool] = lambda name: not name.startswith("audit.")):
        self.config = config
        self.sandbox = httpx.Client(base_url=config.sandbox_url, timeout=60)
        self._passes = passes
        self.jobs_failed = 0

    @contextmanager
    def running(self) -> Iterator[Rehearsal]:
        """Callbacks are answered while this block runs; then the clocks go back to real time."""
        server = uvicorn.Server(
            uvicorn.Config(
                "pamoja.site.asgi:application",
                host=self.config.host,
                port=self.config.port,
                log_config=None,
                access_log=False,
                lifespan="on",
            )
        )
        thread = threading.Thread(target=server.run, name="front door", daemon=True)
        thread.start()
        try:
            self._wait_until_started(server, thread)
            yield self
        finally:
            self.ask("PUT", "/clock", {"real": True})
            clock.turn_by(timedelta())
            server.should_exit = True
            thread.join(15)
            self.sandbox.close()

    def turn_to(self, moment: datetime) -> None:
        """It is this moment now, inside and outside; what became due outside has happened."""
        self._follow(self.ask("PUT", "/clock", {"now": moment.isoformat()}))

    def turn_by(self, ahead: timedelta) -> None:
        """So much later."""
        self._follow(self.ask("PUT", "/clock", {"advance_s": ahead.total_seconds()}))

    def settle(self) -> None:
        """Sweep, work and let the outside answer, until nobody has anything left to do at this moment."""
        for _ in range(ROUNDS_MAX):
            self.sweep()
            worked = self.work()
            self.ask("POST", "/api/settle", {"timeout_s": 10})
            if not worked and not self.work():
                return
        raise RuntimeError("Jobs queue each other without end")

    def sweep(self) -> None:
        """Each periodic sweep once."""
        for name, sweep in jobs.sweeps.items():
            if self._passes(name):
                sweep()

    def work(self) -> int:
        """Run queued jobs until none is left; gives how many."""
        done = 0
        while taken := self._take():
            self._run(*taken)
            done += 1
        return done

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask the sandbox's own API."""
        response = self.sandbox.request(method, path, json=body)
        response.raise_for_status()
        return response.json() if response.content else None

    def _follow(self, told: dict[str, Any]) -> None:
        clock.turn_by(timedelta(seconds=float(told["offset_s"])))

    def _take(self) -> tuple[str, dict[str, Any]] | None:
        with connection.cursor() as cursor:
            cursor.execute(_TAKE)
            row = cursor.fetchone()
        if row is None:
            return None
        return row[0], json.loads(row[1]) if isinstance(row[1], str) else row[1]

    def _run(self, name: str, arguments: dict[str, Any]) -> None:
        for attempt in range(1, TRIES_MAX + 1):
            try:
                app.tasks[name].func(**arguments)
            except Exception:  # a worker too survives whatever a job raises
                log.info("A job failed", extra={"job": name, "attempt": attempt}, exc_info=True)
                self.jobs_failed += 1
            else:
                return

    def _wait_until_started(self, server: uvicorn.Server, thread: threading.Thread) -> None:
        deadline = time.monotonic() + START_SECONDS_MAX
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError(f"The front door did not open on port {self.config.port}")
            time.sleep(0.02)
