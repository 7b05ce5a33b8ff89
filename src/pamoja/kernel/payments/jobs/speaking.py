"""Speaking to rails about many things at once, a few at a time, and for each community in turn."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from pamoja.kernel.communities.public import each_community
from pamoja.kernel.payments.errors import RailFailure

log = logging.getLogger(__name__)

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


def for_each_community(speak: Callable[[], object], *, trouble: str) -> None:
    """Speak to a rail for every community; where that fails the others have their turn, and the next sweep tries again.

    `trouble`: what the log then says, such as "a bank was not read".
    """
    for community in each_community():
        try:
            speak()
        except RailFailure as failure:
            log.warning(trouble, extra={"community": community.slug, "code": failure.code})
