"""Reading members whom Stripe pays, and the second halves of payouts by it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from pamoja.kernel.payments.errors import MethodNotFound, PaymentNotFound
from pamoja.kernel.payments.models import Method, Onward, Payee, Payout
from pamoja.kernel.payments.rules.methods import MethodKind, MethodState


def payee_of(member_id: UUID) -> Payee | None:
    """The member's account with Stripe, as far as it is."""
    return Payee.objects.filter(member_id=member_id).first()


def payee_for_update(payee_id: UUID) -> Payee:
    """Locked. Raises: MethodNotFound."""
    found = Payee.objects.select_for_update().filter(pk=payee_id).first()
    if found is None:
        raise MethodNotFound()
    return found


def method_of_payee(member_id: UUID) -> Method | None:
    """The way to be paid that stands for the account; none when the member removed it."""
    kept = Method.objects.filter(member_id=member_id, kind=MethodKind.PAYEE).exclude(state=MethodState.REMOVED)
    return kept.order_by("added_at").first()


def payees_to_query(now: datetime, limit: int) -> QuerySet[Payee]:
    """Those whom Stripe should be asked about now; not those that another sweep has."""
    due = Payee.objects.select_for_update(skip_locked=True).filter(next_query_at__lte=now, rail_id__isnull=False)
    return due.order_by("next_query_at")[:limit]


def onward_of(payout: Payout) -> Onward | None:
    """How a payout by Stripe goes on to the bank."""
    return Onward.objects.filter(payout_id=payout.pk).first()


def onward_for_update(payout_id: UUID) -> Onward:
    """Locked, with its payout. Raises: PaymentNotFound."""
    rows = Onward.objects.select_for_update(of=("self",)).select_related("payout")
    found = rows.filter(payout_id=payout_id).first()
    if found is None:
        raise PaymentNotFound()
    return found


def onwards_due(now: datetime, limit: int) -> QuerySet[Onward]:
    """Those to be told or asked about now, with their payouts; not those that another sweep has."""
    rows = Onward.objects.select_for_update(skip_locked=True, of=("self",)).select_related("payout")
    return rows.filter(next_query_at__lte=now).order_by("next_query_at")[:limit]
