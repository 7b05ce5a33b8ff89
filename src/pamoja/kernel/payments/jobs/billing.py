"""The clock of billing: steps of subscriptions, invoices to ask for, reminders, and revenue as it is earned."""

from __future__ import annotations

import logging
from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.jobs import every, job
from pamoja.kernel.communities.public import each_community
from pamoja.kernel.payments.actions import dunning, earning, standing
from pamoja.kernel.payments.queries.billing import due_invoice_ids, due_subscription_ids

log = logging.getLogger(__name__)

_BATCH = 200
# A clock that was turned by years makes years of steps; the next sweep takes up the rest.
_ROUNDS_MAX = 50


@job("payments.attempt_invoice")
def attempt_invoice(*, invoice_id: str) -> None:
    """Ask for an invoice that has just been made."""
    dunning.attempt_invoice(invoice_id=UUID(invoice_id))


@job("payments.settle_invoice")
def settle_invoice(*, invoice_id: str) -> None:
    """The money for an invoice has come in."""
    dunning.settle_invoice(invoice_id=UUID(invoice_id))


@job("payments.invoice_not_collected")
def invoice_not_collected(*, invoice_id: str, collection_id: str) -> None:
    """The money for an invoice is not coming in by this collection."""
    dunning.record_not_collected(invoice_id=UUID(invoice_id), collection_id=UUID(collection_id))


@every(seconds=15, name="payments.billing")
def sweep_billing() -> None:
    """Take up what is due in each community; trouble in one does not keep the others waiting."""
    troubles = []
    for community in each_community():
        try:
            bill_community()
        except Exception as trouble:
            log.exception("The billing of a community failed", extra={"community": community.slug})
            troubles.append(trouble)
    if troubles:
        raise ExceptionGroup("billing was not done everywhere", troubles)


def bill_community() -> None:
    """What is due in the entered community, in order: reminders, steps and the invoices they make, then revenue."""
    while standing.remind_members(limit=_BATCH) == _BATCH:
        pass
    for _ in range(_ROUNDS_MAX):
        due, owed = due_subscription_ids(clock.now(), _BATCH), due_invoice_ids(clock.now(), _BATCH)
        for invoice_id in owed:
            dunning.attempt_invoice(invoice_id=invoice_id)
        for subscription_id in due:
            standing.take_step(subscription_id=subscription_id)
        if not due and not owed:
            break
    while earning.earn_revenue(limit=_BATCH) == _BATCH:
        pass
