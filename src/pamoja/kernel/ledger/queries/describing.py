"""What a posting is about, in words: whoever posts with references of its own registers how they read to people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from pamoja.kernel.ledger.rules import StatementLine


@dataclass(frozen=True)
class Described:
    """What a reference stands for, and the page that shows it, if there is one."""

    words: str
    url: str = ""


@dataclass(frozen=True)
class LineInWords:
    """A movement as its account's owner reads it; `reference` is left out where `what` says all of it."""

    line: StatementLine
    what: str
    note: str
    url: str
    reference: str

    @property
    def sentence(self) -> str:
        """What it was, in one go."""
        return " · ".join(part for part in (self.what, self.note) if part)


Describer = Callable[[set[UUID]], Mapping[UUID, Described]]
Finder = Callable[[str, int], Iterable[UUID]]
_describers: dict[str, Describer] = {}
_finders: dict[str, Finder] = {}


def reference_describer(kind: str, describer: Describer, finder: Finder | None = None) -> None:
    """Teach statements and payments to read references such as `<kind>:<uuid>`; asked once for all on a page.

    The finder goes the other way: from words that somebody looks for to at most so many ids, the newest.
    """
    _describers[kind] = describer
    if finder is not None:
        _finders[kind] = finder


def references_found(text: str, limit: int) -> list[str]:
    """References whose words hold the text, at most so many of each kind."""
    return [f"{kind}:{each}" for kind, finder in _finders.items() for each in finder(text, limit)]


def described(references: Iterable[str]) -> dict[str, Described]:
    """What these references stand for; those that nobody can read are left out."""
    wanted: dict[str, dict[UUID, str]] = defaultdict(dict)
    for reference in references:
        kind, _, identifier = reference.partition(":")
        if kind in _describers and (found := _uuid(identifier)):
            wanted[kind][found] = reference
    return {
        asked[identifier]: words
        for kind, asked in wanted.items()
        for identifier, words in _describers[kind](set(asked)).items()
    }


def in_words(lines: Sequence[StatementLine]) -> list[LineInWords]:
    """Movements as people read them, in the same order."""
    found = described({line.reference for line in lines})
    return [_worded(line, found.get(line.reference)) for line in lines]


def _worded(line: StatementLine, known: Described | None) -> LineInWords:
    if known is None:
        return LineInWords(line, line.description or line.kind, line.note, "", line.reference)
    note = "" if line.note in known.words.lower() else line.note
    return LineInWords(line, known.words, note, known.url, "")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
