"""Does for many coroutines at once what costs about as much for one: what comes meanwhile is in the next batch."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import psycopg

log = logging.getLogger(__name__)

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class Gatherer(Generic[Asked, Answer]):
    """Asks `work` about a batch and gives each who waits its own answer, or raises it when it is an exception.

    When the database cannot take a batch for what one of them says, each is tried alone; when it is away, all are told
    so at once. `wait_s`: how long a batch that is not full waits for more.
    """

    def __init__(
        self,
        work: Callable[[list[Asked]], Awaitable[Sequence[Answer | Exception]]],
        *,
        batch_max: int,
        workers_max: int = 1,
        wait_s: float = 0.0,
    ) -> None:
        self._work = work
        self._batch_max, self._workers_max, self._wait_s = batch_max, workers_max, wait_s
        self._waiting: list[tuple[Asked, asyncio.Future[Answer]]] = []
        self._workers: set[asyncio.Task[None]] = set()

    async def ask(self, asked: Asked) -> Answer:
        """The answer to this one. Raises what `work` did."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if len(self._workers) < self._workers_max:
            self._workers.add(asyncio.create_task(self._answer_all()))
        return await answer

    async def _answer_all(self) -> None:
        try:
            while self._waiting:
                if self._wait_s and len(self._waiting) < self._batch_max:
                    await asyncio.sleep(self._wait_s)
                batch, self._waiting = self._waiting[: self._batch_max], self._waiting[self._batch_max :]
                if batch:
                    await self._answer(batch)
        finally:
            # At once, not when the loop gets to it: who asks in between would believe that somebody is at work.
            self._workers.discard(_this_task())

    async def _answer(self, batch: list[tuple[Asked, asyncio.Future[Answer]]]) -> None:
        answers: Sequence[Answer | Exception]
        try:
            answers = await self._work([asked for asked, _ in batch])
        except Exception as trouble:  # Handed on to those who wait.
            if len(batch) > 1 and not isinstance(trouble, psycopg.OperationalError):
                log.warning("what one of a batch says cannot be taken", exc_info=True)
                for each in batch:
                    await self._answer([each])
                return
            answers = [trouble] * len(batch)
        for (_, waiting), answer in zip(batch, answers, strict=True):
            _settle(waiting, answer)


def _this_task() -> asyncio.Task[None]:
    task = asyncio.current_task()
    assert task
    return task


def _settle(waiting: asyncio.Future[Answer], answer: Answer | Exception) -> None:
    if waiting.done():  # Whoever asked went away.
        return
    if isinstance(answer, Exception):
        waiting.set_exception(answer)
    else:
        waiting.set_result(answer)
