"""What becomes of a subscription: it renews, is paused, goes on, is cancelled, as time or somebody decides."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor, action
from pamoja.foundation.events import announce
from pamoja.foundation.money import Money
from pamoja.kernel.payments.actions.earning import earn_the_rest, go_on_earning, hold_earning
from pamoja.kernel.payments.actions.invoicing import close_invoice
from pamoja.kernel.payments.actions.subscribing import bill_period, ends_of, move_on, take_price
from pamoja.kernel.payments.errors.billing import InvoiceUnpaid, SubscriptionEnded, SubscriptionStandsOtherwise
from pamoja.kernel.payments.events.billing import (
    CancellationPlanned,
    CancellationWithdrawn,
    SubscriptionBegan,
    SubscriptionCancelled,
    SubscriptionEndsSoon,
    SubscriptionExpired,
    SubscriptionPaused,
    SubscriptionRenewed,
    SubscriptionResumed,
)
from pamoja.kernel.payments.models import Subscription
from pamoja.kernel.payments.queries import billing as found
from pamoja.kernel.payments.rules.billing import InvoiceState, Reason, Step, SubscriptionState, step_due
from pamoja.kernel.payments.rules.pricing import amount_minor

_LATER = timedelta(hours=1)
_NOT_PAID = "it was not paid"


@action
def take_step(*, by: Actor = SYSTEM, subscription_id: UUID) -> bool:
    """Do the one thing that time has made due, as of when it was due; says whether something was done."""
    subscription = found.subscription_for_update(subscription_id)
    now = clock.now()
    is_asked = found.open_invoices_of(subscription_id).exists()
    step = step_due(subscription.standing(has_open_invoice=is_asked), now)
    if step == Step.WAIT:
        if subscription.next_step_at is not None and subscription.next_step_at <= now:
            subscription.next_step_at = now + _LATER  # its last invoice is still being asked for
            subscription.save(update_fields=["next_step_at"])
        return False
    if step == Step.EXPIRE:
        _expire(subscription)
    elif step in (Step.END_TRIAL, Step.RENEW):
        _renew(subscription, is_first=step == Step.END_TRIAL)
    elif step == Step.CANCEL:
        _end(subscription, "as planned", subscription.period_ends_at)
    elif step == Step.GIVE_UP_CANCEL:
        _close_open(subscription, InvoiceState.UNCOLLECTIBLE)
        _end(subscription, _NOT_PAID, now)
    elif step == Step.GIVE_UP_PAUSE:
        _close_open(subscription, InvoiceState.UNCOLLECTIBLE)
        _pause(subscription, _NOT_PAID, remaining_s=0)
    else:
        _resume(subscription)
    return True


@action
def remind_members(*, by: Actor = SYSTEM, limit: int = 200) -> int:
    """Tell the members whose trial or period ends soon what will be; says how many."""
    due = list(found.reminders_due(clock.now(), limit))
    for subscription in due:
        price = subscription.next_price or subscription.price
        minor = 0 if price.is_metered else amount_minor(price.tariff, subscription.quantity)
        subscription.remind_at = None
        subscription.save(update_fields=["remind_at"])
        announce(
            SubscriptionEndsSoon(
                **subscription.told(),
                ends_at=subscription.period_ends_at,
                is_trial=subscription.state == SubscriptionState.TRIALING,
                will_go_on=not subscription.ends_with_period,
                amount=Money(minor, price.currency),
            )
        )
    return len(due)


@action
def pause_subscription(
    *, by: Actor, member_id: UUID, subscription_id: UUID, resumes_at: datetime | None = None
) -> Subscription:
    """Stop it now; what is left of the period is kept for when it goes on, at `resumes_at` or when somebody says so.

    Raises: SubscriptionNotFound, SubscriptionEnded, SubscriptionStandsOtherwise, InvoiceUnpaid.
    """
    subscription = _standing(subscription_id, member_id, SubscriptionState.TRIALING, SubscriptionState.ACTIVE)
    if found.open_invoices_of(subscription_id).exists():
        raise InvoiceUnpaid()
    left = subscription.period_ends_at - clock.now()
    _pause(subscription, "somebody asked for it", max(0, int(left.total_seconds())), resumes_at)
    return subscription


@action
def resume_subscription(*, by: Actor, member_id: UUID, subscription_id: UUID) -> Subscription:
    """Let a paused one go on with what was left of its period; without anything left, with a new period and invoice.

    Raises: SubscriptionNotFound, SubscriptionEnded, SubscriptionStandsOtherwise.
    """
    subscription = _standing(subscription_id, member_id, SubscriptionState.PAUSED)
    _resume(subscription)
    return subscription


@action
def cancel_subscription(
    *, by: Actor, member_id: UUID, subscription_id: UUID, is_now: bool = False, reason: str = ""
) -> Subscription:
    """End it with its period, or now. What was used is billed; what was paid is not given back by this.

    Raises: SubscriptionNotFound, SubscriptionEnded.
    """
    subscription = _standing(subscription_id, member_id)
    waits = subscription.state in (SubscriptionState.TRIALING, SubscriptionState.ACTIVE)
    if waits and not is_now:
        if not subscription.ends_with_period:
            subscription.ends_with_period = True
            subscription.save(update_fields=["ends_with_period"])
            announce(CancellationPlanned(**subscription.told(), ends_at=subscription.period_ends_at))
        return subscription
    is_begun = subscription.state != SubscriptionState.INCOMPLETE
    _close_open(subscription, InvoiceState.UNCOLLECTIBLE if is_begun else InvoiceState.VOID)
    _end(subscription, reason.strip() or "somebody asked for it", clock.now())
    return subscription


@action
def keep_subscription(*, by: Actor, member_id: UUID, subscription_id: UUID) -> Subscription:
    """Take a planned cancellation back.

    Raises: SubscriptionNotFound, SubscriptionEnded.
    """
    subscription = _standing(subscription_id, member_id)
    if subscription.ends_with_period:
        subscription.ends_with_period = False
        subscription.save(update_fields=["ends_with_period"])
        announce(CancellationWithdrawn(**subscription.told()))
    return subscription


def _standing(subscription_id: UUID, member_id: UUID, *states: SubscriptionState) -> Subscription:
    subscription = found.subscription_for_update(subscription_id, member_id=member_id)
    if subscription.has_ended:
        raise SubscriptionEnded()
    if states and subscription.state not in states:
        raise SubscriptionStandsOtherwise(state=subscription.get_state_display().lower())
    return subscription


def _renew(subscription: Subscription, *, is_first: bool) -> None:
    """The next period follows the last one without a gap, however late this runs."""
    if subscription.price.is_metered and not is_first:
        since, until = subscription.period_starts_at, subscription.period_ends_at
        bill_period(subscription, Reason.RENEWAL, since=since, until=until)
    if (price := subscription.next_price) is not None:
        subscription.anchor_at, subscription.period_number = subscription.period_ends_at, 0
        take_price(subscription, price, subscription.next_quantity or subscription.quantity)
    subscription.period_number += 1
    subscription.period_starts_at = subscription.period_ends_at
    subscription.period_ends_at = ends_of(subscription.price, subscription.anchor_at, subscription.period_number)
    if not subscription.price.is_metered:
        bill_period(subscription, Reason.FIRST if is_first else Reason.RENEWAL, since=subscription.period_starts_at)
    move_on(subscription, SubscriptionState.ACTIVE)
    if is_first:
        announce(SubscriptionBegan(**subscription.told()))
    else:
        announce(SubscriptionRenewed(**subscription.told(), period_ends_at=subscription.period_ends_at))


def _pause(subscription: Subscription, reason: str, remaining_s: int, resumes_at: datetime | None = None) -> None:
    hold_earning(subscription.pk)
    subscription.paused_from, subscription.paused_at = subscription.state, clock.now()
    subscription.remaining_s, subscription.resumes_at = remaining_s, resumes_at
    subscription.grace_ends_at = None
    move_on(subscription, SubscriptionState.PAUSED)
    announce(SubscriptionPaused(**subscription.told(), reason=reason))


def _resume(subscription: Subscription) -> None:
    now, left = clock.now(), timedelta(seconds=subscription.remaining_s)
    was_trial = subscription.paused_from == SubscriptionState.TRIALING
    subscription.paused_at, subscription.resumes_at, subscription.paused_from = None, None, ""
    subscription.remaining_s, subscription.period_starts_at = 0, now
    if left:
        subscription.anchor_at, subscription.period_number = now + left, 0
        subscription.period_ends_at = now + left
        go_on_earning(subscription.pk, now + left)
        subscription.trial_ends_at = now + left if was_trial else subscription.trial_ends_at
    else:
        subscription.anchor_at, subscription.period_number = now, 1
        subscription.period_ends_at = ends_of(subscription.price, now, 1)
    move_on(subscription, SubscriptionState.TRIALING if was_trial and left else SubscriptionState.ACTIVE)
    announce(SubscriptionResumed(**subscription.told()))
    if not left and not subscription.price.is_metered:
        bill_period(subscription, Reason.RENEWAL, since=now)


def _close_open(subscription: Subscription, outcome: InvoiceState) -> None:
    for invoice in found.open_invoices_of(subscription.pk):
        close_invoice(invoice, outcome)


def _end(subscription: Subscription, reason: str, at: datetime) -> None:
    if subscription.price.is_metered and found.usage_to_bill(subscription, at).exists():
        bill_period(subscription, Reason.LAST_USE, since=subscription.period_starts_at, until=at)
    earn_the_rest(subscription.pk)
    subscription.grace_ends_at = subscription.paused_at = subscription.resumes_at = None
    subscription.ended_at, subscription.end_reason = at, reason[:200]
    move_on(subscription, SubscriptionState.CANCELLED)
    announce(SubscriptionCancelled(**subscription.told(), reason=reason[:200]))


def _expire(subscription: Subscription) -> None:
    _close_open(subscription, InvoiceState.VOID)
    subscription.ended_at, subscription.end_reason = clock.now(), "it was never paid"
    move_on(subscription, SubscriptionState.EXPIRED)
    announce(SubscriptionExpired(**subscription.told()))
