"""Handing over: claiming what is due, and recording how each attempt ended."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Now

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor, action
from pamoja.foundation.events import announce
from pamoja.kernel.messaging import rules
from pamoja.kernel.messaging.events import MessageGivenUp
from pamoja.kernel.messaging.models import Message
from pamoja.kernel.messaging.queries import outbox
from pamoja.kernel.messaging.rules import State

log = logging.getLogger("pamoja.messaging")


@action
def claim_due(*, by: Actor = SYSTEM, limit: int) -> list[UUID]:
    """Take what is due into one's hands, most urgent first: nobody else is given it until the lease ends."""
    claimed = outbox.due_for_update(limit)
    Message.objects.filter(pk__in=claimed).update(state=State.SENDING, attempts=F("attempts") + 1, claimed_at=Now())
    return claimed


@action
def record_sent(*, by: Actor = SYSTEM, message_id: UUID, provider_id: str) -> None:
    """The provider has taken the message; recording it twice changes nothing."""
    for message in outbox.messages_for_update([message_id]):
        message.state, message.sent_at, message.claimed_at = State.SENT, clock.now(), None
        message.provider_id, message.error_code, message.error = rules.one_line(provider_id)[:200], "", ""
        message.save(update_fields=["state", "sent_at", "claimed_at", "provider_id", "error_code", "error"])


@action
def record_failures(
    *, by: Actor = SYSTEM, message_ids: Sequence[UUID], code: str, reason: str, permanent: bool
) -> None:
    """The provider has not taken these messages: they are tried again later, or have ended."""
    for message in outbox.messages_for_update(list(message_ids)):
        verdict = rules.after_failure(
            permanent=permanent, attempts=message.attempts, due_at=message.due_at, now=clock.now()
        )
        message.state, message.claimed_at = verdict.state, None
        message.error_code, message.error = code[:40], rules.one_line(reason)[:300]
        if verdict.retry_after:
            message.next_attempt_at = clock.now() + verdict.retry_after
        message.save(update_fields=["state", "claimed_at", "error_code", "error", "next_attempt_at"])
        if verdict.state in (State.FAILED, State.GIVEN_UP):
            _say_given_up(message)


@action
def put_back(*, by: Actor = SYSTEM, message_ids: Sequence[UUID]) -> None:
    """Let go of what was claimed and not tried."""
    Message.objects.filter(pk__in=message_ids, state=State.SENDING).update(claimed_at=None)


def _say_given_up(message: Message) -> None:
    log.warning("a message was given up", extra={"message_id": str(message.pk), "code": message.error_code})
    if message.community_id is not None:
        announce(
            MessageGivenUp(
                message_id=message.pk,
                member_id=message.member_id,
                template=message.template,
                reason_code=message.error_code,
            )
        )
