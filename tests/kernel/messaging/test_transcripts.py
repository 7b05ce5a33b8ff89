"""Every transcript, played again

`<` is what a person writes, `< [id]` what they press, `>` what is said to them (`[Title]` for what can be chosen),
`!` what is to be done, and the lines of `=` after it what became of that: its words, `[id|Title]`, `? intent` when it
asks for free words, `joined Name`. `~ 2h` lets time pass; `+ consent`, `+ person` and `+ speak sw` are other effects.
A `…` in an expected line stands for anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pamoja.kernel.messaging.rules import conversing
from pamoja.kernel.messaging.rules.hearing import Command
from pamoja.kernel.messaging.rules.saying import (
    Answer,
    Book,
    CallPerson,
    Do,
    Effect,
    Heard,
    Option,
    Say,
    Speak,
    State,
    Wants,
)

TRANSCRIPTS = sorted(Path(__file__).with_name("transcripts").glob("*.txt"))
BEGAN = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
SPANS = {"m": "minutes", "h": "hours", "d": "days"}


def command(intent: str, en: str, sw: str, **more: bool) -> Command:
    titles = {"en": en.split(",", maxsplit=1)[0].capitalize(), "sw": sw.split(",", maxsplit=1)[0].capitalize()}
    return Command(
        intent, {"en": en.split(","), "sw": sw.split(",")}, titles, takes_argument=more.get("argument", False)
    )


BOOK = Book(
    "Umoja",
    (
        command("shop.balance", "balance,my balance", "salio"),
        command("shop.pay", "pay", "lipa"),
        command("shop.history", "history", "historia"),
        command("shop.join", "join", "jiunge", argument=True),
    ),
    ("shop.balance", "shop.pay"),
)


class Play:
    """One conversation, going through its transcript line by line."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = [line for line in lines if line and not line.startswith("#")]
        self.state, self.now, self.at = State(), BEGAN, 0
        self.claimant = ""

    def run(self) -> None:
        while self.at < len(self.lines):
            mark, _, rest = self._take().partition(" ")
            if mark == "member":
                self.state = State(is_member=True, name=rest)
            elif mark == "claimant":
                self.claimant = rest
            elif mark == "~":
                amount, unit = re.fullmatch(r"(\d+)([mhd])", rest).groups()  # type: ignore[union-attr]  # a transcript that is wrong here fails
                self.now += timedelta(**{SPANS[unit]: int(amount)})
            elif mark == "handed" and rest == "back":
                self._expect(*conversing.handed_back(self.state, self.now))
            elif mark == "<":
                self._hear(rest)
            else:
                raise AssertionError(f"nobody said anything before: {mark} {rest}")

    def _hear(self, text: str) -> None:
        pressed = re.fullmatch(r"\[(.+)\]", text)
        heard = Heard(text="" if pressed else text, choice=pressed[1] if pressed else "", claimant=self.claimant)
        if text == "(picture)":
            heard = Heard(text="", has_media=True)
        once = conversing.converse(self.state, heard, self.now, 1, BOOK)
        again = conversing.converse(self.state, heard, self.now, 1, BOOK)
        assert once == again, "the same turn gives the same result"
        self._expect(*once)

    def _expect(self, state: State, effects: tuple[Effect, ...]) -> None:
        self.state = state
        for effect in effects:
            for line in shown(effect):
                wanted = self._take()
                assert fits(wanted, line), f"line {self.at}: expected {wanted!r}, was {line!r}"
            if isinstance(effect, Do):
                self._expect(*conversing.answered(self.state, self._answer(), self.now, BOOK))

    def _answer(self) -> Answer:
        words: list[str] = []
        options: list[Option] = []
        asks = joined = ""
        while self.at < len(self.lines) and self.lines[self.at].startswith("="):
            line = self._take()[1:].strip()
            if option := re.fullmatch(r"\[(.+)\|(.+)\]", line):
                options.append(Option(option[1], option[2]))
            elif line.startswith("? "):
                asks = line[2:]
            elif line.startswith("joined "):
                joined = line[7:]
            else:
                words.append(line)
        return Answer("\n".join(words), tuple(options), asks=asks, joined_as=joined)

    def _take(self) -> str:
        assert self.at < len(self.lines), "the transcript ends too early"
        self.at += 1
        return self.lines[self.at - 1]


def shown(effect: Effect) -> Iterator[str]:
    if isinstance(effect, Say):
        yield from (f"> {line}" for line in effect.text.split("\n") if line)
        if effect.options:
            yield "> " + " ".join(f"[{option.title}]" for option in effect.options)
    elif isinstance(effect, Do):
        yield f"! {effect.intent} {effect.argument}".rstrip()
    elif isinstance(effect, Wants):
        yield "+ consent" if effect.wants else "+ no consent"
    elif isinstance(effect, Speak):
        yield f"+ speak {effect.language}"
    elif isinstance(effect, CallPerson):
        yield "+ person"


def fits(wanted: str, line: str) -> bool:
    return re.fullmatch(".*".join(re.escape(part) for part in wanted.split("…")), line) is not None


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda path: path.stem)
def test_is_played_again_word_by_word(transcript: Path) -> None:
    Play(transcript.read_text().splitlines()).run()


def test_there_are_transcripts() -> None:
    assert len(TRANSCRIPTS) >= 8
