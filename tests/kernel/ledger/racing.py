"""Two or many at once, each in a transaction and a session of its own."""

import contextvars
import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from pamoja.foundation.errors import Refusal

Deed = Callable[[], Any]
_PATIENCE_S = 10.0


def committed(deed: Deed) -> Any:
    """What the deed answers in a transaction that commits; a refusal is an answer too."""
    with transaction.atomic():
        try:
            return deed()
        except Refusal as refused:
            return refused


class _Racer(threading.Thread):
    def __init__(self, run: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._context = contextvars.copy_context()  # the entered community comes along
        self._run = run
        self.answer: Any = None
        self.failure: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self.answer = self._context.run(self._run)
        except BaseException as failure:
            self.failure = failure
        finally:
            self._context.run(connection.close)

    def result(self) -> Any:
        self.join(_PATIENCE_S)
        assert not self.is_alive(), "still waiting: a deadlock that nobody resolved"
        if self.failure:
            raise self.failure
        return self.answer


def all_at_once(*deeds: Deed) -> list[Any]:
    """Start all deeds at the same moment; their answers in order."""
    gate = threading.Barrier(len(deeds))

    def run(deed: Deed) -> Any:
        connection.ensure_connection()
        gate.wait(_PATIENCE_S)
        return committed(deed)

    racers = [_Racer(lambda deed=deed: run(deed)) for deed in deeds]
    return [racer.result() for racer in racers]


def storm(*deeds: Deed) -> list[Any]:
    """All deeds at the same time; each makes its own transactions."""
    return [racer.result() for racer in [_Racer(deed) for deed in deeds]]


def one_inside_the_other(outer: Deed, inner: Deed, *, rolls_back: bool = False) -> tuple[Any, Any, bool]:
    """`inner` starts when `outer` is done but not committed. Both answers, and whether `inner` had to wait."""
    done, go_on = threading.Event(), threading.Event()

    class RolledBack(Exception):
        """Ends the outer transaction."""

    def run_outer() -> Any:
        answer = None
        try:
            with transaction.atomic():
                try:
                    answer = outer()
                except Refusal as refused:
                    answer = refused
                done.set()
                assert go_on.wait(_PATIENCE_S)
                if rolls_back:
                    raise RolledBack
        except RolledBack:
            pass
        finally:
            done.set()
        return answer

    first = _Racer(run_outer)
    assert done.wait(_PATIENCE_S)
    pid: list[int] = []

    def run_inner() -> Any:
        connection.ensure_connection()
        pid.append(connection.connection.info.backend_pid)
        return committed(inner)

    second = _Racer(run_inner)
    waited = _waits_for_a_lock(second, pid)
    go_on.set()
    return first.result(), second.result(), waited


def _waits_for_a_lock(racer: _Racer, pid: list[int]) -> bool:
    until = time.monotonic() + _PATIENCE_S
    while racer.is_alive() and time.monotonic() < until:
        if pid:
            with connection.cursor() as cursor:
                cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE pid = %s AND NOT granted)", pid)
                if cursor.fetchone()[0]:
                    return True
        time.sleep(0.002)
    return False
