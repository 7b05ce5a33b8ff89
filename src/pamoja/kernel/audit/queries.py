"""Reading the stream: feeds for people, filters for the back office, and the verifier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from pamoja.foundation.events import event_named
from pamoja.foundation.money import Money
from pamoja.kernel.audit import rules
from pamoja.kernel.audit.models import Fact, Seal

Resolver = Callable[[set[UUID]], Mapping[UUID, str]]
_resolvers: dict[str, Resolver] = {}


@dataclass(frozen=True)
class FeedLine:
    """One fact as a person reads it. `cursor` asks for what came before it."""

    at: datetime
    name: str
    sentence: str
    actor_id: UUID | None
    actor_label: str
    amount: Money | None
    data: Mapping[str, Any]
    cursor: int


@dataclass(frozen=True)
class SealReport:
    """What verifying a community's chain found; `broken_at` is the number of the first seal that differs."""

    seals: int
    facts: int
    unsealed: int
    broken_at: int | None

    @property
    def holds(self) -> bool:
        return self.broken_at is None


def name_resolver(word: str, resolver: Resolver) -> None:
    """Teach feeds to name things: `{circle}` in a sentence is looked up by the resolver for `circle`.

    The resolver for `member` also names every other reference, such as `{recipient}`.
    """
    _resolvers[word] = resolver


def facts(*, subject: str | None = None, name: str | None = None, actor_id: UUID | None = None) -> QuerySet[Fact]:
    """The community's facts, newest first."""
    found = Fact.objects.order_by("-sequence")
    if subject:
        found = found.filter(subjects__contains=[subject])
    if name:
        found = found.filter(name=name)
    if actor_id:
        found = found.filter(actor_id=actor_id)
    return found


def feed(subject: str, *, before: int | None = None, limit: int = 20) -> list[FeedLine]:
    """The newest facts about a subject, in words; `before` is the cursor of the last line seen."""
    found = facts(subject=subject)
    if before is not None:
        found = found.filter(sequence__lt=before)
    return in_words(found[: min(limit, 100)])


def in_words(found: Iterable[Fact]) -> list[FeedLine]:
    """Facts as feed lines; names are looked up once for all of them."""
    rows = [(fact, kind.sentence) for fact in found if (kind := event_named(fact.name))]
    names = _names(
        [reference for fact, sentence in rows for reference in rules.references(sentence, fact.data)]
        + [("member", fact.actor_id) for fact, _ in rows if fact.actor_kind == "member" and fact.actor_id]
    )
    return [_line(fact, sentence, names) for fact, sentence in rows]


def verify() -> SealReport:
    """Recompute every seal of the entered community."""
    digest, checked, last = rules.GENESIS, 0, 0
    seals = list(Seal.objects.order_by("number"))
    for number, seal in enumerate(seals, start=1):
        batch = list(Fact.objects.filter(sequence__gt=last, sequence__lte=seal.to_sequence).order_by("sequence"))
        digest = rules.sealed(digest, (_bytes(fact) for fact in batch))
        fits = seal.number == number and seal.after_sequence == last and seal.facts == len(batch)
        if not fits or bytes(seal.digest) != digest:
            return SealReport(len(seals), checked, 0, seal.number)
        checked, last = checked + len(batch), seal.to_sequence
    return SealReport(len(seals), checked, Fact.objects.filter(sequence__gt=last).count(), None)


def last_seal() -> Seal | None:
    """The newest seal of the entered community."""
    return Seal.objects.order_by("-number").first()


def batch_bytes(after_sequence: int, to_sequence: int) -> list[bytes]:
    """The facts of a range, in order, as they are sealed."""
    found = Fact.objects.filter(sequence__gt=after_sequence, sequence__lte=to_sequence).order_by("sequence")
    return [_bytes(fact) for fact in found]


def newest_number() -> tuple[int, int]:
    """The newest fact number given out, and a transaction id given out after it (a snapshot's xmax would not do:
    transactions that began since the last one ended are above it)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(pg_sequence_last_value('audit_fact_sequence'), 0), pg_current_xact_id()::text::bigint"
        )
        number, horizon = cursor.fetchone()
    return number, horizon


def all_ended_before(horizon: int) -> bool:
    """Whether every transaction with a lower id has ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= %s", [horizon])
        return bool(cursor.fetchone()[0])


def _bytes(fact: Fact) -> bytes:
    return rules.fact_bytes(
        sequence=fact.sequence,
        at=fact.at,
        name=fact.name,
        actor_kind=fact.actor_kind,
        actor_id=fact.actor_id,
        actor_label=fact.actor_label,
        subjects=fact.subjects,
        data=fact.data,
        request_id=fact.request_id,
    )


def _names(references: list[tuple[str, UUID]]) -> dict[tuple[str, UUID], str]:
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for word, identifier in references:
        wanted[word if word in _resolvers else "member"].add(identifier)
    found = {kind: _resolvers[kind](asked) for kind, asked in wanted.items() if kind in _resolvers}
    return {
        (word, identifier): name
        for word, identifier in references
        if (name := found.get(word if word in _resolvers else "member", {}).get(identifier))
    }


def _line(fact: Fact, sentence: str, names: rules.Names) -> FeedLine:
    by = names.get(("member", fact.actor_id), fact.actor_label) if fact.actor_id else fact.actor_label
    return FeedLine(
        at=fact.at,
        name=fact.name,
        sentence=rules.worded(sentence, fact.data, names, by),
        actor_id=fact.actor_id,
        actor_label=by,
        amount=rules.money_in(fact.data.get("amount")),
        data=fact.data,
        cursor=fact.sequence,
    )
