"""When money for an invoice came in or did not, settle it; and tell members what becomes of their subscriptions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pamoja.foundation.events import Event, on
from pamoja.foundation.jobs import enqueue
from pamoja.kernel.messaging.public import page_url, send
from pamoja.kernel.payments.events import CollectionConfirmed, CollectionGivenUp
from pamoja.kernel.payments.events import billing as events
from pamoja.kernel.payments.jobs.billing import attempt_invoice, invoice_not_collected, settle_invoice
from pamoja.kernel.payments.models import Invoice, Question, Subscription
from pamoja.kernel.payments.reactions import PAYMENTS

_PREFIX = "payments.invoice:"


@on(events.InvoiceMade)
def _ask_for_it(event: events.InvoiceMade) -> None:
    enqueue(attempt_invoice, invoice_id=str(event.invoice_id))


@on(CollectionConfirmed)
def _settle(event: CollectionConfirmed) -> None:
    if event.purpose.startswith(_PREFIX):
        enqueue(settle_invoice, invoice_id=event.purpose.removeprefix(_PREFIX))


@on(CollectionGivenUp)
def _not_collected(event: CollectionGivenUp) -> None:
    if event.purpose.startswith(_PREFIX) and event.reason_code != "replaced":
        invoice_id = event.purpose.removeprefix(_PREFIX)
        enqueue(invoice_not_collected, invoice_id=invoice_id, collection_id=str(event.collection_id))


@on(events.InvoicePaid)
def _tell_paid(event: events.InvoicePaid) -> None:
    if event.amount:
        _tell_of_invoice("invoice_paid", event, "paid")


@on(events.InvoiceNotPaid)
def _tell_not_paid(event: events.InvoiceNotPaid) -> None:
    invoice = Invoice.objects.select_related("subscription").get(pk=event.invoice_id)
    subscription = invoice.subscription
    more = {
        "reason": event.reason,
        "again_at": event.next_attempt_at or "",
        "ends_at": subscription.grace_ends_at or "" if subscription else "",
    }
    _tell_of_invoice("invoice_not_paid", event, f"not_paid:{event.failures}", more)


@on(events.InvoiceRefunded)
def _tell_refunded(event: events.InvoiceRefunded) -> None:
    done = Invoice.objects.get(pk=event.invoice_id).refunded_minor
    more = {"amount": event.refund, "reason": event.reason}
    _tell_of_invoice("invoice_refunded", event, f"refunded:{done}", more)


@on(events.SubscriptionEndsSoon)
def _tell_ahead(event: events.SubscriptionEndsSoon) -> None:
    name = "subscription_renews" if event.will_go_on else "subscription_ends"
    more = {"ends_at": event.ends_at} | ({"amount": event.amount} if event.will_go_on else {})
    _tell_of_subscription(name, event, f"{name}:{event.ends_at.isoformat()}", more)


@on(events.SubscriptionPaused)
def _tell_paused(event: events.SubscriptionPaused) -> None:
    paused_at = Subscription.objects.values_list("paused_at", flat=True).get(pk=event.subscription_id)
    key = f"paused:{paused_at.isoformat() if paused_at else ''}"
    _tell_of_subscription("subscription_paused", event, key, {"reason": event.reason})


@on(events.SubscriptionCancelled)
def _tell_cancelled(event: events.SubscriptionCancelled) -> None:
    _tell_of_subscription("subscription_ended", event, "ended", {"reason": event.reason})


@on(events.QuestionAnswered)
def _tell_answered(event: events.QuestionAnswered) -> None:
    question = Question.objects.get(pk=event.question_id)
    send(
        member_id=event.member_id,
        template="payments/question_answered",
        data={"subject": question.subject, "url": page_url("payments:question", question.public_id)},
        dedupe_key=f"payments.question:{question.pk}:{question.messages.count()}",
    )


def _tell_of_invoice(name: str, event: events.InvoiceEvent, key: str, more: dict[str, Any] | None = None) -> None:
    invoice = Invoice.objects.get(pk=event.invoice_id)
    data = {"number": event.number, "amount": event.amount, "url": page_url("payments:invoice", invoice.public_id)}
    _send(event.member_id, name, data | (more or {}), f"payments.invoice:{event.invoice_id}:{key}")


def _tell_of_subscription(name: str, event: events.SubscriptionEvent, key: str, more: dict[str, Any]) -> None:
    data = {"plan": event.plan, "url": page_url("payments:billing")}
    _send(event.member_id, name, data | more, f"payments.subscription:{event.subscription_id}:{key}")


def _send(member_id: UUID, name: str, data: dict[str, Any], key: str) -> None:
    send(member_id=member_id, template=f"payments/{name}", data=data, dedupe_key=key[:200])


def _counted(event: Event) -> None:
    PAYMENTS.labels(event.name.removeprefix("payments.")).inc()


_KINDS: tuple[type[Event], ...] = (events.SubscriptionEvent, events.InvoiceEvent, events.QuestionEvent)
for _kind in (each for kind in _KINDS for each in kind.__subclasses__()):
    on(_kind)(_counted)
