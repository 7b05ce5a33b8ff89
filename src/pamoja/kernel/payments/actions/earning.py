"""Earning on the ledger what members paid ahead, day by day or at the end of a period."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pamoja.foundation import clock, ids
from pamoja.foundation.actions import SYSTEM, Actor, action, joins_transaction
from pamoja.foundation.money import Money
from pamoja.kernel.ledger.public import AccountId, Transfer, open_account, post
from pamoja.kernel.payments.models import Invoice, RevenueSpan
from pamoja.kernel.payments.queries import billing as found
from pamoja.kernel.payments.rules import revenue
from pamoja.kernel.payments.rules.billing import LineKind
from pamoja.kernel.payments.rules.revenue import Charge, Recognition


def deferred(currency: str) -> AccountId:
    """What members paid for and have not had yet."""
    return open_account(owner="community", purpose="deferred_revenue", currency=currency, floor_minor=None)


def earned(currency: str) -> AccountId:
    """What the community has earned."""
    return open_account(owner="community", purpose="revenue", currency=currency, floor_minor=None)


def taxes(currency: str) -> AccountId:
    """What the community owes the tax office."""
    return open_account(owner="community", purpose="sales_tax", currency=currency, floor_minor=None)


@joins_transaction
def plan_earning(invoice: Invoice) -> None:
    """Note when what an invoice brought, its tax apart, is earned; what is over already, with the next sweep."""
    lines = invoice.lines.exclude(kind__in=[LineKind.TAX, LineKind.DISCOUNT, LineKind.CREDIT])
    charges = [Charge(each.amount_minor, each.starts_at, each.ends_at) for each in lines]
    how, now = Recognition(invoice.recognition), clock.now()
    spans = revenue.spans_of(invoice.total_minor - invoice.tax_minor, charges)
    RevenueSpan.objects.bulk_create(
        RevenueSpan(
            invoice=invoice,
            subscription_id=invoice.subscription_id,
            currency=invoice.currency,
            amount_minor=span.amount_minor,
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            recognition=how,
            next_at=revenue.next_earning_at(span, now, how) or now,
        )
        for span in spans
    )


@action
def earn_revenue(*, by: Actor = SYSTEM, limit: int = 500) -> int:
    """Post what is earned by now as one entry with a transfer a span; says how many spans were looked at."""
    due = found.spans_due(clock.now(), limit)
    _earn(due, clock.now())
    return len(due)


@joins_transaction
def hold_earning(subscription_id: UUID) -> None:
    """Earn what is earned by now, and nothing more until the subscription goes on."""
    spans = found.spans_of_subscription(subscription_id)
    _earn(spans, clock.now())
    for span in spans:
        span.next_at = None
        span.save(update_fields=["next_at"])


@joins_transaction
def go_on_earning(subscription_id: UUID, until: datetime) -> None:
    """Earn what is left from now until then."""
    now = clock.now()
    for span in found.spans_of_subscription(subscription_id):
        span.before_minor, span.starts_at, span.ends_at = span.earned_minor, now, max(now, until)
        span.next_at = revenue.next_earning_at(span.span, now, Recognition(span.recognition)) or now
        span.save(update_fields=["before_minor", "starts_at", "ends_at", "next_at"])


@joins_transaction
def earn_the_rest(subscription_id: UUID) -> None:
    """Nothing more will be done for what was paid: all of it is earned now."""
    now = clock.now()
    spans = found.spans_of_subscription(subscription_id)
    for span in spans:
        span.ends_at = max(now, span.starts_at) if now < span.ends_at else span.ends_at
        span.save(update_fields=["ends_at"])
    _earn(spans, now)


def _earn(spans: list[RevenueSpan], now: datetime) -> None:
    transfers = []
    for span in spans:
        how = Recognition(span.recognition)
        more = revenue.earned_minor(span.span, now, how) - span.earned_minor
        if more > 0:
            money, code = Money(more, span.currency), span.currency
            transfers.append(Transfer(deferred(code), earned(code), money, note=span.invoice.title))
            span.earned_minor += more
        span.next_at = revenue.next_earning_at(span.span, now, how)
        span.save(update_fields=["earned_minor", "next_at"])
    if transfers:
        post(key=f"payments.earned:{ids.new_id()}", transfers=transfers, description="Revenue earned")
