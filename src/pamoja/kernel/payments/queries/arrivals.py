"""Reading what has come by itself: whose it is, which prompt brought it, and what the rail is to be asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Cast, Replace, Right, Upper

from pamoja.kernel.payments.models import Arrival, Collection, CollectionAttempt, Deposit, Inlet
from pamoja.kernel.payments.queries.methods import reference_of
from pamoja.kernel.payments.queries.settings import rails as offered_rails
from pamoja.kernel.payments.rules import mpesa, rails
from pamoja.kernel.payments.rules.arrivals import ArrivalState, pushed_reference
from pamoja.kernel.payments.rules.bank_statements import PaidIn

# As the index and `payments_home_of` write it.
_ACCOUNT = Upper(Right(Replace(Cast("id", TextField()), Value("-"), Value("")), 10))


@dataclass(frozen=True)
class PayBill:
    """What a member enters in M-PESA's menu to fill their wallet."""

    number: str
    account: str


def paybill_of(member_id: UUID, currency: str) -> PayBill | None:
    """None where nobody pays by M-PESA, or before the member has a reference."""
    code = reference_of(member_id)
    if not takes_paybill(currency) or not code:
        return None
    return PayBill(shortcode(), code)


def takes_paybill(currency: str) -> bool:
    """Whether members can pay by M-PESA's menu."""
    return currency == mpesa.CURRENCY and rails.MPESA in offered_rails(currency) and bool(shortcode())


def shortcode() -> str:
    """The installation's paybill."""
    return str(settings.PAMOJA.mpesa_shortcode)


def arrival_for_update(arrival_id: UUID) -> Arrival | None:
    """Locked."""
    return Arrival.objects.select_for_update(of=("self",)).filter(pk=arrival_id).first()


def arrivals_to_query(now: datetime, limit: int) -> QuerySet[Arrival]:
    """Those about which the rail should be asked now; not those that another sweep has."""
    return (
        Arrival.objects.select_for_update(skip_locked=True)
        .filter(next_query_at__lte=now)
        .order_by("next_query_at")[:limit]
    )


def inlets_due(rail: str, now: datetime) -> QuerySet[Inlet]:
    """Those that are to be registered or read now; not those that another sweep has."""
    return Inlet.objects.select_for_update(skip_locked=True).filter(rail=rail, next_at__lte=now)


def pushed_collection(reference: str) -> Collection | None:
    """The one whose prompt showed this account number."""
    account = pushed_reference(reference)
    if not account:
        return None
    found = list(Collection.objects.filter(rail=rails.MPESA).alias(account=_ACCOUNT).filter(account=account)[:2])
    return found[0] if len(found) == 1 else None


def attempt_with_receipt(rail: str, receipt: str) -> CollectionAttempt | None:
    """The attempt that brought this receipt."""
    return CollectionAttempt.objects.filter(rail=rail, receipt=receipt).first()


def attempts_without_receipt(collection_id: UUID) -> list[CollectionAttempt]:
    """Those that a payment without a home may belong to, locked: paid ones first, then the newest."""
    rows = CollectionAttempt.objects.select_for_update().filter(collection_id=collection_id, receipt__isnull=True)
    return sorted(rows.order_by("-number"), key=lambda each: each.state != "paid")


def unposted(rail: str, lines: Sequence[PaidIn]) -> list[PaidIn]:
    """Those of which no prompt, deposit or confirmed arrival has the receipt."""
    receipts = {line.receipt for line in lines}
    known = set(CollectionAttempt.objects.filter(rail=rail, receipt__in=receipts).values_list("receipt", flat=True))
    known |= set(Deposit.objects.filter(rail=rail, rail_id__in=receipts).values_list("rail_id", flat=True))
    confirmed = Arrival.objects.filter(rail=rail, receipt__in=receipts, state=ArrivalState.CONFIRMED)
    known |= set(confirmed.values_list("receipt", flat=True))
    return [line for line in lines if line.receipt not in known]
