"""What a carrier is: somebody outside who takes messages of one channel."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from django.db import connection

from pamoja.kernel.messaging.queries.handing import Letter

# So many requests may be under way: what a second's rate needs where an answer takes half of one, within bounds.
AT_ONCE_MIN, AT_ONCE_MAX, ANSWERS_AFTER_S = 4, 64, 0.5

HandOver = Callable[[Letter], str]
"""Gives one letter to the provider and returns its id there. May be called from several threads at once.

Raises: ProviderAway when nobody can be spoken to; OutcomeUnknown when it may have been taken; ProviderFailure when this
letter is refused.
"""


class Carrier(Protocol):
    """Somebody who takes letters."""

    sender: str
    """Whose allowance is used up; empty where there is none."""
    a_second: float
    """How many the provider takes from this sender."""
    at_once: int
    """How many may be under way to the provider at one time."""

    def connected(self) -> AbstractContextManager[HandOver]:
        """For handing over many letters. Raises: ProviderAway."""
        ...


class Keeper(Protocol):
    """A carrier that can be asked what it has, and that keeps contents under ids."""

    def found(self, letter: Letter) -> list[str]:
        """The ids under which the provider may have this letter already, oldest first. Raises: ProviderFailure."""
        ...

    def content_key(self, letter: Letter) -> str:
        """By which a content that can carry the letter is known; empty where none is needed."""
        ...

    def keep(self, letter: Letter) -> str:
        """Let the provider keep a content that can carry the letter, and give its id. Raises: ProviderFailure."""
        ...


def no_transaction() -> None:
    """Raises a RuntimeError inside a transaction: nobody waits for a provider while rows are locked."""
    if connection.in_atomic_block:
        raise RuntimeError("no network inside a transaction")


def at_once(a_second: float) -> int:
    """How many requests may be under way to somebody who takes so many a second."""
    return min(AT_ONCE_MAX, max(AT_ONCE_MIN, round(a_second * ANSWERS_AFTER_S)))
