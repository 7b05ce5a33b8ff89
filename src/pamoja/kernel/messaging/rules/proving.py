"""When a code that was sent to a phone, or comes from it, proves that the phone is somebody's."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import Enum

CODE_DIGITS = 6
GUESSES_MAX = 5
LIVES_FOR = timedelta(minutes=10)
AGAIN_AFTER = timedelta(seconds=60)

# Nobody guesses these, for they are looked for among all that are shown: 30 letters and digits, none taken for another.
SHOWN_LETTERS, SHOWN_LENGTH = "23456789ABCDEFGHJKMNPQRSTVWXYZ", 8
SHOWN_LIVES_FOR = timedelta(minutes=15)
STRANGERS_MAX = 5
WORDS = {"en": "VERIFY", "sw": "THIBITISHA"}
_SENT = re.compile(
    rf"\W*(?:{'|'.join(WORDS.values())})\W+([{SHOWN_LETTERS}]{{4}})\W?([{SHOWN_LETTERS}]{{4}})\W*", re.IGNORECASE
)


class Guess(Enum):
    """What a guess was worth."""

    RIGHT = "right"
    WRONG = "wrong"
    STALE = "stale"
    """There is no code to guess: none was sent to this phone, it is too old, or it was guessed at too often."""


def judged(*, is_same: bool, guesses: int, sent_at: datetime, now: datetime) -> Guess:
    """What this guess is worth, after `guesses` wrong ones at the same code."""
    if guesses >= GUESSES_MAX or not sent_at <= now < sent_at + LIVES_FOR:
        return Guess.STALE
    return Guess.RIGHT if is_same else Guess.WRONG


def may_send_again_at(sent_at: datetime | None, now: datetime) -> datetime:
    """When another code may be sent."""
    return now if sent_at is None else max(now, sent_at + AGAIN_AFTER)


class Sent(Enum):
    """What it was worth that a code came in by WhatsApp."""

    RIGHT = "right"
    STALE = "stale"
    """Nobody is shown this code, or not any more."""

    OTHER_NUMBER = "other_number"
    """It came from another number than the one it is to prove."""

    HIDDEN_NUMBER = "hidden_number"
    """WhatsApp does not tell us from which number."""


def code_in(text: str) -> str:
    """The code that somebody sends to prove their phone: `VERIFY 7KQ4-M2XR`; empty where a text is none."""
    found = _SENT.fullmatch(text)
    return (found[1] + found[2]).upper() if found else ""


def said_with(code: str, language: str) -> str:
    """What is to be sent, as a person reads it."""
    return f"{WORDS.get(language, WORDS['en'])} {code[:4]}-{code[4:]}"


def judged_as_sent(
    *, number: str, is_same_number: bool, strangers: int, shown_at: datetime | None, was_used: bool, now: datetime
) -> Sent:
    """What a code is worth that came from this number (empty: hidden), after it came from strangers so often.

    Used, it says the same to the same number again, for an answer may get lost; to any other it says nothing.
    """
    if not number:
        return Sent.HIDDEN_NUMBER
    if shown_at is None or strangers >= STRANGERS_MAX or not shown_at <= now < shown_at + SHOWN_LIVES_FOR:
        return Sent.STALE
    if not is_same_number:
        return Sent.STALE if was_used else Sent.OTHER_NUMBER
    return Sent.RIGHT
