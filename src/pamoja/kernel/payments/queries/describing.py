"""How money for an invoice, and a correction, read on statements and among payments."""

from __future__ import annotations

import re
from uuid import UUID

from django.urls import reverse

from pamoja.kernel.ledger.public import Described
from pamoja.kernel.payments.models import Approval, Invoice


def invoices_described(ids: set[UUID]) -> dict[UUID, Described]:
    """`payments.invoice:<uuid>`: paid, or given back."""
    found = Invoice.objects.filter(pk__in=ids).select_related("subscription__plan")
    return {each.pk: Described(_words(each), reverse("payments:invoice", args=[each.public_id])) for each in found}


def invoices_found(text: str, limit: int) -> list[UUID]:
    """By their number, or by what the plan is called; the newest."""
    number = re.fullmatch(r"(?i)inv-0*(\d{1,9})", text)
    wanted = {"number": int(number[1])} if number else {"subscription__plan__name__icontains": text}
    return list(Invoice.objects.filter(**wanted).order_by("-made_at", "-pk").values_list("pk", flat=True)[:limit])


def approvals_described(ids: set[UUID]) -> dict[UUID, Described]:
    """`payments.approval:<uuid>`: why staff corrected a wallet."""
    found = Approval.objects.filter(pk__in=ids).values_list("pk", "reason")
    return {approval_id: Described(f"Corrected: {reason}") for approval_id, reason in found}


def _words(invoice: Invoice) -> str:
    subscription = invoice.subscription
    return f"{subscription.plan.name}, {invoice.title}" if subscription else f"Invoice {invoice.title}"
