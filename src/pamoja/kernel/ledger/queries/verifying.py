"""Proving the books: every invariant of `sql/invariants.sql`, counted again from what was posted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db import connection, transaction

_FILE = Path(__file__).parents[1] / "sql" / "invariants.sql"
_NAMED = re.compile(r"^-- (\w+): (.+)\n", re.MULTILINE)
_SHOWN_MAX = 20


@dataclass(frozen=True)
class Invariant:
    """Something that is always true of a community's books; `sql` finds what contradicts it."""

    name: str
    sentence: str
    sql: str


@dataclass(frozen=True)
class Finding:
    """What contradicts an invariant: at most the first twenty cases, in words."""

    invariant: Invariant
    cases: list[str]


@cache
def invariants() -> list[Invariant]:
    """All that must hold, in the order of the file."""
    head, *parts = _NAMED.split(_FILE.read_text())
    shared = head[head.index("WITH ") :]
    triples = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    return [Invariant(name, sentence, shared + sql.strip().removesuffix(";")) for name, sentence, sql in triples]


def verify() -> list[Finding]:
    """Recompute the entered community's books on one snapshot; an empty list means that everything holds.

    Safe on a live database: it locks nothing.
    """
    findings = []
    with _one_snapshot(), connection.cursor() as cursor:
        for invariant in invariants():
            cursor.execute(f"SELECT * FROM ({invariant.sql}) AS found LIMIT {_SHOWN_MAX}")  # noqa: S608 - from our own file
            if cases := [row[0] for row in cursor.fetchall()]:
                findings.append(Finding(invariant, cases))
    return findings


@contextmanager
def _one_snapshot() -> Iterator[None]:
    if connection.in_atomic_block:
        yield  # the caller's transaction decides what is seen
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield
