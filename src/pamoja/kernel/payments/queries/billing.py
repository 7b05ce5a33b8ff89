"""Reading plans, subscriptions, invoices and questions; the sweeps lock a subscription before its invoices."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet, Sum

from pamoja.foundation import ids
from pamoja.foundation.errors import Refusal
from pamoja.kernel.payments.errors.billing import (
    InvoiceNotFound,
    PlanNotFound,
    QuestionNotFound,
    SubscriptionNotFound,
)
from pamoja.kernel.payments.models import (
    Invoice,
    InvoiceLine,
    Plan,
    Price,
    PromotionCode,
    Question,
    Redemption,
    RevenueSpan,
    Subscription,
    TaxRate,
    Usage,
)
from pamoja.kernel.payments.rules.billing import ENDED, RUNNING, InvoiceState, QuestionState

Row = TypeVar("Row", bound=Model)


def offered_prices(product: str | None = None, currency: str | None = None) -> list[Price]:
    """What may be subscribed to now, in the order of the plans."""
    found = Price.objects.filter(is_offered=True, plan__is_offered=True).select_related("plan")
    if product:
        found = found.filter(plan__product=product)
    if currency:
        found = found.filter(currency=currency)
    return list(found.prefetch_related("tiers").order_by("plan__product", "plan__rank", "plan__name", "unit_minor"))


def price_with_id(price_id: UUID) -> Price:
    """An offered price with its plan. Raises: PlanNotFound."""
    found = Price.objects.filter(pk=price_id, is_offered=True, plan__is_offered=True).select_related("plan").first()
    if found is None:
        raise PlanNotFound()
    return found


def plan_coded(product: str, code: str) -> Plan | None:
    """The product's plan with this code."""
    return Plan.objects.filter(product=product, code=code).first()


def code_for_update(code: str) -> PromotionCode | None:
    """The active promotion code, however it is written, locked with its discount."""
    found = PromotionCode.objects.select_for_update().select_related("discount")
    return found.filter(code=code.strip().upper(), is_active=True).first()


def subscriptions_of(member_id: UUID) -> QuerySet[Subscription]:
    """The member's, running ones and newest first."""
    found = Subscription.objects.filter(member_id=member_id).select_related("plan", "price", "next_price__plan")
    return found.order_by("next_step_at", "-began_at")


def own_subscription(member_id: UUID, public_id: str) -> Subscription:
    """Raises: SubscriptionNotFound, also when it is somebody else's."""
    return _own(subscriptions_of(member_id), "subscription", public_id, SubscriptionNotFound)


def subscription_for_update(subscription_id: UUID, *, member_id: UUID | None = None) -> Subscription:
    """Locked; of this member, when one is given. Raises: SubscriptionNotFound."""
    found = Subscription.objects.select_for_update(of=("self",)).select_related(
        "plan", "price__plan", "next_price__plan"
    )
    if member_id is not None:
        found = found.filter(member_id=member_id)
    subscription = found.filter(pk=subscription_id).first()
    if subscription is None:
        raise SubscriptionNotFound()
    return subscription


def subscription_with_key(key: str) -> Subscription | None:
    """The subscription that this key made."""
    return Subscription.objects.filter(key=key).first()


def running_subscription(member_id: UUID, product: str) -> Subscription | None:
    """The member's subscription to the product that has not ended."""
    found = subscriptions_of(member_id).filter(product=product)
    return found.exclude(state__in=ENDED).first()


def subscription_grants(member_id: UUID, grant: str) -> bool:
    """Whether any of the member's subscriptions opens this at the moment, the grace included, a pause not."""
    running = subscriptions_of(member_id).filter(state__in=RUNNING)
    return any(grant in each.plan.grants and each.grants for each in running)


def due_subscription_ids(now: datetime, limit: int) -> list[UUID]:
    """Those that time changes now, the longest due first."""
    found = Subscription.objects.filter(next_step_at__lte=now).order_by("next_step_at")
    return list(found.values_list("pk", flat=True)[:limit])


def reminders_due(now: datetime, limit: int) -> QuerySet[Subscription]:
    """Those whose members are to be told ahead, locked."""
    found = Subscription.objects.select_for_update(skip_locked=True, of=("self",)).select_related("plan", "price")
    return found.filter(remind_at__lte=now).order_by("remind_at")[:limit]


def open_invoices_of(subscription_id: UUID) -> QuerySet[Invoice]:
    """Those of the subscription that are still to be paid, locked."""
    return Invoice.objects.select_for_update().filter(subscription_id=subscription_id, state=InvoiceState.OPEN)


def invoices_of(member_id: UUID) -> QuerySet[Invoice]:
    """The member's, newest first."""
    return Invoice.objects.filter(member_id=member_id).order_by("-made_at", "-number")


def own_invoice(member_id: UUID, public_id: str) -> Invoice:
    """Raises: InvoiceNotFound, also when it is somebody else's."""
    found = invoices_of(member_id).select_related("subscription__plan", "collection")
    return _own(found, "invoice", public_id, InvoiceNotFound)


def invoice_with_id(invoice_id: UUID) -> Invoice:
    """Raises: InvoiceNotFound."""
    found = Invoice.objects.filter(pk=invoice_id).select_related("subscription__plan", "collection").first()
    if found is None:
        raise InvoiceNotFound()
    return found


def invoice_for_update(invoice_id: UUID, *, member_id: UUID | None = None) -> Invoice:
    """Locked after its subscription; of this member, when one is given. Raises: InvoiceNotFound."""
    found = Invoice.objects.filter(pk=invoice_id)
    if member_id is not None:
        found = found.filter(member_id=member_id)
    owner = found.values_list("subscription_id", flat=True).first()
    if owner is not None:
        subscription_for_update(owner)
    invoice = found.select_for_update().first()
    if invoice is None:
        raise InvoiceNotFound()
    return invoice


def invoice_with_key(key: str) -> Invoice | None:
    """The invoice that this key made."""
    return Invoice.objects.filter(key=key).first()


def due_invoice_ids(now: datetime, limit: int) -> list[UUID]:
    """Those to be asked for now."""
    found = Invoice.objects.filter(next_attempt_at__lte=now).order_by("next_attempt_at")
    return list(found.values_list("pk", flat=True)[:limit])


def has_paid_before(member_id: UUID) -> bool:
    """Whether the member ever paid an invoice that cost something."""
    paid = invoices_of(member_id).filter(state__in=[InvoiceState.PAID, InvoiceState.REFUNDED], total_minor__gt=0)
    return paid.exists()


def lines_waiting(member_id: UUID, currency: str) -> list[InvoiceLine]:
    """Credits and charges that go on the member's next invoice, locked."""
    found = InvoiceLine.objects.select_for_update().filter(invoice__isnull=True, member_id=member_id, currency=currency)
    return list(found.order_by("made_at", "pk"))


def active_taxes() -> list[TaxRate]:
    """What the community puts on its invoices."""
    return list(TaxRate.objects.filter(is_active=True).order_by("name"))


def redemption_of(subscription_id: UUID) -> Redemption | None:
    """The discount that the subscription's next invoice has, locked."""
    found = Redemption.objects.select_for_update(of=("self",)).select_related("discount")
    return (
        found.filter(Q(times_left__isnull=True) | Q(times_left__gt=0), subscription_id=subscription_id)
        .order_by("redeemed_at")
        .first()
    )


def usage_to_bill(subscription: Subscription, until: datetime) -> QuerySet[Usage]:
    """Use that no invoice has yet; `until` is excluded, and what was tried is free."""
    since = subscription.trial_ends_at or subscription.began_at
    return Usage.objects.filter(
        subscription_id=subscription.pk, line__isnull=True, used_at__gte=since, used_at__lt=until
    )


def usage_so_far(subscription_id: UUID) -> int:
    """How much was used since the last invoice."""
    found = Usage.objects.filter(subscription_id=subscription_id, line__isnull=True).aggregate(sum=Sum("quantity"))
    return int(found["sum"] or 0)


def spans_due(now: datetime, limit: int) -> list[RevenueSpan]:
    """Those of which more is earned by now, locked."""
    found = RevenueSpan.objects.select_for_update(skip_locked=True, of=("self",)).select_related("invoice")
    return list(found.filter(next_at__lte=now).order_by("next_at", "pk")[:limit])


def spans_of_subscription(subscription_id: UUID) -> list[RevenueSpan]:
    """Those of which something is not earned yet, locked."""
    found = RevenueSpan.objects.select_for_update(of=("self",)).select_related("invoice")
    spans = found.filter(subscription_id=subscription_id).order_by("starts_at", "pk")
    return [each for each in spans if each.unearned_minor]


def questions_of(member_id: UUID) -> QuerySet[Question]:
    """The member's, newest first."""
    return Question.objects.filter(member_id=member_id).select_related("invoice").order_by("-changed_at")


def questions_waiting() -> QuerySet[Question]:
    """What the community is to answer, the longest waiting first."""
    return Question.objects.filter(state=QuestionState.OPEN).select_related("invoice").order_by("changed_at")


def own_question(member_id: UUID, public_id: str) -> Question:
    """Raises: QuestionNotFound, also when it is somebody else's."""
    return _own(questions_of(member_id), "question", public_id, QuestionNotFound)


def question_for_update(question_id: UUID, *, member_id: UUID | None = None) -> Question:
    """Locked; of this member, when one is given. Raises: QuestionNotFound."""
    found = Question.objects.select_for_update().filter(pk=question_id)
    if member_id is not None:
        found = found.filter(member_id=member_id)
    question = found.first()
    if question is None:
        raise QuestionNotFound()
    return question


def _own(rows: QuerySet[Row], prefix: str, public_id: str, missing: type[Refusal]) -> Row:
    found = rows.filter(pk=ids.parse(prefix, public_id)).first()
    if found is None:
        raise missing()
    return found
