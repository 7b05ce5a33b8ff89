"""How billing goes in the entered community: what comes in a month, who leaves, how much of what is billed is paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q, Sum

from pamoja.foundation import clock
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.payments.models import Invoice, Subscription
from pamoja.kernel.payments.rules.billing import ENDED, RUNNING, InvoiceState, SubscriptionState
from pamoja.kernel.payments.rules.exact import part_of

_MONTH = timedelta(days=30)
_DAYS_A_YEAR = 365


@dataclass(frozen=True)
class Figures:
    """Of the last thirty days where nothing else is said. `monthly` is what the running plans bring in a month."""

    running: int
    trying: int
    past_due: int
    monthly: Money
    billed: int
    paid: int
    income: Money
    left: int

    @property
    def paid_percent(self) -> int:
        """How many of a hundred invoices that had to be paid were."""
        return part_of(100, self.paid, self.billed) if self.billed else 100

    @property
    def left_percent(self) -> int:
        """How many of a hundred that ran a month ago, or began since, have left."""
        return part_of(100, self.left, self.running + self.left) if self.running + self.left else 0


def figures() -> Figures:
    """Asked of the rows themselves, so they are of this moment."""
    currency, since = current_community().currency, clock.now() - _MONTH
    counts = Subscription.objects.aggregate(
        running=Count("pk", filter=Q(state__in=RUNNING)),
        trying=Count("pk", filter=Q(state=SubscriptionState.TRIALING)),
        past_due=Count("pk", filter=Q(state=SubscriptionState.PAST_DUE)),
        left=Count("pk", filter=Q(state=ENDED[0], ended_at__gte=since)),
    )
    asked = Invoice.objects.filter(made_at__gte=since, total_minor__gt=0, currency=currency)
    settled = [InvoiceState.PAID, InvoiceState.REFUNDED]
    invoices = asked.exclude(state=InvoiceState.VOID).aggregate(
        billed=Count("pk"),
        paid=Count("pk", filter=Q(state__in=settled)),
        total=Sum("total_minor", filter=Q(state__in=settled)),
        refunded=Sum("refunded_minor", filter=Q(state__in=settled)),
    )
    income = (invoices["total"] or 0) - (invoices["refunded"] or 0)
    return Figures(
        **counts,
        monthly=Money(_monthly_minor(currency), currency),
        billed=invoices["billed"],
        paid=invoices["paid"],
        income=Money(income, currency),
    )


def _monthly_minor(currency: str) -> int:
    """What was charged for each running period, as for a twelfth of a year."""
    rows = Subscription.objects.filter(
        state__in=[SubscriptionState.ACTIVE, SubscriptionState.PAST_DUE], price__currency=currency
    ).values_list("price__interval", "price__interval_count")
    per_year = {"day": _DAYS_A_YEAR, "week": 52, "month": 12, "year": 1}
    return sum(
        part_of(minor, per_year[interval], 12 * count)
        for interval, count, minor in rows.annotate(minor=Sum("charged_minor"))
    )
