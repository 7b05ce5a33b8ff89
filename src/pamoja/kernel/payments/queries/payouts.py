"""Reading payouts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from pamoja.kernel.payments.errors import PaymentNotFound
from pamoja.kernel.payments.models import Payout, WebhookInbox
from pamoja.kernel.payments.rules.messages import NoticeKind


def payout(payout_id: UUID) -> Payout:
    """Raises: PaymentNotFound."""
    found = Payout.objects.filter(pk=payout_id).first()
    if found is None:
        raise PaymentNotFound()
    return found


def payouts_for(purpose: str) -> QuerySet[Payout]:
    """All that was ever sent for this purpose, newest first."""
    return Payout.objects.filter(purpose=purpose).order_by("-requested_at", "-id")


def payout_with_key(key: str) -> Payout | None:
    """The payout that this key made."""
    return Payout.objects.filter(key=key).first()


def payout_for_update(payout_id: UUID) -> Payout:
    """Locked. Raises: PaymentNotFound."""
    found = Payout.objects.select_for_update().filter(pk=payout_id).first()
    if found is None:
        raise PaymentNotFound()
    return found


def payouts_to_submit(now: datetime, limit: int) -> QuerySet[Payout]:
    """Those whose time to be sent has come; not those that another sweep has."""
    return (
        Payout.objects.select_for_update(skip_locked=True)
        .filter(next_submission_at__lte=now)
        .order_by("next_submission_at")[:limit]
    )


def payouts_to_query(now: datetime, limit: int) -> QuerySet[Payout]:
    """Those about which the rail should be asked now; not those that another sweep has."""
    return (
        Payout.objects.select_for_update(skip_locked=True)
        .filter(next_query_at__lte=now)
        .order_by("next_query_at")[:limit]
    )


def payouts_in_doubt() -> QuerySet[Payout]:
    """Those a person should look at, oldest first."""
    return Payout.objects.filter(~Q(doubt=""), resolved_at__isnull=True).order_by("requested_at")


def failure_claimed(payout_id: UUID) -> str:
    """The code of the newest trusted result that reports a failure; empty when none does."""
    found = (
        WebhookInbox.objects.filter(kind=NoticeKind.PAYOUT, subject_id=payout_id, is_trusted=True)
        .exclude(claimed_code__in=["", "0"])
        .order_by("-received_at")
        .values_list("claimed_code", flat=True)
        .first()
    )
    return found or ""


def is_payout_receipt_free(rail: str, receipt: str, *, payout_id: UUID) -> bool:
    """Whether no other payout has this receipt."""
    return not Payout.objects.filter(rail=rail, receipt=receipt).exclude(pk=payout_id).exists()
