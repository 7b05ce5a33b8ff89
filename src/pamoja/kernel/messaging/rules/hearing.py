"""Understands what people type: words however written, numbers for what was offered, commands with a slip."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

SLIPS_FROM = 4
"""Shorter words must be typed right: PAY is too close to SAY."""

TWO_SLIPS_FROM = 8
_AROUND = re.compile(r"^[\W_]+|[\W_]+$")
_NUMBER = re.compile(r"\D{0,2}(\d{1,2})\D{0,2}")


@dataclass(frozen=True)
class Command:
    """Something a person can say to a product: `words`, `title` and `says` (what it is good for) by language.

    `intent` is `<package>.<deed>`; what comes after the words is its argument where it `takes_argument`.
    """

    intent: str
    words: Mapping[str, Sequence[str]]
    title: Mapping[str, str]
    says: Mapping[str, str] = field(default_factory=dict)
    takes_argument: bool = False


@dataclass(frozen=True)
class Understood:
    """A command that was recognised; `language` is the one language in which it is said so, if there is only one."""

    command: Command
    argument: str
    language: str
    is_exact: bool


def plain(text: str) -> str:
    """As compared: lower case, one space between words, no accents and nothing around."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(each for each in folded if not unicodedata.combining(each))
    return " ".join(_AROUND.sub("", bare).split())


def slips(given: str, meant: str) -> int:
    """How many letters were missed, added, changed or swapped with the next (optimal string alignment)."""
    rows = [list(range(len(meant) + 1))]
    for i, letter in enumerate(given, start=1):
        row = [i]
        for j, wanted in enumerate(meant, start=1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == meant[j - 2] and given[i - 2] == wanted:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


def is_nearly(given: str, meant: str) -> bool:
    """Whether `given` is `meant` with no more slips than a word of that length is forgiven."""
    if len(meant) < SLIPS_FROM or abs(len(given) - len(meant)) > 2 or (given[:1] != meant[:1] and len(meant) < 6):
        return False
    return slips(given, meant) <= (2 if len(meant) >= TWO_SLIPS_FROM else 1)


def understand(text: str, commands: Iterable[Command]) -> Understood | None:
    """The command that a text is, or begins with; exact before nearly, and nothing where two are as near."""
    said = plain(text)
    if not said:
        return None
    exact: list[tuple[int, Understood]] = []
    near: dict[str, Understood] = {}
    for command in commands:
        for language, words in command.words.items():
            for word in words:
                argument = _argument(said, word, command.takes_argument)
                if argument is not None:
                    only = language if _is_only_in(command, word, language) else ""
                    exact.append((len(word), Understood(command, _as_typed(text, argument), only, True)))
                elif is_nearly(said.split(" ")[0] if command.takes_argument else said, word):
                    rest = said.partition(" ")[2] if command.takes_argument else ""
                    near.setdefault(command.intent, Understood(command, _as_typed(text, rest), "", False))
    if exact:
        return max(exact, key=lambda each: each[0])[1]
    return next(iter(near.values())) if len(near) == 1 else None


def chosen(text: str, titles: Sequence[str]) -> int | None:
    """Which of the things offered a text means: its number, its words, the beginning of its words, or nearly so."""
    said = plain(text)
    if number := _NUMBER.fullmatch(said):
        index = int(number[1]) - 1
        return index if 0 <= index < len(titles) else None
    names = [plain(title) for title in titles]
    for fits in (
        [index for index, name in enumerate(names) if name == said],
        [index for index, name in enumerate(names) if len(said) >= 3 and name.startswith(said)],
        [index for index, name in enumerate(names) if is_nearly(said, name)],
    ):
        if len(fits) == 1:
            return fits[0]
    return None


def is_number(text: str) -> bool:
    """Whether somebody answered with the number of a choice."""
    return _NUMBER.fullmatch(plain(text)) is not None


def _argument(said: str, word: str, takes_argument: bool) -> str | None:
    if said == word:
        return ""
    return said[len(word) + 1 :] if takes_argument and said.startswith(f"{word} ") else None


def _as_typed(text: str, argument: str) -> str:
    """The last words of the text as they were typed; codes are told by their case."""
    count = len(argument.split())
    return " ".join(text.split()[-count:]) if count else ""


def _is_only_in(command: Command, word: str, language: str) -> bool:
    return all(word not in words for other, words in command.words.items() if other != language)
