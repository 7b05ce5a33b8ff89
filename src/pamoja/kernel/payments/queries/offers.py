"""What a community sells, as those who look after it see it: also what is offered no more."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from pamoja.kernel.payments.errors.billing import PlanNotFound
from pamoja.kernel.payments.models import Discount, Plan, Price, PromotionCode, Subscription, TaxRate
from pamoja.kernel.payments.rules.billing import ENDED


@dataclass(frozen=True)
class PlanLine:
    """A plan with its prices and how many members have it now."""

    plan: Plan
    prices: list[Price]
    running: int


def all_plans() -> list[PlanLine]:
    """In the order in which members see them."""
    plans = Plan.objects.prefetch_related("prices__tiers").order_by("product", "rank", "name")
    running = _running_by("plan_id")
    return [PlanLine(each, _sorted(list(each.prices.all())), running.get(each.pk, 0)) for each in plans]


def plan_with_id(plan_id: UUID) -> tuple[Plan, list[tuple[Price, int]]]:
    """With its prices, and how many members pay each. Raises: PlanNotFound."""
    plan = Plan.objects.filter(pk=plan_id).first()
    if plan is None:
        raise PlanNotFound()
    running = _running_by("price_id")
    prices = _sorted(list(plan.prices.select_related("plan").prefetch_related("tiers")))
    return plan, [(each, running.get(each.pk, 0)) for each in prices]


def all_discounts() -> list[Discount]:
    """The newest first, each with its codes."""
    return list(Discount.objects.select_related("plan").prefetch_related("codes").order_by("-made_at", "-pk")[:200])


def all_codes() -> list[PromotionCode]:
    """Those that can be used first, then the newest."""
    found = PromotionCode.objects.select_related("discount__plan").order_by("-is_active", "-made_at", "-pk")
    return list(found[:200])


def all_taxes() -> list[TaxRate]:
    """Those on today's invoices first."""
    return list(TaxRate.objects.order_by("-is_active", "name", "-made_at"))


def _running_by(column: str) -> dict[UUID, int]:
    rows = Subscription.objects.exclude(state__in=ENDED).values_list(column)
    return dict(rows.annotate(found=Count("pk")).order_by(column))


def _sorted(prices: list[Price]) -> list[Price]:
    return sorted(prices, key=lambda each: (not each.is_offered, each.unit_minor, each.made_at))
