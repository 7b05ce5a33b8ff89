"""Background work: queued in the caller's transaction, run with the caller's community."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Protocol, cast

import procrastinate
from django.db import close_old_connections, connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import Job as QueuedJob
from procrastinate.manager import JobManager
from procrastinate.tasks import Task

# At most this many tries; each job is idempotent, so another try is always safe.
_RETRY = procrastinate.RetryStrategy(max_attempts=8, wait=1, exponential_wait=3)


class Carrier(Protocol):
    """Something that travels with a job from who queued it to the worker, such as the community."""

    name: str

    def pack(self) -> str | None: ...
    def unpack(self, packed: str) -> Any: ...  # a context manager


_carriers: list[Carrier] = []


def carry(carrier: Carrier) -> None:
    """Let this travel with every job from now on."""
    if carrier.name not in {each.name for each in _carriers}:
        _carriers.append(carrier)


def job(
    name: str, *, queue: str = "default", retries: bool = True
) -> Callable[[Callable[..., None]], Task[..., None, Any]]:
    """Declare an idempotent, keyword-only function as a job; arguments are what JSON can hold.

    Without `retries` a failed run is left to a sweep.
    """

    def declare(work: Callable[..., None]) -> Task[..., None, Any]:
        @functools.wraps(work)
        def run(*, carried: dict[str, str] | None = None, **kwargs: Any) -> None:
            with _connection_returned(), _unpacked(carried or {}):
                work(**kwargs)

        return cast(Task[..., None, Any], app.task(name=name, queue=queue, retry=_RETRY if retries else False)(run))

    return declare


def every(*, seconds: int, name: str, queue: str = "sweeps") -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Run this about every so many seconds (1-59, or whole minutes); one at a time, in no community."""
    cron = f"* * * * * */{seconds}" if seconds < 60 else f"*/{seconds // 60} * * * *"

    def declare(work: Callable[[], None]) -> Callable[[], None]:
        @functools.wraps(work)
        def run(timestamp: int) -> None:
            with _connection_returned():
                work()

        # The lock keeps a slow sweep from overtaking itself; the queueing lock keeps missed ones from piling up.
        task = app.task(name=name, queue=queue, lock=name, queueing_lock=name)(run)
        app.periodic(cron=cron, periodic_id=name)(task)
        sweeps[name] = work
        return work

    return declare


sweeps: dict[str, Callable[[], None]] = {}
"""The periodic sweeps by name, so that a simulation can run them as its clock turns."""


def enqueue(task: Task[..., None, Any], **kwargs: Any) -> int:
    """Queue the job in the current transaction: it exists if and only if the transaction commits.

    Inside a worker the task's own `defer` would use the worker's own connection and survive a rollback; this does not.
    """
    carried: dict[str, Any] = {each.name: packed for each in _carriers if (packed := each.pack()) is not None}
    queued = QueuedJob(
        id=None,
        queue=task.queue,
        lock=None,
        queueing_lock=None,
        task_name=task.name,
        task_kwargs={**kwargs, "carried": carried},
        priority=0,
    )
    return _manager().defer_job(queued).id or 0


@contextmanager
def _connection_returned() -> Iterator[None]:
    # A worker's thread has no end of request that would give its connection back to the pool.
    try:
        yield
    finally:
        # A job that a test runs inside its own transaction leaves the connection to it.
        if not connection.in_atomic_block:
            close_old_connections()


def _manager() -> JobManager:
    return JobManager(DjangoConnector())


@contextmanager
def _unpacked(carried: dict[str, str]) -> Iterator[None]:
    with ExitStack() as stack:
        for each in _carriers:
            if each.name in carried:
                stack.enter_context(each.unpack(carried[each.name]))
        yield
