"""Handing over: claiming what is due, and recording how each attempt ended."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor, action
from pamoja.kernel.messaging import rules
from pamoja.kernel.messaging.actions.ending import end_badly
from pamoja.kernel.messaging.actions.reporting import apply_waiting_reports
from pamoja.kernel.messaging.models import Message, PushSubscription
from pamoja.kernel.messaging.queries import outbox, reaching
from pamoja.kernel.messaging.rules import Channel, State

# One to a person every six seconds on average, ten at once: what WhatsApp bears. Mail and browsers bear more.
A_MINUTE_MAX = {Channel.WHATSAPP: 10, Channel.SMS: 10, Channel.EMAIL: 1000, Channel.PUSH: 60}


@dataclass(frozen=True)
class Claimed:
    """A message in somebody's hands; `is_doubtful` when the provider may have it from an earlier try."""

    id: UUID
    is_doubtful: bool


@dataclass(frozen=True)
class Outcome:
    """How one hand-over ended, and when: taken under the provider's id, or failed."""

    message_id: UUID
    at: datetime
    provider_id: str = ""
    code: str = ""
    reason: str = ""
    is_taken: bool = False
    is_permanent: bool = False
    is_doubtful: bool = False


@action
def claim_due(
    *, by: Actor = SYSTEM, limit: int, channel: Channel = Channel.EMAIL, look_ahead: timedelta = timedelta()
) -> list[Claimed]:
    """Take what is due into one's hands, most urgent first: nobody else is given it until the lease ends.

    One of a lane at a time: what goes to one recipient with one priority keeps its order.
    """
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT message_id, is_doubtful FROM messaging_claim(%s, %s, %s, make_interval(secs => %s), %s, %s)",
            [channel.value, now, now + look_ahead, outbox.LEASE.total_seconds(), limit, A_MINUTE_MAX[channel]],
        )
        return [Claimed(*row) for row in cursor.fetchall()]


@action
def record_outcomes(*, by: Actor = SYSTEM, outcomes: Sequence[Outcome]) -> None:
    """What became of these; recording it twice changes nothing."""
    taken = [each for each in outcomes if each.is_taken]
    if taken:
        _record_taken(taken)
    failed = {each.message_id: each for each in outcomes if not each.is_taken}
    for message in outbox.messages_for_update(list(failed)) if failed else []:
        _record_failure(message, failed[message.pk])


def record_sent(*, message_id: UUID, provider_id: str) -> None:
    """The provider has taken the message."""
    record_outcomes(outcomes=[Outcome(message_id, clock.now(), provider_id=provider_id, is_taken=True)])


def record_failures(
    *, message_ids: Sequence[UUID], code: str, reason: str, permanent: bool, doubtful: bool = False
) -> None:
    """The provider has not taken these messages: they are tried again later, or have ended."""
    record_outcomes(
        outcomes=[
            Outcome(each, clock.now(), code=code, reason=reason, is_permanent=permanent, is_doubtful=doubtful)
            for each in message_ids
        ]
    )


@action
def put_back(*, by: Actor = SYSTEM, claimed: Sequence[Claimed], until: datetime | None = None) -> None:
    """Let go of what was claimed and not tried; `until` when it may be taken up again."""
    for is_doubtful in (False, True):
        these = [each.id for each in claimed if each.is_doubtful == is_doubtful]
        found = Message.objects.filter(pk__in=these, state=State.SENDING)
        found.update(claimed_at=None, in_doubt=is_doubtful, **({"next_attempt_at": until} if until else {}))


@action
def turn_away(*, by: Actor = SYSTEM, message_ids: Collection[UUID], code: str, is_wish: bool) -> None:
    """These may not go this way: by another, or not at all. `is_wish`: because their recipients want it so."""
    state = State.WITHHELD if is_wish else State.FAILED
    for message in outbox.messages_for_update(list(message_ids)):
        end_badly(message, state, code=code, reason="")


@action
def hold_sender(*, by: Actor = SYSTEM, sender: str, for_: timedelta) -> None:
    """The provider wants us to slow down: nothing goes out by this sender for so long."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messaging_pace SET free_at = greatest(free_at, clock_timestamp() + make_interval(secs => %s))"
            " WHERE sender = %s",
            [for_.total_seconds(), sender],
        )


@action
def reserve(*, by: Actor = SYSTEM, sender: str, wanted: int, a_second: float) -> float:
    """Speak for so many hand-overs by this sender; gives in how many seconds the first may go."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT messaging_reserve(%s, %s, %s)", [sender, wanted, a_second])
        return float(cursor.fetchone()[0])


def _record_taken(taken: Sequence[Outcome]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT messaging_record_taken(%s::uuid[], %s::timestamptz[], %s::text[])",
            [
                [each.message_id for each in taken],
                [each.at for each in taken],
                [rules.one_line(each.provider_id)[:200] for each in taken],
            ],
        )
        recorded = [row[0] for row in cursor.fetchall()]
    for message in outbox.with_waiting_reports(recorded):
        apply_waiting_reports(message)


def _record_failure(message: Message, outcome: Outcome) -> None:
    meaning = rules.meaning_of(outcome.code)
    verdict = rules.after_failure(
        permanent=outcome.is_permanent or message.attempts >= (meaning.tries_max or message.attempts + 1),
        attempts=message.attempts,
        due_at=message.due_at,
        now=clock.now(),
        channel=Channel(message.channel),
    )
    if verdict.retry_after is None:
        if outcome.code in ("404", "410") and message.channel == Channel.PUSH:
            _forget_browser(message)
        end_badly(message, verdict.state, code=outcome.code, reason=outcome.reason)
        return
    message.state, message.claimed_at, message.in_doubt = verdict.state, None, outcome.is_doubtful
    message.error_code, message.error = outcome.code[:40], rules.one_line(outcome.reason)[:300]
    message.next_attempt_at = clock.now() + (meaning.holds_sender_for or meaning.rests_for or verdict.retry_after)
    message.save(update_fields=[*outbox.PROGRESS])


def _forget_browser(message: Message) -> None:
    """The browser does not let us wake it any more."""
    whole = outbox.whole(message.pk)
    if whole is not None:
        PushSubscription.objects.filter(endpoint_index=reaching.endpoint_index(str(whole.address))).delete()
