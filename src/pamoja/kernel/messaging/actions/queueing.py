"""Queueing: a message is a row made in the transaction of the deed that says it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import get_language

from pamoja.foundation import clock
from pamoja.foundation.actions import joins_transaction
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import Community, current_community
from pamoja.kernel.identity.public import card_of, member_with_id, time_zone_of
from pamoja.kernel.messaging import rules
from pamoja.kernel.messaging.models import Message, community_if_entered
from pamoja.kernel.messaging.queries import outbox, rendering
from pamoja.kernel.messaging.rules import Priority

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


def _plain(value: object) -> Any:
    if isinstance(value, Money):
        return {"amount_minor": value.amount_minor, "currency": value.currency}
    return value.isoformat() if isinstance(value, date) else str(value)
