"""Payments in doubt as a person sees them, collections and payouts alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pamoja.foundation import ids
from pamoja.foundation.money import Money
from pamoja.kernel.payments.errors import PaymentNotFound
from pamoja.kernel.payments.models import CollectionAttempt, Payout, WebhookInbox
from pamoja.kernel.payments.queries.collections import attempts_in_doubt
from pamoja.kernel.payments.queries.payouts import payouts_in_doubt
from pamoja.kernel.payments.rules.mpesa import description_of
from pamoja.kernel.payments.rules.states import DOUBTS, Doubt

Told = tuple[tuple[datetime, str, str, Money | None, str], ...]
"""What webhooks claimed: when, code, receipt, amount, and what came of it."""

# More than a person can look at in a day; who has more has another problem.
_LINES_MAX = 500


@dataclass(frozen=True)
class DoubtLine:
    """One payment that a person should look at."""

    subject_id: UUID
    is_payout: bool
    member_id: UUID
    amount: Money
    title: str
    state: str
    doubt: str
    why: str
    result: str
    rail_id: str
    at: datetime
    told: Told = ()

    @property
    def public_id(self) -> str:
        return ids.public("payout" if self.is_payout else "attempt", self.subject_id)

    @property
    def is_decided(self) -> bool:
        """Whether the money is settled already, so that there is nothing but to take note."""
        return self.state not in ("review", "expired")


def doubt_lines() -> list[DoubtLine]:
    """All, oldest first."""
    lines = [_of_attempt(each) for each in attempts_in_doubt()[:_LINES_MAX]]
    lines += [_of_payout(each) for each in payouts_in_doubt()[:_LINES_MAX]]
    return sorted(lines, key=lambda line: line.at)


def one_doubt(subject_id: UUID, *, is_payout: bool) -> DoubtLine:
    """With what was told about it.

    Raises: PaymentNotFound, also when nobody needs to look any more.
    """
    told = tuple(
        (row.received_at, row.claimed_code, row.claimed_receipt, _money(row.claimed_minor), row.note)
        for row in WebhookInbox.objects.filter(subject_id=subject_id).order_by("received_at")[:50]
    )
    if is_payout:
        payout = payouts_in_doubt().filter(pk=subject_id).first()
        if payout is not None:
            return _of_payout(payout, told)
    else:
        attempt = attempts_in_doubt().filter(pk=subject_id).first()
        if attempt is not None:
            return _of_attempt(attempt, told)
    raise PaymentNotFound()


def _of_attempt(attempt: CollectionAttempt, told: Told = ()) -> DoubtLine:
    collection = attempt.collection
    return DoubtLine(
        subject_id=attempt.pk,
        is_payout=False,
        member_id=collection.member_id,
        amount=collection.amount,
        title=description_of(collection.purpose),
        state=attempt.state,
        doubt=attempt.doubt,
        why=DOUBTS[Doubt(attempt.doubt)],
        result=f"{attempt.result_code} {attempt.result_text}".strip(),
        rail_id=attempt.checkout_request_id or "",
        at=attempt.began_at,
        told=told,
    )


def _of_payout(payout: Payout, told: Told = ()) -> DoubtLine:
    return DoubtLine(
        subject_id=payout.pk,
        is_payout=True,
        member_id=payout.member_id,
        amount=payout.amount,
        title=description_of(payout.purpose),
        state=payout.state,
        doubt=payout.doubt,
        why=DOUBTS[Doubt(payout.doubt)],
        result=payout.reason_code,
        rail_id=payout.conversation_id or payout.originator_id,
        at=payout.requested_at,
        told=told,
    )


def _money(minor: int | None) -> Money | None:
    return None if minor is None else Money(minor, "KES")
