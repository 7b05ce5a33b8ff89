"""What a provider reports later: it may come late, twice, out of order, or before we know the message by its id."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import joins_transaction
from pamoja.kernel.messaging import rules
from pamoja.kernel.messaging.actions.ending import end_badly
from pamoja.kernel.messaging.models import DeliveryReport, Message
from pamoja.kernel.messaging.queries import outbox
from pamoja.kernel.messaging.rules import State


@joins_transaction
def record_delivery(
    *, provider_id: str, state: str, error_code: str = "", message_id: UUID | None = None, at: datetime | None = None
) -> None:
    """Keep the report, and move its message forward if it says anything new.

    `state` in the provider's own word. `message_id` is what we put into the callback's address; without it the
    message is found by the provider's id, and a report that comes before that is known waits for it.
    """
    moment = at or clock.now()
    # Of another community or forged ids there is nothing to be found; the wall is the database's.
    message = outbox.message_reported(provider_id, message_id)
    report = DeliveryReport(
        provider_id=provider_id[:200],
        said=state.strip().lower()[:30],
        error_code=error_code[:40],
        message=message,
        at=moment,
    )
    DeliveryReport.objects.bulk_create([report], ignore_conflicts=True)
    if message is not None:
        apply_report(message, provider_id=provider_id, said=state, error_code=error_code, at=moment)


def apply_waiting_reports(message: Message) -> None:
    """The provider's id of this message has just become known: what was reported under it counts now."""
    waiting = DeliveryReport.objects.filter(provider_id=message.provider_id, message=None).order_by("at", "pk")
    for report in waiting.select_for_update():
        report.message = message
        report.save(update_fields=["message"])
        apply_report(
            message, provider_id=report.provider_id, said=report.said, error_code=report.error_code, at=report.at
        )


def apply_report(message: Message, *, provider_id: str, said: str, error_code: str, at: datetime) -> None:
    """Move a locked message forward."""
    word = rules.reported(said)
    if word is None:
        return
    before = State(message.state)
    # A report proves that the provider has it, whatever became of our own record of the hand-over.
    after = rules.advanced(State.SENT if before in rules.UNFINISHED else before, word)
    if after == before:
        return
    message.state, message.provider_id = after, message.provider_id or provider_id
    message.sent_at = message.sent_at or at
    if after in (State.DELIVERED, State.READ):
        message.delivered_at = message.delivered_at or at
    if after == State.READ:
        message.read_at = at
    message.claimed_at, message.in_doubt = None, False
    if after == State.FAILED:
        end_badly(message, State.FAILED, code=error_code or "undelivered", reason=f"reported as {said}")
        return
    message.error_code = message.error = ""
    message.save(update_fields=[*outbox.PROGRESS])
