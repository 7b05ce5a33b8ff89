"""Reading the inbox of webhooks."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from pamoja.kernel.payments.models import CollectionAttempt, Payout, WebhookInbox
from pamoja.kernel.payments.rules.messages import NoticeKind

# Answers to our own questions, each of which settles one payment.
_ANSWERS = (NoticeKind.PAYOUT_STATE, NoticeKind.REFUND_STATE, NoticeKind.C2B_STATE)


def waiting_notices(limit: int) -> QuerySet[WebhookInbox]:
    """Webhooks that only give cause to ask the rail; not those that another batch has."""
    return (
        WebhookInbox.objects.select_for_update(skip_locked=True)
        .filter(applied_at__isnull=True)
        .exclude(kind__in=_ANSWERS)
        .order_by("received_at")[:limit]
    )


def waiting_state_ids(limit: int) -> list[UUID]:
    """Answers to our own questions."""
    return list(
        WebhookInbox.objects.filter(applied_at__isnull=True, kind__in=_ANSWERS)
        .order_by("received_at")
        .values_list("pk", flat=True)[:limit]
    )


def notice_for_update(inbox_id: UUID) -> WebhookInbox | None:
    """The webhook, locked, while it waits; None when another has it or it was applied."""
    return WebhookInbox.objects.select_for_update(skip_locked=True).filter(pk=inbox_id, applied_at__isnull=True).first()


def attempts_in_order_for_update(attempt_ids: set[UUID]) -> dict[UUID, CollectionAttempt]:
    """Locked in key order, so that two batches never wait for each other in a ring."""
    found = CollectionAttempt.objects.select_for_update().filter(pk__in=attempt_ids).order_by("pk")
    return {each.pk: each for each in found}


def payouts_in_order_for_update(payout_ids: set[UUID]) -> dict[UUID, Payout]:
    """Locked in key order."""
    return {each.pk: each for each in Payout.objects.select_for_update().filter(pk__in=payout_ids).order_by("pk")}
