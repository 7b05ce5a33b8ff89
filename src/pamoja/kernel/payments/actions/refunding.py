"""Giving a payment back by the rail that brought it: held in the wallet, told once, captured when it is gone."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Sum

from pamoja.foundation import clock, ids
from pamoja.foundation.actions import SYSTEM, Actor, action, joins_transaction
from pamoja.foundation.events import announce
from pamoja.foundation.money import Money
from pamoja.kernel.ledger.public import HoldId, Transfer, capture, hold, post, release, wallet_of
from pamoja.kernel.payments.actions.casework import open_case
from pamoja.kernel.payments.actions.reviewing import MANAGE, said_why
from pamoja.kernel.payments.errors import KeyReused, NotRefundable, PaymentNotFound, RailFailure, RefundTooLarge
from pamoja.kernel.payments.events import RefundFailed, RefundRequested, RefundSucceeded
from pamoja.kernel.payments.models import CollectionAttempt, Refund
from pamoja.kernel.payments.queries import collections as found
from pamoja.kernel.payments.queries import settings
from pamoja.kernel.payments.queries.accounts import clearing_account
from pamoja.kernel.payments.rules import mpesa, rails
from pamoja.kernel.payments.rules.givingback import CaseKind, RefundState
from pamoja.kernel.payments.rules.messages import Found, Notice, NoticeKind, RefundAnswer, RefundOrder
from pamoja.kernel.payments.rules.states import AttemptState

_UNDER_WAY = (RefundState.SENT, RefundState.PENDING, RefundState.REVIEW)
_ASK_AFTER_S = (30, 120, 600, 3_600, 21_600, 86_400, 3 * 86_400, 7 * 86_400)


@action
def refund_payment(*, by: Actor, collection_id: UUID, reason: str, key: str, amount: Money | None = None) -> Refund:
    """Give a payment back, or a part of it, to where it came from. It leaves the member's wallet.

    Raises: NotAllowed, ReasonMissing, PaymentNotFound; NotRefundable when nothing was paid by a rail that gives back,
        or by M-PESA with a receipt that is not known yet; RefundTooLarge, also for the second of an M-PESA payment,
        which can be reversed once; AmountNotWhole; InsufficientFunds (ledger) when the wallet does not hold it;
        KeyReused with another body.
    """
    by.require(MANAGE)
    reason = said_why(reason)
    collection = found.collection_for_update(collection_id)
    wanted = amount or collection.amount
    if before := Refund.objects.filter(key=key).select_related("attempt").first():
        if (before.attempt.collection_id, before.amount) != (collection_id, wanted):
            raise KeyReused()
        return before
    attempt = collection.attempts.filter(state=AttemptState.PAID).order_by("ended_at").first()
    if attempt is None or not rails.facts_of(attempt.rail).gives_back:
        raise NotRefundable()
    given_back_minor = _given_back(attempt)
    left = collection.amount_minor - given_back_minor
    if attempt.rail == rails.MPESA:
        if not attempt.receipt:
            raise NotRefundable()
        mpesa.whole_shillings(wanted, least=1, most=collection.amount_minor)
        left = 0 if given_back_minor else left
    if not 0 < wanted.amount_minor <= left:
        raise RefundTooLarge(field="amount", left=Money(left, collection.currency).text)
    refund_id = ids.new_id()
    hold_id = hold(
        key=f"payments.refund:{refund_id}",
        account=wallet_of(collection.member_id, collection.currency),
        amount=wanted,
        expires_at=None,
        description="To be given back to you",
        reference=ids.public("refund", refund_id),
    )
    made = Refund.objects.create(
        id=refund_id,
        attempt=attempt,
        member_id=collection.member_id,
        amount_minor=wanted.amount_minor,
        currency=wanted.currency,
        key=key,
        reason=reason[:200],
        hold_id=hold_id,
    )
    announce(RefundRequested(**made.told(), reason=made.reason))
    return made


@action
def take_due_refunds(*, by: Actor = SYSTEM, limit: int = 50) -> list[tuple[RefundOrder, RefundState, str]]:
    """The refunds to speak of now: what the rail is told, how far each had come, and the rail's name for it."""
    now, due = clock.now(), []
    rows = Refund.objects.select_for_update(skip_locked=True, of=("self",)).select_related("attempt")
    for refund in rows.filter(next_query_at__lte=now).order_by("next_query_at")[:limit]:
        before = RefundState(refund.state)
        if before == RefundState.REQUESTED:
            refund.state, refund.sent_at = RefundState.SENT, now
        refund.next_query_at = _next_query_at(refund, now)
        refund.save(update_fields=["state", "sent_at", "next_query_at"])
        due.append((_order(refund), before, refund.rail_id or ""))
    return due


@action
def record_refund(*, by: Actor = SYSTEM, refund_id: UUID, answer: RefundAnswer | RailFailure) -> Refund:
    """Believe what the rail says of a refund, in whatever order it is said."""
    refund = _locked(refund_id)
    if isinstance(answer, RailFailure):
        if answer.permanent and refund.state == RefundState.SENT and refund.rail_id is None:
            _fail(refund, answer.code)
        return refund
    if refund.rail_id is None and answer.rail_id:
        refund.rail_id = answer.rail_id
        refund.save(update_fields=["rail_id"])
    if answer.state == "failed" and refund.state != RefundState.FAILED:
        _fail(refund, answer.reason)
    elif answer.state == "succeeded" and refund.state in _UNDER_WAY:
        _succeed(refund)
    elif answer.state == "pending" and refund.state == RefundState.SENT:
        refund.state = RefundState.PENDING
        refund.save(update_fields=["state"])
    return refund


@joins_transaction
def heed_refund(refund_id: UUID, notice: Notice) -> None:
    """A webhook tells of a refund: keep the rail's number for it when none is known, and ask what became of it."""
    refund = Refund.objects.select_for_update().filter(pk=refund_id, state__in=_UNDER_WAY).first()
    if refund is None:
        return
    if refund.rail_id is None and notice.rail_id and notice.code:
        refund.rail_id = notice.rail_id
    refund.next_query_at = clock.now()
    refund.save(update_fields=["rail_id", "next_query_at"])


@joins_transaction
def settle_refund(refund_id: UUID, answer: Notice) -> str:
    """Believe the rail's answer to our own question about a refund; says in a word what came of it."""
    refund = _locked(refund_id)
    if refund.state not in _UNDER_WAY:
        return "settled before"
    if answer.found == Found.COMPLETED:
        if answer.amount_minor not in (None, refund.amount_minor):
            refund.state, refund.next_query_at = RefundState.REVIEW, None
            refund.save(update_fields=["state", "next_query_at"])
            _ask_a_person(refund, "Another amount went back than was meant to")
            return "waits for a person"
        _succeed(refund)
        return "succeeded"
    if answer.found == Found.FAILED:
        _fail(refund, answer.text or answer.code)
        return "failed"
    return "pending"


def _succeed(refund: Refund) -> None:
    entry = capture(
        key=f"payments.refunded:{refund.pk}",
        hold_id=HoldId(refund.hold_id),
        credit=clearing_account(refund.attempt.rail, refund.currency),
        description="Given back to you",
        reference=refund.public_id,
    )
    refund.state, refund.entry_id = RefundState.SUCCEEDED, entry.id
    refund.ended_at, refund.next_query_at = clock.now(), None
    refund.save(update_fields=["state", "entry_id", "ended_at", "next_query_at"])
    announce(RefundSucceeded(**refund.told()))


def _fail(refund: Refund, why: str) -> None:
    if refund.state == RefundState.SUCCEEDED:
        # It had gone, and came back: the bank would not take it.
        entry = post(
            key=f"payments.refund_back:{refund.pk}",
            transfers=[
                Transfer(
                    debit=clearing_account(refund.attempt.rail, refund.currency),
                    credit=wallet_of(refund.member_id, refund.currency),
                    amount=refund.amount,
                )
            ],
            description="What was given back to you came back to us",
            reference=refund.public_id,
        )
        refund.back_entry_id = entry.id
    else:
        release(
            key=f"payments.refund_released:{refund.pk}", hold_id=HoldId(refund.hold_id), description="Not given back"
        )
    refund.state, refund.failure = RefundState.FAILED, why[:100]
    refund.ended_at, refund.next_query_at = clock.now(), None
    refund.save(update_fields=["state", "failure", "ended_at", "next_query_at", "back_entry_id"])
    announce(RefundFailed(**refund.told()))
    _ask_a_person(refund, "A refund did not reach the payer; the money is in the wallet again")


def _ask_a_person(refund: Refund, says: str) -> None:
    open_case(
        kind=CaseKind.REFUND,
        subject=f"refund:{refund.pk}",
        says=says,
        amount=refund.amount,
        member_id=refund.member_id,
    )


def _order(refund: Refund) -> RefundOrder:
    attempt = refund.attempt
    return RefundOrder(
        refund_id=refund.pk,
        rail=attempt.rail,
        amount=refund.amount,
        payment_id=attempt.checkout_request_id or "",
        receipt=attempt.receipt or "",
        reason="requested_by_customer",
        token=settings.webhook_token(NoticeKind.REFUND, refund.pk),
        late_token=settings.webhook_token(NoticeKind.REFUND_LATE, refund.pk),
        state_token=settings.webhook_token(NoticeKind.REFUND_STATE, refund.pk),
    )


def _given_back(attempt: CollectionAttempt) -> int:
    rows = Refund.objects.filter(attempt=attempt).exclude(state=RefundState.FAILED).aggregate(total=Sum("amount_minor"))
    return int(rows["total"] or 0)


def _next_query_at(refund: Refund, now: datetime) -> datetime | None:
    if refund.state in (RefundState.SUCCEEDED, RefundState.FAILED):
        return None
    since = refund.sent_at or now
    moments = (since + timedelta(seconds=after) for after in _ASK_AFTER_S)
    return next((each for each in moments if each > now), now + timedelta(days=1))


def _locked(refund_id: UUID) -> Refund:
    refund = Refund.objects.select_for_update(of=("self",)).select_related("attempt").filter(pk=refund_id).first()
    if refund is None:
        raise PaymentNotFound()
    return refund
