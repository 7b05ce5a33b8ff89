"""Writing the outbox: queueing with the deed, claiming, and recording how each hand-over ended."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import get_language

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor, action, joins_transaction
from pamoja.foundation.events import announce
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import Community, current_community
from pamoja.kernel.identity.public import card_of, member_with_id, time_zone_of
from pamoja.kernel.messaging import rules
from pamoja.kernel.messaging.events import MessageGivenUp
from pamoja.kernel.messaging.models import Message, community_if_entered
from pamoja.kernel.messaging.queries import outbox, rendering
from pamoja.kernel.messaging.rules import Priority, State

log = logging.getLogger("pamoja.messaging")

_wakers: list[Callable[[], object]] = []


@joins_transaction
def send(
    *,
    template: str,
    data: Mapping[str, Any],
    dedupe_key: str,
    member_id: UUID | None = None,
    address: str | None = None,
    priority: Priority = Priority.REST,
    due_at: datetime | None = None,
    language: str | None = None,
) -> UUID:
    """Queue a message to a member, or to a bare email address; it exists if and only if the transaction commits.

    The same `dedupe_key` (at most 200 characters) in one community is one message: the first is kept and its id
    returned. It is rendered now, in the member's language and time zone; the template also knows `member` (their card),
    `community_name` and `home_url`.

    Raises: AddressUnusable; MemberNotFound; TemplateUnfit, which is a bug.
    """
    if (member_id is None) == (address is None):
        raise ValueError("a message goes either to a member or to an address")
    community = current_community() if community_if_entered() else None
    context: dict[str, Any] = dict(data)
    zone = community.time_zone if community else "UTC"
    if member_id is not None:
        member = member_with_id(member_id)
        address, language = member.person.email, language or member.person.language
        zone, context["member"] = time_zone_of(member_id), card_of(member)
    language = language or (community.language if community else "en")
    rendered = rendering.render(template, context, language=language, zone=zone, community=community)
    return _queue(
        Message(
            member_id=member_id,
            address=rules.clean_address(address or ""),
            template=template,
            data=json.dumps(dict(data), default=_plain),
            language=language,
            priority=priority,
            dedupe_key=dedupe_key,
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            due_at=due_at or clock.now(),
        )
    )


@joins_transaction
def send_written(*, address: str, subject: str, text: str, html: str = "", priority: Priority, dedupe_key: str) -> UUID:
    """Queue a message that somebody else has worded, such as Django or its sign-in library; else as `send`.

    Raises: AddressUnusable.
    """
    community: Community | None = current_community() if community_if_entered() else None
    subject, language = rules.one_line(subject), (get_language() or "en")[:8]
    return _queue(
        Message(
            address=rules.clean_address(address),
            data="{}",
            language=language,
            priority=priority,
            dedupe_key=dedupe_key,
            subject=subject,
            text=text,
            html=html or rendering.dress(subject, text, community=community, language=language),
            due_at=clock.now(),
        )
    )


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


def wake_with(wake: Callable[[], object]) -> None:
    """Called once in each transaction that queues something due, to queue the job that hands it over."""
    _wakers.append(wake)


def _queue(message: Message) -> UUID:
    message.next_attempt_at = message.due_at
    # Where another transaction is just queueing the same key, this waits for how that one ends.
    Message.objects.bulk_create([message], ignore_conflicts=True)
    kept = outbox.message_with_key(message.dedupe_key)
    if kept == message.pk and message.due_at <= clock.now() and _is_first_of_transaction():
        for wake in _wakers:
            wake()
    return kept


def _is_first_of_transaction() -> bool:
    """One job drains all there is, so a transaction that queues a thousand messages queues one job.

    Remembered where a rollback, also to a savepoint, forgets it together with the job.
    """
    here = str(community_if_entered())
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('pamoja.dispatch_queued', true)")
        known = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('pamoja.dispatch_queued', %s, true)", [here])
    return bool(known != here)


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


def _plain(value: object) -> Any:
    if isinstance(value, Money):
        return {"amount_minor": value.amount_minor, "currency": value.currency}
    return value.isoformat() if isinstance(value, date) else str(value)
