"""Reading cases, and the dispute behind one."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F, Q, QuerySet

from pamoja.kernel.payments.errors import PaymentNotFound
from pamoja.kernel.payments.models import Case, Collection, Deposit, Dispute, Payout
from pamoja.kernel.payments.rules.givingback import CaseKind


def open_cases() -> QuerySet[Case]:
    """Those that wait, by their deadline, then the oldest first."""
    return Case.objects.filter(resolved_at__isnull=True).order_by(F("due_at").asc(nulls_last=True), "opened_at")


def case_with(case_id: UUID) -> Case:
    """Raises: PaymentNotFound."""
    found = Case.objects.filter(pk=case_id).first()
    if found is None:
        raise PaymentNotFound()
    return found


def dispute_of(case: Case) -> Dispute | None:
    """The dispute that a case is about."""
    if case.kind != CaseKind.DISPUTE:
        return None
    return Dispute.objects.filter(pk=UUID(case.subject.partition(":")[2])).first()


def deposit_of(case: Case) -> Deposit | None:
    """The money that came to nobody, of such a case."""
    if case.kind != CaseKind.UNMATCHED:
        return None
    return Deposit.objects.filter(pk=UUID(case.subject.partition(":")[2])).first()


def payment_of(case: Case) -> Collection | Payout | None:
    """The payment that is disputed, was given back, or is on no way to anywhere."""
    kind, _, identifier = case.subject.partition(":")
    if case.kind == CaseKind.PAYOUT:
        return Payout.objects.filter(pk=identifier).first()
    if case.kind not in (CaseKind.DISPUTE, CaseKind.REFUND) or kind not in ("dispute", "refund"):
        return None
    about = {"dispute": Q(attempts__disputes=identifier), "refund": Q(attempts__refunds=identifier)}[kind]
    return Collection.objects.filter(about).first()


def resolved_cases() -> QuerySet[Case]:
    """Those that were decided, or came to their end by themselves, newest first."""
    return Case.objects.filter(resolved_at__isnull=False).order_by("-resolved_at", "-pk")
