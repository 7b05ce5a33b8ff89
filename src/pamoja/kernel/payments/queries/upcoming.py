"""What a member will be asked for: products announce theirs, payments adds its own repeats, invoices and renewals."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.urls import reverse

from pamoja.foundation import clock
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import product_is_on
from pamoja.kernel.payments.models import Collection, Invoice, Subscription
from pamoja.kernel.payments.queries.history import titles_of
from pamoja.kernel.payments.rules.billing import InvoiceState, SubscriptionState
from pamoja.kernel.payments.rules.pricing import amount_minor
from pamoja.kernel.payments.rules.states import CollectionState

HORIZON = timedelta(days=62)


@dataclass(frozen=True, kw_only=True)
class Upcoming:
    """Money that a member will be asked for. `purpose` is what its collection will be for.

    `is_asked`: we ask by ourselves on that day; else the member pays by hand until then.
    """

    purpose: str
    at: datetime
    amount: Money
    title: str
    url: str = ""
    is_asked: bool = True

    @property
    def is_late(self) -> bool:
        """Whether its day has passed."""
        return self.at < clock.now()


Source = Callable[[UUID, datetime], Iterable[Upcoming]]
"""From a member and the last moment that matters to what they will be asked for until then."""

_sources: dict[str, Source] = {}


def upcoming_source(product: str, source: Source) -> None:
    """Let a product say what its members will be asked for, where it is switched on."""
    _sources[product] = source


def upcoming_payments(member_id: UUID, until: datetime | None = None) -> list[Upcoming]:
    """The soonest first. What is being tried again stands there once, at the time of that."""
    until = until or clock.now() + HORIZON
    found = {
        each.purpose: each
        for product, source in _sources.items()
        if product_is_on(product)
        for each in source(member_id, until)
    }
    own = [*_renewals(member_id, until), *_invoices(member_id), *_repeats(member_id)]
    found |= {each.purpose: each for each in own}
    return sorted(found.values(), key=lambda each: (each.at, each.purpose))


def _repeats(member_id: UUID) -> list[Upcoming]:
    waiting = Collection.objects.filter(
        member_id=member_id, state=CollectionState.FAILED, next_attempt_at__isnull=False
    )
    rows = list(waiting.defer("phone"))
    titles = titles_of({each.purpose for each in rows})
    return [
        Upcoming(
            purpose=each.purpose,
            at=each.next_attempt_at,
            amount=each.amount,
            title=titles[each.purpose],
            url=reverse("payments:payment", args=[each.public_id]),
        )
        for each in rows
        if each.next_attempt_at is not None
    ]


def _invoices(member_id: UUID) -> list[Upcoming]:
    rows = Invoice.objects.filter(member_id=member_id, state=InvoiceState.OPEN).select_related("subscription__plan")
    return [
        Upcoming(
            purpose=each.purpose,
            at=each.next_attempt_at or each.due_at,
            amount=each.total,
            title=f"{each.subscription.plan.name}, {each.title}" if each.subscription else f"Invoice {each.title}",
            url=reverse("payments:invoice", args=[each.public_id]),
            is_asked=each.next_attempt_at is not None,
        )
        for each in rows
    ]


def _renewals(member_id: UUID, until: datetime) -> list[Upcoming]:
    """Of a price by use the amount is what it costs without any; discounts and taxes are reckoned on the day."""
    rows = Subscription.objects.filter(
        member_id=member_id,
        state__in=[SubscriptionState.TRIALING, SubscriptionState.ACTIVE],
        ends_with_period=False,
        period_ends_at__lte=until,
    ).select_related("plan", "price", "next_price__plan")
    found = []
    for each in rows:
        price = each.next_price or each.price
        quantity = 0 if price.is_metered else each.next_quantity or each.quantity
        found.append(
            Upcoming(
                purpose=f"payments.subscription:{each.pk}",
                at=each.period_ends_at,
                amount=Money(amount_minor(price.tariff, quantity), price.currency),
                title=price.plan.name if each.next_price else each.plan.name,
                url=reverse("payments:subscription", args=[each.public_id]),
            )
        )
    return [each for each in found if each.amount]
