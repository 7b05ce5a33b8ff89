"""Remembers what will happen and lets it happen in order, by the sandbox clock.

An effect is taken off the agenda in the transaction in which it happens: a kill lets it happen once, never twice.
Effects are told the moment they were due, not the moment they ran, so that a clock turned by a month leaves the
same history as a month of waiting.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from pamoja.sandbox.clock import Clock, from_seconds
from pamoja.sandbox.store import Row, Store

Effect = Callable[[datetime, dict[str, Any]], None]
BATCH = 50
LOOK_AGAIN_S = 1.0

log = logging.getLogger(__name__)


class Agenda:
    """What is still to come."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._effects: dict[str, Effect] = {}
        self._changed = asyncio.Event()

    def on(self, kind: str, effect: Effect) -> None:
        self._effects[kind] = effect

    def add(self, kind: str, due_at: datetime, **payload: Any) -> None:
        self._store.insert("agenda", due_at=due_at.timestamp(), kind=kind, payload=json.dumps(payload))
        self._changed.set()

    def is_due(self) -> bool:
        """Whether something should have happened by now."""
        return self._next_due_s() <= self._clock.now().timestamp()

    def clock_was_turned(self) -> int:
        """Lets everything that became due happen; returns how much that was."""
        self._changed.set()
        return self._let_happen(most=None)

    async def run(self) -> None:
        """Waits and lets things happen, until cancelled."""
        while True:
            self._changed.clear()
            if self._let_happen(most=BATCH):
                await asyncio.sleep(0)
                continue
            wait_s = min(max(self._next_due_s() - self._clock.now().timestamp(), 0.0), LOOK_AGAIN_S)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), timeout=wait_s)

    def _next_due_s(self) -> float:
        due = self._store.value("SELECT min(due_at) FROM agenda")
        return float("inf") if due is None else float(due)

    def _let_happen(self, most: int | None) -> int:
        """Lets due effects happen in batches of one transaction each; one by one where a batch holds a broken one."""
        happened = 0
        while most is None or happened < most:
            try:
                with self._store.transaction():
                    count = self._batch(BATCH, self._happen)
            except Exception:  # found out below which one it was
                count = self._batch(BATCH, self._happen_alone)
            if not count:
                break
            happened += count
        return happened

    def _batch(self, most: int, happen: Callable[[Row], None]) -> int:
        for count in range(most):
            now_s = self._clock.now().timestamp()
            row = self._store.one("SELECT * FROM agenda WHERE due_at <= ? ORDER BY due_at, id LIMIT 1", now_s)
            if row is None:
                return count
            happen(row)
        return most

    def _happen(self, row: Row) -> None:
        self._store.run("DELETE FROM agenda WHERE id = ?", row["id"])
        self._effects[row["kind"]](from_seconds(row["due_at"]), json.loads(row["payload"]))

    def _happen_alone(self, row: Row) -> None:
        try:
            with self._store.transaction():
                self._happen(row)
        except Exception:  # one broken effect must not stop the world
            log.exception("The effect %s failed and is dropped: %s", row["kind"], row["payload"])
            self._store.run("DELETE FROM agenda WHERE id = ?", row["id"])
