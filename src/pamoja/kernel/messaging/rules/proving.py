"""When a code that was sent to a phone proves that the phone is somebody's."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum

CODE_DIGITS = 6
GUESSES_MAX = 5
LIVES_FOR = timedelta(minutes=10)
AGAIN_AFTER = timedelta(seconds=60)


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
