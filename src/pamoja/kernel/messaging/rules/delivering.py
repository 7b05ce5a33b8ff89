"""What goes first, and what a failure means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum


class Priority(IntEnum):
    """What is handed over first when much is due."""

    SECURITY = 0
    MONEY = 10
    REST = 20


class State(StrEnum):
    """Where a message is on its way; it only ever moves forward, and the last three are the end."""

    QUEUED = "queued"
    SENDING = "sending"  # somebody has begun to hand it over, perhaps more than once
    SENT = "sent"
    FAILED = "failed"  # the provider will never take it
    GIVEN_UP = "given_up"  # it was tried for long enough


RETRY_S_FIRST, RETRY_S_MAX = 30, 3600
GIVE_UP_AFTER = timedelta(days=2)
# A turned clock or a long night without a worker must not end a message after a single try.
ATTEMPTS_MIN = 5

# Refused sign-in and the like are our own misconfiguration, not the message's fault. Source: RFC 4954, section 6.
_OUR_FAULT = frozenset({530, 534, 535, 538})


@dataclass(frozen=True)
class Verdict:
    """What becomes of a message after a failure."""

    state: State
    retry_after: timedelta | None = None


def is_permanent(smtp_code: int) -> bool:
    """Whether the reply means that this message will never be taken. Source: RFC 5321, section 4.2.1."""
    return 500 <= smtp_code <= 599 and smtp_code not in _OUR_FAULT


def after_failure(*, permanent: bool, attempts: int, due_at: datetime, now: datetime) -> Verdict:
    """Try again later and later, until the message has been tried for two days; what is permanent ends at once."""
    if permanent:
        return Verdict(State.FAILED)
    if attempts >= ATTEMPTS_MIN and now - due_at >= GIVE_UP_AFTER:
        return Verdict(State.GIVEN_UP)
    return Verdict(State.SENDING, timedelta(seconds=min(RETRY_S_FIRST * 2 ** min(attempts - 1, 10), RETRY_S_MAX)))
