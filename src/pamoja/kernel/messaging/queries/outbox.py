"""What is due, and what was said to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, Min, OuterRef, QuerySet

from pamoja.foundation import clock
from pamoja.foundation.crypto import Undecryptable
from pamoja.kernel.messaging.models import UNFINISHED, DeliveryReport, Message, Notification

# Whoever began to hand a message over and has not said how it ended after this long is taken for dead. Longer than
# a dispatcher may be busy with what it has claimed, so that nobody living is overtaken.
LEASE = timedelta(minutes=5)

PROGRESS = (
    "state",
    "attempts",
    "next_attempt_at",
    "claimed_at",
    "in_doubt",
    "sent_at",
    "delivered_at",
    "read_at",
    "provider_id",
    "error_code",
    "error",
)
"""What changes of a message as it moves; all else was settled when it was queued."""


@dataclass(frozen=True)
class Waiting:
    """What is due and not yet handed over."""

    messages: int
    oldest_s: float


def messages_for_update(message_ids: list[UUID]) -> list[Message]:
    """Locks what has not ended, in key order; without what is sealed, so that a lost key cannot stop the books."""
    found = Message.objects.filter(pk__in=message_ids, state__in=UNFINISHED).order_by("pk").select_for_update()
    return list(found.defer(*SEALED))  # tidy: of columns, no job


def with_waiting_reports(message_ids: list[UUID]) -> list[Message]:
    """Those about which something was reported before we knew the provider's id; locked in key order."""
    waiting = DeliveryReport.objects.filter(provider_id=OuterRef("provider_id"), message=None)
    found = Message.objects.filter(Exists(waiting), pk__in=message_ids).exclude(provider_id="").order_by("pk")
    return list(found.select_for_update().defer(*SEALED)) if message_ids else []  # tidy: of columns, no job


SEALED = ("address", "data", "subject", "text", "html", "content")


def message_reported(provider_id: str, message_id: UUID | None) -> Message | None:
    """Locks the message that a report is about."""
    messages = Message.objects.defer(*SEALED).select_for_update()  # tidy: of columns, no job
    if message_id is not None:
        return messages.filter(pk=message_id).first()
    return messages.filter(provider_id=provider_id).first() if provider_id else None


def whole(message_id: UUID) -> Message | None:
    """The message with all that is sealed; None when its key is no longer in the ring."""
    try:
        return Message.objects.select_related("member__person").get(pk=message_id)
    except Undecryptable:
        return None


def generation(message: Message) -> int:
    """How often this was tried on its channel before, as messages that the provider took and could not deliver."""
    earlier, generation = message.instead_of, 0
    while earlier is not None and earlier.channel == message.channel:
        generation, earlier = generation + 1, earlier.instead_of
    return generation


def message_with_key(dedupe_key: str) -> UUID:
    """The message of the entered community that was queued under this key."""
    return Message.objects.values_list("pk", flat=True).get(dedupe_key=dedupe_key)


def notification_with_key(dedupe_key: str) -> UUID:
    """The notification that was made under this key, in the entered community."""
    return Notification.objects.values_list("pk", flat=True).get(dedupe_key=dedupe_key)


def messages_of(member_id: UUID) -> QuerySet[Message]:
    """What was said to this member, newest first."""
    return Message.objects.filter(member_id=member_id).order_by("-created_at", "-pk")


def waiting() -> Waiting:
    """How much of the entered community is due and waits, and for how many seconds the oldest has."""
    found = Message.objects.filter(state__in=UNFINISHED, next_attempt_at__lte=clock.now())
    oldest: datetime | None = found.aggregate(oldest=Min("next_attempt_at"))["oldest"]
    return Waiting(found.count(), (clock.now() - oldest).total_seconds() if oldest else 0.0)
