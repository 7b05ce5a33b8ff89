"""Asking for invoices until they are paid: attempts, failures, the grace, and the way back."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor, action
from pamoja.foundation.errors import Refusal
from pamoja.foundation.events import announce
from pamoja.kernel.payments.actions.collecting import collect, give_up_collection
from pamoja.kernel.payments.actions.invoicing import pay_from_wallet
from pamoja.kernel.payments.errors import CollectionUnderWay
from pamoja.kernel.payments.errors.billing import InvoiceNotOpen
from pamoja.kernel.payments.events.billing import (
    InvoiceNotPaid,
    SubscriptionBegan,
    SubscriptionPastDue,
    SubscriptionRecovered,
)
from pamoja.kernel.payments.models import Collection, Invoice
from pamoja.kernel.payments.queries import billing as found
from pamoja.kernel.payments.rules import billing as rules
from pamoja.kernel.payments.rules.billing import InvoiceState, SubscriptionState

_UNDER_WAY_S = 3600
_SPENT = "The money that came in for it was spent before."


@action
def attempt_invoice(*, by: Actor = SYSTEM, invoice_id: UUID) -> None:
    """Ask for an invoice that is due: from the wallet, or by the member's way to pay. A refusal is a failure, too."""
    invoice = found.invoice_for_update(invoice_id)
    if invoice.next_attempt_at is None or invoice.next_attempt_at > clock.now():
        return
    subscription = invoice.subscription
    try:
        with transaction.atomic():
            if subscription is not None and subscription.is_from_wallet:
                pay_from_wallet(invoice)
            else:
                is_here = subscription is not None and subscription.state == SubscriptionState.INCOMPLETE
                _ask(invoice, method_id=subscription.method_id if subscription else None, is_attended=is_here)
    except CollectionUnderWay:
        # The member is being asked already, or somebody looks into it: it will be heard of.
        invoice.refresh_from_db()
        invoice.next_attempt_at = clock.now() + timedelta(seconds=_UNDER_WAY_S)
        invoice.save(update_fields=["next_attempt_at"])
        return
    except Refusal as refusal:
        invoice.refresh_from_db()
        note_failure(invoice, refusal.sentence)
        return
    if invoice.state == InvoiceState.PAID:
        recover(invoice)


@action
def pay_invoice(
    *,
    by: Actor,
    invoice_id: UUID,
    member_id: UUID,
    is_from_wallet: bool = False,
    method_id: UUID | None = None,
) -> Invoice:
    """The member pays an open invoice now: from the wallet, or by the way to pay that they choose.

    Raises: InvoiceNotFound, InvoiceNotOpen, CollectionUnderWay; as `collect`; InsufficientFunds (ledger).
    """
    invoice = found.invoice_for_update(invoice_id, member_id=member_id)
    if invoice.state != InvoiceState.OPEN:
        raise InvoiceNotOpen()
    if is_from_wallet:
        pay_from_wallet(invoice)
        if invoice.collection_id is not None:
            give_up_collection(invoice.collection_id, reason="It was paid from the wallet.", reason_code="replaced")
        recover(invoice)
    else:
        _ask(invoice, method_id=method_id, is_attended=True)
    return invoice


@action
def settle_invoice(*, by: Actor = SYSTEM, invoice_id: UUID) -> None:
    """The money that was collected for it is in the wallet: take it, once. An invoice closed meanwhile stays closed."""
    invoice = found.invoice_for_update(invoice_id)
    if invoice.state != InvoiceState.OPEN:
        return
    try:
        with transaction.atomic():
            pay_from_wallet(invoice)
    except Refusal:
        invoice.refresh_from_db()
        note_failure(invoice, _SPENT)
        return
    recover(invoice)


@action
def record_not_collected(*, by: Actor = SYSTEM, invoice_id: UUID, collection_id: UUID) -> None:
    """The collection for it was given up. One that another has replaced, or that is late, changes nothing."""
    invoice = found.invoice_for_update(invoice_id)
    if invoice.state != InvoiceState.OPEN or invoice.collection_id != collection_id or invoice.next_attempt_at:
        return
    note_failure(invoice, Collection.objects.get(pk=collection_id).reason)


def note_failure(invoice: Invoice, reason: str) -> None:
    """Count the failure, set the time of the next attempt, and let the subscription be past due. It is locked."""
    now, subscription = clock.now(), invoice.subscription
    invoice.failures += 1
    invoice.failed_first_at = invoice.failed_first_at or now
    invoice.failure, invoice.next_attempt_at = reason[:200], None
    if subscription is not None:
        subscription = found.subscription_for_update(subscription.pk)
        if subscription.state == SubscriptionState.ACTIVE:
            subscription.state = SubscriptionState.PAST_DUE
            subscription.grace_ends_at = now + timedelta(days=subscription.plan.grace_days)
            subscription.remind_at = None
            subscription.schedule()
            subscription.save(update_fields=["state", "grace_ends_at", "remind_at", "next_step_at"])
            announce(SubscriptionPastDue(**subscription.told(), grace_ends_at=subscription.grace_ends_at))
        if subscription.state == SubscriptionState.PAST_DUE:
            invoice.next_attempt_at = rules.next_attempt_at(
                failed_first_at=invoice.failed_first_at,
                failures=invoice.failures,
                retry_days=subscription.plan.retry_days,
                grace_ends_at=subscription.grace_ends_at,
            )
    invoice.save(update_fields=["failures", "failed_first_at", "failure", "next_attempt_at"])
    announce(
        InvoiceNotPaid(
            **invoice.told(),
            reason=invoice.failure,
            failures=invoice.failures,
            next_attempt_at=invoice.next_attempt_at,
        )
    )


def recover(invoice: Invoice) -> None:
    """The invoice is paid: let its subscription begin, or be as it was before it fell behind. Both are locked."""
    if invoice.subscription_id is None or found.open_invoices_of(invoice.subscription_id).exists():
        return
    subscription = found.subscription_for_update(invoice.subscription_id)
    was = subscription.state
    if was == SubscriptionState.ACTIVE:  # a renewal may have waited for this
        subscription.schedule()
        subscription.save(update_fields=["next_step_at"])
    if was not in (SubscriptionState.INCOMPLETE, SubscriptionState.PAST_DUE):
        return
    subscription.state, subscription.grace_ends_at, subscription.expires_at = SubscriptionState.ACTIVE, None, None
    subscription.schedule()
    subscription.save(update_fields=["state", "grace_ends_at", "expires_at", "next_step_at"])
    is_first = was == SubscriptionState.INCOMPLETE
    announce((SubscriptionBegan if is_first else SubscriptionRecovered)(**subscription.told()))


def _ask(invoice: Invoice, *, method_id: UUID | None, is_attended: bool = False) -> None:
    """A collection of our own schedule: it is tried once, and when it fails, the next attempt is another one."""
    invoice.attempts += 1
    collection = collect(
        member_id=invoice.member_id,
        amount=invoice.total,
        purpose=invoice.purpose,
        key=f"{invoice.purpose}:{invoice.attempts}",
        method_id=method_id,
        is_attended=is_attended,
        attempts_max=1,
    )
    invoice.collection, invoice.next_attempt_at = collection, None
    invoice.save(update_fields=["attempts", "collection", "next_attempt_at"])
