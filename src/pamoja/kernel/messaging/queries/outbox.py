"""What is due, and what was said to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Min, Q, QuerySet
from django.db.models.functions import Now

from pamoja.foundation import clock
from pamoja.foundation.crypto import Undecryptable
from pamoja.kernel.messaging.models import UNFINISHED, Message

# Whoever began to hand a message over and has not said how it ended after this long is taken for dead. Longer than
# a dispatcher may be busy with what it has claimed, so that nobody living is overtaken.
LEASE = timedelta(minutes=5)


@dataclass(frozen=True)
class Letter:
    """A message as it is handed over. Every hand-over of it has the same `message_id` (RFC 5322)."""

    id: UUID
    address: str
    subject: str
    text: str
    html: str
    written_at: datetime


@dataclass(frozen=True)
class Waiting:
    """What is due and not yet handed over."""

    messages: int
    oldest_s: float


def due_for_update(limit: int) -> list[UUID]:
    """Locks what is due and not in anybody's hands, most urgent first; skips what another dispatcher has locked."""
    found = _due().order_by("priority", "next_attempt_at", "id").select_for_update(skip_locked=True, of=("self",))
    return list(found.values_list("pk", flat=True)[:limit])


def messages_for_update(message_ids: list[UUID]) -> list[Message]:
    """Locks in key order; without what is sealed, so that a lost key cannot stop the book-keeping."""
    found = Message.objects.filter(pk__in=message_ids, state__in=UNFINISHED).order_by("pk").select_for_update()
    return list(found.only("community", "member", "template", "state", "attempts", "due_at", "next_attempt_at"))


def letter(message_id: UUID) -> Letter | None:
    """The message to hand over; None when its key is no longer in the ring."""
    try:
        message = Message.objects.get(pk=message_id)
    except Undecryptable:
        return None
    return Letter(message.pk, message.address, message.subject, message.text, message.html, message.created_at)  # type: ignore[arg-type]  # sealed columns are read as text


def message_with_key(dedupe_key: str) -> UUID:
    """The message of the entered community that was queued under this key."""
    return Message.objects.values_list("pk", flat=True).get(dedupe_key=dedupe_key)


def messages_of(member_id: UUID) -> QuerySet[Message]:
    """What was said to this member, newest first."""
    return Message.objects.filter(member_id=member_id).order_by("-created_at", "-pk")


def waiting() -> Waiting:
    """How much of the entered community is due and waits, and for how many seconds the oldest has."""
    found = Message.objects.filter(state__in=UNFINISHED, due_at__lte=clock.now())
    oldest = found.aggregate(oldest=Min("due_at"))["oldest"]
    return Waiting(found.count(), (clock.now() - oldest).total_seconds() if oldest else 0.0)


def _due() -> QuerySet[Message]:
    free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=Now() - LEASE)
    return Message.objects.filter(free, state__in=UNFINISHED, next_attempt_at__lte=clock.now())
