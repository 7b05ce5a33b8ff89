"""What goes first, how far a message has come, and what a failure means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum


class Channel(StrEnum):
    """By which way a message leaves the house; what is shown inside it is a notification beside the message."""

    EMAIL = "email"
    WHATSAPP = "whatsapp"
    SMS = "sms"
    PUSH = "push"


PHONE_CHANNELS = (Channel.WHATSAPP, Channel.SMS)
"""They reach the same pocket: who says STOP on one is left in peace on both."""


class Priority(IntEnum):
    """What is handed over first when much is due."""

    SECURITY = 0
    REPLY = 5
    MONEY = 10
    REST = 20
    BULK = 30


class Kind(StrEnum):
    """What a message is about: by this people say what they want to hear, by which channel, and when."""

    SECURITY = "security"
    REPLY = "reply"
    MONEY = "money"
    REMINDER = "reminder"
    ACTIVITY = "activity"
    LESSON = "lesson"
    NEWS = "news"


PRIORITY_OF = {
    Kind.SECURITY: Priority.SECURITY,
    Kind.REPLY: Priority.REPLY,
    Kind.MONEY: Priority.MONEY,
    Kind.REMINDER: Priority.REST,
    Kind.ACTIVITY: Priority.REST,
    Kind.LESSON: Priority.REST,
    Kind.NEWS: Priority.BULK,
}
KIND_OF = {
    Priority.SECURITY: Kind.SECURITY,
    Priority.REPLY: Kind.REPLY,
    Priority.MONEY: Kind.MONEY,
    Priority.REST: Kind.ACTIVITY,
    Priority.BULK: Kind.NEWS,
}
"""For a sender who says only how urgent it is."""


class State(StrEnum):
    """Where a message is on its way; it only ever moves forward."""

    QUEUED = "queued"
    SENDING = "sending"  # somebody has begun to hand it over, perhaps more than once
    SENT = "sent"  # the provider has it
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"  # it will never arrive this way
    GIVEN_UP = "given_up"  # it was tried for long enough
    WITHHELD = "withheld"  # its recipient did not want it any more when it was due


UNFINISHED = (State.QUEUED, State.SENDING)
WITH_PROVIDER = (State.SENT, State.DELIVERED, State.READ)
_RANK = {State.QUEUED: 0, State.SENDING: 1, State.SENT: 2, State.DELIVERED: 3, State.READ: 4}
# What providers call it; the rest of their words say no more than what we know. Source: Twilio's status values.
_REPORTED = {
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "partially_delivered": State.DELIVERED,
    "read": State.READ,
    "failed": State.FAILED,
    "undelivered": State.FAILED,
    "canceled": State.FAILED,
}

RETRY_S_FIRST, RETRY_S_MAX = 30, 3600
# Over HTTP most troubles pass within seconds; a mail server that says "later" means minutes.
RETRY_S_FIRST_ON = {Channel.WHATSAPP: 2, Channel.SMS: 2, Channel.PUSH: 10}
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


def after_failure(
    *, permanent: bool, attempts: int, due_at: datetime, now: datetime, channel: Channel = Channel.EMAIL
) -> Verdict:
    """Try again later and later, until the message has been tried for two days; what is permanent ends at once."""
    if permanent:
        return Verdict(State.FAILED)
    if attempts >= ATTEMPTS_MIN and now - due_at >= GIVE_UP_AFTER:
        return Verdict(State.GIVEN_UP)
    first_s = RETRY_S_FIRST_ON.get(channel, RETRY_S_FIRST)
    return Verdict(State.SENDING, timedelta(seconds=min(first_s * 2 ** min(attempts - 1, 11), RETRY_S_MAX)))


def reported(word: str) -> State | None:
    """The state a provider's word stands for; none for words that say nothing new, such as `queued`."""
    return _REPORTED.get(word.strip().lower())


def advanced(now: State, said: State) -> State:
    """Where a message stands after a report, which may come late, twice and out of order.

    A failure counts only as long as nothing better was heard; what has ended stays ended.
    """
    if now not in _RANK or (said == State.FAILED and _RANK[now] > _RANK[State.SENT]):
        return now
    if said == State.FAILED:
        return State.FAILED
    return said if _RANK[said] > _RANK[now] else now
