"""Facts: what happened, announced in the transaction that made it so."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.db import connection

from pamoja.foundation.money import Money


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened; subclasses are named in the past tense and carry ids, never personal data."""

    name: ClassVar[str]
    # What a feed says; `{member}` stands for whoever the field `member_id` names, `{by}` for who did it.
    sentence: ClassVar[str]

    def subjects(self) -> tuple[str, ...]:
        """In whose feeds it shows, such as `circle:<uuid>` or `member:<uuid>`."""
        return ()

    def data(self) -> dict[str, Any]:
        """The fields as JSON can hold them."""
        return {each.name: _plain(getattr(self, each.name)) for each in dataclasses.fields(self)}


Announced = TypeVar("Announced", bound=Event)
Reaction = Callable[[Any], None]

_recorders: list[Reaction] = []
_reactions: dict[type[Event], list[Reaction]] = defaultdict(list)
_known: dict[str, type[Event]] = {}


def announce(event: Event) -> None:
    """Make the event a recorded fact and let reactions queue their jobs, all in this transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"{event.name} must be announced inside the transaction that makes it true")
    for recorder in _recorders:
        recorder(event)
    for reaction in _reactions[type(event)]:
        reaction(event)


def recorded_by(recorder: Reaction) -> None:
    """Every announced event is given to this recorder (the audit stream registers itself here)."""
    if recorder not in _recorders:
        _recorders.append(recorder)


def on(*kinds: type[Announced]) -> Callable[[Callable[[Announced], None]], Callable[[Announced], None]]:
    """When one of these happened, do this in the same transaction: queue a job, publish to a live topic."""

    def register(reaction: Callable[[Announced], None]) -> Callable[[Announced], None]:
        for kind in kinds:
            _reactions[kind].append(reaction)
        return reaction

    return register


def event_named(name: str) -> type[Event] | None:
    """The class of events with this name, if the package that announces them is installed."""
    if not _known:
        pending = list(Event.__subclasses__())
        while pending:
            kind = pending.pop()
            pending.extend(kind.__subclasses__())
            if "name" in vars(kind):
                _known[kind.name] = kind
    return _known.get(name)


def _plain(value: Any) -> Any:
    if isinstance(value, Money):
        return {"amount_minor": value.amount_minor, "currency": value.currency}
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, str | int | bool):
        return value
    raise TypeError(f"an event cannot carry a {type(value).__name__}: {value!r}")
