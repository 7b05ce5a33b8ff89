"""Reading members' ways to pay, their names with rails, and their references."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from pamoja.foundation import ids
from pamoja.kernel.payments.errors import MethodNotFound
from pamoja.kernel.payments.models import Customer, Method, Reference
from pamoja.kernel.payments.queries import settings
from pamoja.kernel.payments.rules.methods import RECEIVING, MethodKind, MethodState


def methods_of(member_id: UUID) -> QuerySet[Method]:
    """Those the member sees, in the order they are tried; a visit to the rail's page that led nowhere is left out."""
    left_open = Q(state=MethodState.PENDING, kind__in=[MethodKind.CARD, MethodKind.BACS_DEBIT])
    failed_unsaved = Q(state=MethodState.FAILED, rail_id__isnull=True) & ~Q(kind=MethodKind.PAYEE)
    return (
        Method.objects.filter(member_id=member_id)
        .exclude(state=MethodState.REMOVED)
        .exclude(left_open | failed_unsaved)
        .order_by("position", "added_at")
    )


def paying_methods(member_id: UUID, currency: str | None = None) -> list[Method]:
    """Those with which money can be asked for here and now, the first to be tried first."""
    offered = settings.rails(currency)
    rows = methods_of(member_id).filter(rail__in=offered).exclude(kind__in=RECEIVING)
    return [each for each in rows if each.is_usable]


def own_method(member_id: UUID, public_id: str) -> Method:
    """The member's way to pay with this public id.

    Raises: MethodNotFound, also when it is somebody else's, removed, or no id at all.
    """
    try:
        found = Method.objects.filter(pk=ids.parse("method", public_id), member_id=member_id).first()
    except ids.MalformedId:
        found = None
    if found is None or found.state == MethodState.REMOVED:
        raise MethodNotFound()
    return found


def method_for_update(method_id: UUID) -> Method:
    """Locked. Raises: MethodNotFound."""
    found = Method.objects.select_for_update().filter(pk=method_id).first()
    if found is None:
        raise MethodNotFound()
    return found


def own_methods_for_update(member_id: UUID) -> list[Method]:
    """All that are not removed, locked, in their order."""
    rows = Method.objects.select_for_update().filter(member_id=member_id).exclude(state=MethodState.REMOVED)
    return list(rows.order_by("position", "added_at", "pk"))


def methods_to_query(now: datetime, limit: int) -> QuerySet[Method]:
    """Those about which the rail should be asked now; not those that another sweep has."""
    return (
        Method.objects.select_for_update(skip_locked=True)
        .filter(next_query_at__lte=now)
        .order_by("next_query_at")[:limit]
    )


def customer_id_of(member_id: UUID, rail: str) -> str:
    """The member's name with the rail; empty when there is none yet."""
    return Customer.objects.filter(member_id=member_id, rail=rail).values_list("rail_id", flat=True).first() or ""


def reference_of(member_id: UUID) -> str:
    """What the member writes on a transfer; empty when there is none yet."""
    return Reference.objects.filter(member_id=member_id).values_list("code", flat=True).first() or ""


def member_with_reference(codes: list[str]) -> UUID | None:
    """Whose transfer it is that bears these; None when they name nobody, or several."""
    found = set(Reference.objects.filter(code__in=codes).values_list("member_id", flat=True))
    return found.pop() if len(found) == 1 else None
