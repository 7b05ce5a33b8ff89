"""Subscribing to a plan, changing to another one, and reporting what was used."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from pamoja.foundation import clock, ids
from pamoja.foundation.actions import Actor, IdempotencyKey, action, joins_transaction
from pamoja.foundation.events import announce
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.payments.actions.invoicing import Bill, Item, make_invoice
from pamoja.kernel.payments.actions.redeeming import redeem_code
from pamoja.kernel.payments.errors import KeyReused
from pamoja.kernel.payments.errors.billing import (
    AlreadySubscribed,
    ChangeWaitsForPeriod,
    InvoiceUnpaid,
    NothingMetered,
    PlanNotFound,
    PlanSame,
    SubscriptionEnded,
    SubscriptionStandsOtherwise,
)
from pamoja.kernel.payments.events.billing import SubscriptionBegan, SubscriptionChanged, TrialBegan
from pamoja.kernel.payments.models import (
    Invoice,
    InvoiceLine,
    Price,
    Subscription,
    Usage,
)
from pamoja.kernel.payments.queries import billing as found
from pamoja.kernel.payments.rules import discounts
from pamoja.kernel.payments.rules.billing import LineKind, Reason, SubscriptionState
from pamoja.kernel.payments.rules.periods import Interval, period_end
from pamoja.kernel.payments.rules.pricing import amount_minor
from pamoja.kernel.payments.rules.proration import prorated
from pamoja.kernel.payments.rules.revenue import Recognition

FIRST_PAYMENT = timedelta(hours=24)
"""How long a subscription waits for its first payment."""


@action
def subscribe(
    *,
    by: Actor,
    member_id: UUID,
    price_id: UUID,
    key: IdempotencyKey,
    quantity: int = 1,
    code: str = "",
    is_from_wallet: bool = False,
    method_id: UUID | None = None,
) -> Subscription:
    """Begin a plan: with its trial where it has one and the member had none yet, else with a first invoice.

    Raises: KeyReused, PlanNotFound, AlreadySubscribed, CodeUnfit.
    """
    if before := found.subscription_with_key(key):
        if (before.member_id, before.price_id) != (member_id, price_id):
            raise KeyReused()
        return before
    price = found.price_with_id(price_id)
    if price.currency != current_community().currency:
        raise PlanNotFound()
    now, plan = clock.now(), price.plan
    had_before = Subscription.objects.filter(member_id=member_id, product=plan.product, trial_ends_at__isnull=False)
    trial_days = 0 if had_before.exists() else plan.trial_days
    begun = _begin(
        member_id=member_id,
        product=plan.product,
        plan=plan,
        price=price,
        quantity=quantity,
        key=key,
        is_from_wallet=is_from_wallet,
        method_id=method_id,
        **_first_period(price, now, trial_days),
    )
    if code:
        redeem_code(begun, code)
    if trial_days:
        move_on(begun, SubscriptionState.TRIALING)
        announce(TrialBegan(**begun.told(), trial_ends_at=begun.period_ends_at))
    elif price.is_metered or bill_period(begun, Reason.FIRST, since=now).total_minor == 0:
        move_on(begun, SubscriptionState.ACTIVE)
        announce(SubscriptionBegan(**begun.told()))
    return begun


@action
def change_subscription(
    *,
    by: Actor,
    member_id: UUID,
    subscription_id: UUID,
    price_id: UUID,
    quantity: int | None = None,
    from_next_period: bool = False,
) -> Subscription:
    """Change plan, price or quantity: now, with the rest of the period made up for, or from the next period.

    What costs more is billed now; what costs less is taken off the next invoice. Another length of period begins anew.

    Raises: SubscriptionNotFound, SubscriptionEnded, SubscriptionStandsOtherwise, InvoiceUnpaid, PlanNotFound,
        PlanSame, ChangeWaitsForPeriod.
    """
    subscription = found.subscription_for_update(subscription_id, member_id=member_id)
    price = found.price_with_id(price_id)
    _may_change(subscription, price, quantity)
    old, new_name = subscription.told(), price.plan.name
    quantity = subscription.quantity if quantity is None else quantity
    if from_next_period:
        subscription.next_price, subscription.next_quantity = price, quantity
        subscription.save(update_fields=["next_price", "next_quantity"])
    elif subscription.state == SubscriptionState.TRIALING:
        take_price(subscription, price, quantity)
        subscription.save()
    else:
        if price.is_metered or subscription.price.is_metered:
            raise ChangeWaitsForPeriod()
        _change_now(subscription, price, quantity)
    announce(SubscriptionChanged(**old, new_plan=new_name, from_next_period=from_next_period))
    return subscription


@joins_transaction
def report_usage(*, subscription_id: UUID, quantity: int, key: str, used_at: datetime | None = None) -> Usage:
    """Note use that is billed at the end of the period; the same key counts once, whatever else is said with it.

    Raises: SubscriptionNotFound, SubscriptionEnded, NothingMetered, KeyReused with another quantity.
    """
    subscription = Subscription.objects.filter(pk=subscription_id).select_related("price").first()
    if subscription is None:
        subscription = found.subscription_for_update(subscription_id)
    if subscription.has_ended:
        raise SubscriptionEnded()
    if not subscription.price.is_metered:
        raise NothingMetered()
    usage, is_new = Usage.objects.get_or_create(
        subscription=subscription, key=key, defaults={"quantity": quantity, "used_at": used_at or clock.now()}
    )
    if not is_new and usage.quantity != quantity:
        raise KeyReused()
    return usage


@joins_transaction
def bill_period(
    subscription: Subscription, reason: Reason, *, since: datetime, until: datetime | None = None
) -> Invoice:
    """The invoice of the period that begins (a fixed price) or has ended (one by use); it counts the discount down."""
    price, plan = subscription.price, subscription.plan
    redemption = found.redemption_of(subscription.pk)
    ends_at = until or subscription.period_ends_at
    used = list(found.usage_to_bill(subscription, ends_at)) if price.is_metered else []
    quantity = sum(each.quantity for each in used) if price.is_metered else subscription.quantity
    amount = amount_minor(price.tariff, quantity)
    kind = LineKind.USE if price.is_metered else LineKind.PLAN
    item = Item(kind, _described(subscription, quantity), amount, since, ends_at, quantity)
    invoice = make_invoice(
        Bill(
            member_id=subscription.member_id,
            currency=price.currency,
            reason=reason,
            key=f"{reason}:{subscription.pk}:{since.isoformat()}",
            items=[item],
            subscription=subscription,
            redemption=redemption,
            recognition=Recognition(plan.recognition),
        )
    )
    Usage.objects.filter(pk__in=[each.pk for each in used]).update(line=invoice.lines.get(kind=kind))
    off = discounts.off_minor(redemption.discount.reduction, amount) if redemption else 0
    subscription.charged_minor = 0 if price.is_metered else amount - off
    subscription.save(update_fields=["charged_minor"])
    if redemption is not None and redemption.times_left is not None:
        redemption.times_left -= 1
        redemption.save(update_fields=["times_left"])
    return invoice


def move_on(subscription: Subscription, state: SubscriptionState) -> None:
    """Take the state, and the times that follow from it: the next step, and when the member is reminded of it."""
    subscription.state = state
    subscription.schedule()
    remind_at = subscription.period_ends_at - timedelta(days=subscription.plan.remind_days)
    is_told = subscription.plan.remind_days and remind_at > subscription.period_starts_at
    is_running = state in (SubscriptionState.TRIALING, SubscriptionState.ACTIVE)
    subscription.remind_at = remind_at if is_told and is_running else None
    subscription.save()


def ends_of(price: Price, anchor: datetime, number: int) -> datetime:
    """When the period with this number ends, in the community's time zone."""
    zone = current_community().time_zone
    return period_end(anchor, Interval(price.interval), price.interval_count, number, zone)


def _first_period(price: Price, now: datetime, trial_days: int) -> dict[str, Any]:
    if trial_days:
        ends_at = now + timedelta(days=trial_days)
        return {
            "anchor_at": ends_at,
            "period_number": 0,
            "period_starts_at": now,
            "period_ends_at": ends_at,
            "trial_ends_at": ends_at,
        }
    return {
        "anchor_at": now,
        "period_number": 1,
        "period_starts_at": now,
        "period_ends_at": ends_of(price, now, 1),
        "expires_at": now + FIRST_PAYMENT,
        "next_step_at": now + FIRST_PAYMENT,
    }


def _begin(**columns: Any) -> Subscription:
    try:
        with transaction.atomic():
            return Subscription.objects.create(**columns)
    except IntegrityError:
        raise AlreadySubscribed() from None


def _may_change(subscription: Subscription, price: Price, quantity: int | None) -> None:
    if subscription.has_ended:
        raise SubscriptionEnded()
    if subscription.state == SubscriptionState.PAUSED:
        raise SubscriptionStandsOtherwise(state="paused")
    if subscription.state in (SubscriptionState.INCOMPLETE, SubscriptionState.PAST_DUE):
        raise InvoiceUnpaid()
    if found.open_invoices_of(subscription.pk).exists():
        raise InvoiceUnpaid()
    if price.plan.product != subscription.product or price.currency != subscription.price.currency:
        raise PlanNotFound()
    if price.pk == subscription.price_id and quantity in (None, subscription.quantity):
        raise PlanSame()


def _change_now(subscription: Subscription, price: Price, quantity: int) -> None:
    now, old = clock.now(), subscription.price
    ends_at, old_name = subscription.period_ends_at, _described(subscription, subscription.quantity)
    redemption = found.redemption_of(subscription.pk)
    # A share is taken off the new price as well; an amount was taken off already when the period began.
    share = redemption if redemption and redemption.discount.percent_bp else None
    full = amount_minor(price.tariff, quantity)
    charged = full - (discounts.off_minor(share.discount.reduction, full) if share else 0)
    sides = prorated(
        charged_minor=subscription.charged_minor,
        new_minor=charged,
        starts_at=subscription.period_starts_at,
        ends_at=ends_at,
        now=now,
    )
    begins_anew = (old.interval, old.interval_count) != (price.interval, price.interval_count)
    take_price(subscription, price, quantity)
    subscription.charged_minor = charged
    if begins_anew:
        subscription.anchor_at, subscription.period_number = now, 1
        subscription.period_starts_at, subscription.period_ends_at = now, ends_of(price, now, 1)
    move_on(subscription, SubscriptionState.ACTIVE)
    charge = charged if begins_anew else sides.charge_minor
    new_end = subscription.period_ends_at
    items = [
        Item(LineKind.CHANGE, f"{_described(subscription, quantity)}, from now on", charge, now, new_end, quantity),
        Item(LineKind.UNUSED, f"{old_name}, not used", -sides.credit_minor, now, ends_at),
    ]
    _bill_or_keep(subscription, [each for each in items if each.amount_minor])


def _bill_or_keep(subscription: Subscription, items: list[Item]) -> None:
    """More is billed now; less waits for the next invoice."""
    if sum(each.amount_minor for each in items) > 0:
        make_invoice(
            Bill(
                member_id=subscription.member_id,
                currency=subscription.price.currency,
                reason=Reason.CHANGE,
                key=f"{Reason.CHANGE}:{ids.new_id()}",
                items=items,
                subscription=subscription,
                recognition=Recognition(subscription.plan.recognition),
            )
        )
        return
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            member_id=subscription.member_id,
            subscription=subscription,
            kind=each.kind,
            description=each.description[:160],
            quantity=each.quantity,
            amount_minor=each.amount_minor,
            currency=subscription.price.currency,
            starts_at=each.starts_at,
            ends_at=each.ends_at,
        )
        for each in items
    )


def take_price(subscription: Subscription, price: Price, quantity: int) -> None:
    """From now on it is this price; what was to come is forgotten."""
    subscription.price, subscription.plan, subscription.quantity = price, price.plan, quantity
    subscription.next_price, subscription.next_quantity = None, None


def _described(subscription: Subscription, quantity: int) -> str:
    name, unit = subscription.plan.name, subscription.price.unit_name
    return f"{name} · {quantity:,} {unit}{'' if quantity == 1 else 's'}" if unit else name
