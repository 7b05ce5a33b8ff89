"""Deeds: an action is one durable transaction done by somebody."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Literal, NewType, ParamSpec, TypeVar
from uuid import UUID

from django.db import connection, transaction

from pamoja.foundation.errors import Refusal

IdempotencyKey = NewType("IdempotencyKey", str)
"""Chosen by whoever asks; the same key never does a thing twice. At most 200 characters."""

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class NotAllowed(Refusal):
    """You are not allowed to do this."""

    code = "not_allowed"
    kind = "forbidden"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who does a deed, and what they may do in the community they are in."""

    kind: Literal["member", "person", "api_key", "system"]
    label: str
    person_id: UUID | None = None
    member_id: UUID | None = None
    permissions: frozenset[str] = field(default_factory=frozenset)

    def may(self, permission: str) -> bool:
        """Whether this actor holds the permission; the system holds all."""
        return self.kind == "system" or permission in self.permissions

    def require(self, permission: str) -> None:
        """Raises: NotAllowed when the actor lacks the permission."""
        if not self.may(permission):
            raise NotAllowed(permission=permission)


SYSTEM = Actor(kind="system", label="Pamoja")

_actor: ContextVar[Actor] = ContextVar("actor", default=SYSTEM)


def current_actor() -> Actor:
    """Who does what is being done now; the system itself when nobody in particular does."""
    return _actor.get()


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """What happens inside is done by `actor`."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


def action(deed: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Run the deed as one durable transaction by its `by` argument; deeds cannot nest by accident."""

    @functools.wraps(deed)
    def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        by = kwargs.get("by", SYSTEM)
        assert isinstance(by, Actor)
        with acting(by), transaction.atomic(durable=True):
            return deed(*args, **kwargs)

    return run


def joins_transaction(deed: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """A write that others compose: it refuses to run outside their transaction."""

    @functools.wraps(deed)
    def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        if not connection.in_atomic_block:
            raise RuntimeError(f"{deed.__qualname__} must be called inside an action's transaction")
        return deed(*args, **kwargs)

    return run
