"""Noting webhooks: what they claim is kept, and is cause to ask the rail; they move no money by themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor, action
from pamoja.foundation.events import announce
from pamoja.kernel.payments.actions.arriving import note_arrival, settle_arrival
from pamoja.kernel.payments.actions.hinting import heed_events
from pamoja.kernel.payments.actions.paying_out import settle_payout
from pamoja.kernel.payments.actions.refunding import heed_refund, settle_refund
from pamoja.kernel.payments.actions.settling import keep_receipt
from pamoja.kernel.payments.events import CollectionDoubted
from pamoja.kernel.payments.models import CollectionAttempt, Payout, WebhookInbox
from pamoja.kernel.payments.queries import inbox, payouts, settings
from pamoja.kernel.payments.rules import states
from pamoja.kernel.payments.rules.messages import Found, Notice, NoticeKind
from pamoja.kernel.payments.rules.states import OPEN_PAYOUTS, AttemptState, Doubt, PayoutState

Reader = Callable[[str, NoticeKind, bytes], Notice]
"""Reads a rail's webhook of a kind; never raises."""


@action
def note_webhooks(*, by: Actor = SYSTEM, read: Reader, limit: int = 100) -> int:
    """Read waiting webhooks, keep their claims, and make it time to ask about what they are about; says how many."""
    rows = list(inbox.waiting_notices(limit))
    collecting = {row.subject_id for row in rows if row.kind == NoticeKind.COLLECTION}
    attempts = inbox.attempts_in_order_for_update(collecting)
    paying_out = {row.subject_id for row in rows if row.kind in (NoticeKind.PAYOUT, NoticeKind.PAYOUT_LATE)}
    payouts_by_id = inbox.payouts_in_order_for_update(paying_out)
    events: dict[str, list[Notice]] = {}
    for row in rows:
        notice = read(row.rail, NoticeKind(row.kind), row.raw)
        if not _keep(row, notice):
            continue
        if row.kind == NoticeKind.EVENT:
            events.setdefault(row.rail, []).append(notice)
            continue
        if row.kind == NoticeKind.C2B:
            _mark(row, note_arrival(notice))
        elif row.kind in (NoticeKind.REFUND, NoticeKind.REFUND_LATE):
            heed_refund(row.subject_id, notice)
        elif attempt := attempts.get(row.subject_id):
            _about_attempt(row, attempt)
        elif payout := payouts_by_id.get(row.subject_id):
            _about_payout(payout, notice)
    for rail, notices in events.items():
        heed_events(rail, notices)
    return len(rows)


@action
def apply_state(*, by: Actor = SYSTEM, read: Reader, inbox_id: UUID) -> None:
    """Settle a payment by the answer to our own question, which came to an address that nobody else was told."""
    row = inbox.notice_for_update(inbox_id)
    if row is None:
        return
    notice = read(row.rail, NoticeKind(row.kind), row.raw)
    if not _keep(row, notice):
        return
    if row.kind == NoticeKind.C2B_STATE:
        _mark(row, settle_arrival(row.subject_id, notice))
    elif row.kind == NoticeKind.REFUND_STATE:
        _mark(row, settle_refund(row.subject_id, notice))
    else:
        _mark(row, settle_payout(payouts.payout_for_update(row.subject_id), notice))


@action
def apply_payout_answer(*, by: Actor = SYSTEM, payout_id: UUID, answer: Notice) -> None:
    """Settle a payout by what a rail answered at once."""
    settle_payout(payouts.payout_for_update(payout_id), answer)


def _mark(row: WebhookInbox, note: str) -> None:
    row.note = note[:40]
    row.save(update_fields=["note"])


def _keep(row: WebhookInbox, notice: Notice) -> bool:
    row.applied_at = clock.now()
    row.note = "" if notice.is_readable and row.is_trusted else "unreadable" if row.is_trusted else "source not allowed"
    row.claimed_id, row.claimed_code = notice.rail_id[:100], notice.code[:40]
    row.claimed_receipt, row.claimed_minor = notice.receipt[:40], notice.amount_minor
    row.save(update_fields=["applied_at", "note", "claimed_id", "claimed_code", "claimed_receipt", "claimed_minor"])
    return not row.note


def _about_attempt(row: WebhookInbox, attempt: CollectionAttempt) -> None:
    if attempt.checkout_request_id not in (None, row.claimed_id):
        _mark(row, "another prompt")
    elif attempt.state != AttemptState.PAID:
        if attempt.doubt != Doubt.AMOUNT:
            attempt.next_query_at = clock.now()
            attempt.save(update_fields=["next_query_at"])
    elif row.claimed_code == "0":
        _late_claim(row, attempt)


def _late_claim(row: WebhookInbox, attempt: CollectionAttempt) -> None:
    collection = attempt.collection
    if row.claimed_minor not in (None, collection.amount_minor):
        attempt.doubt, attempt.resolved_at = Doubt.AMOUNT, None
        attempt.save(update_fields=["doubt", "resolved_at"])
        announce(
            CollectionDoubted(
                **collection.told(),
                reason_code=Doubt.AMOUNT,
                reason=states.DOUBTS[Doubt.AMOUNT],
            )
        )
    elif row.claimed_receipt and attempt.receipt not in (None, row.claimed_receipt):
        attempt.doubt, attempt.resolved_at = Doubt.RECEIPT, None
        attempt.save(update_fields=["doubt", "resolved_at"])
    elif row.claimed_receipt:
        keep_receipt(attempt, frozenset({row.claimed_receipt}))


def _about_payout(payout: Payout, notice: Notice) -> None:
    if settings.trusts_payout_results() and notice.code:
        settle_payout(payout, replace(notice, found=Found.COMPLETED if notice.code == "0" else Found.FAILED))
    elif payout.state in OPEN_PAYOUTS or (payout.state == PayoutState.FAILED and notice.code == "0"):
        payout.next_query_at = clock.now()
        payout.save(update_fields=["next_query_at"])
