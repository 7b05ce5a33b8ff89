"""Speaking to a rail about many things at once, a few at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from pamoja.kernel.payments.errors import RailFailure

Asked = TypeVar("Asked")
Said = TypeVar("Said")

# Rails answer slowly and want few at a time.
_AT_ONCE = 8


def spoken(speak: Callable[[Asked], Said], asked: Sequence[Asked]) -> list[Said | RailFailure]:
    """Speak to the rail about each, a few at a time; a failure is an answer, too. The threads use no database."""

    def guarded(one: Asked) -> Said | RailFailure:
        try:
            return speak(one)
        except RailFailure as failure:
            return failure

    if len(asked) < 2:
        return [guarded(one) for one in asked]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        # The community and the request id go along: they are part of addresses and logs.
        contexts = [copy_context() for _ in asked]
        return list(pool.map(lambda context, one: context.run(guarded, one), contexts, asked))
