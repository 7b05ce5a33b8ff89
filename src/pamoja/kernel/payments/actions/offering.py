"""What a community sells: its plans and prices, discounts and codes, and the taxes on its invoices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, action
from pamoja.foundation.events import announce
from pamoja.foundation.money import currency as known_currency
from pamoja.kernel.communities.public import current_community_id
from pamoja.kernel.payments.actions.reviewing import MANAGE
from pamoja.kernel.payments.errors.billing import (
    CodeTaken,
    CodeUnfit,
    DiscountUnsound,
    PlanNotFound,
    PlanTaken,
    PriceUnsound,
)
from pamoja.kernel.payments.events.community import OfferChanged
from pamoja.kernel.payments.models import Discount, Plan, Price, PriceTier, PromotionCode, TaxRate
from pamoja.kernel.payments.rules.billing import AfterGrace
from pamoja.kernel.payments.rules.discounts import WHOLE_BP, Duration, Reduction, Unfit
from pamoja.kernel.payments.rules.periods import Interval
from pamoja.kernel.payments.rules.pricing import Scheme, Tariff, Tier, are_sound
from pamoja.kernel.payments.rules.revenue import Recognition


@action
def offer_plan(
    *,
    by: Actor,
    product: str,
    code: str,
    name: str,
    description: str = "",
    grants: Sequence[str] = (),
    rank: int = 0,
    trial_days: int = 0,
    remind_days: int = 3,
    retry_days: Sequence[int] = (1, 3, 5),
    grace_days: int = 7,
    after_grace: AfterGrace = AfterGrace.CANCEL,
    recognition: Recognition = Recognition.DAILY,
) -> Plan:
    """A new plan; it is on offer once it has a price.

    Raises: NotAllowed, PlanTaken.
    """
    by.require(MANAGE)
    try:
        with transaction.atomic():
            plan = Plan.objects.create(
                product=product,
                code=code,
                name=name,
                description=description,
                grants=list(grants),
                rank=rank,
                trial_days=trial_days,
                remind_days=remind_days,
                retry_days=sorted(retry_days),
                grace_days=grace_days,
                after_grace=after_grace,
                recognition=recognition,
            )
    except IntegrityError:
        raise PlanTaken(plan=code) from None
    _tell(f"the plan {name}")
    return plan


@action
def offer_price(
    *,
    by: Actor,
    plan_id: UUID,
    tariff: Tariff,
    currency: str,
    interval: Interval = Interval.MONTH,
    interval_count: int = 1,
    unit_name: str = "",
    is_metered: bool = False,
) -> Price:
    """A price of a plan, with its tiers where it has some. Whoever subscribed by another one keeps that.

    Raises: NotAllowed, PlanNotFound, PriceUnsound, CurrencyUnknown.
    """
    by.require(MANAGE)
    known_currency(currency)
    plan = Plan.objects.filter(pk=plan_id).first()
    if plan is None:
        raise PlanNotFound()
    _check(tariff, is_metered)
    price = Price.objects.create(
        plan_id=plan_id,
        currency=currency,
        interval=interval,
        interval_count=interval_count,
        scheme=tariff.scheme,
        unit_minor=tariff.unit_minor,
        per_units=tariff.per_units,
        unit_name=unit_name,
        is_metered=is_metered,
    )
    PriceTier.objects.bulk_create(
        PriceTier(price=price, up_to=each.up_to, unit_minor=each.unit_minor, flat_minor=each.flat_minor)
        for each in tariff.tiers
    )
    _tell(f"a price of {plan.name}, {price.words}")
    return price


@action
def withdraw_price(*, by: Actor, price_id: UUID) -> None:
    """Offer it no more; those who have it keep it.

    Raises: NotAllowed, PlanNotFound.
    """
    by.require(MANAGE)
    price = Price.objects.select_related("plan").filter(pk=price_id).first()
    if price is None or not Price.objects.filter(pk=price_id).update(is_offered=False):
        raise PlanNotFound()
    _tell(f"a price of {price.plan.name} is offered no more, {price.words}")


@action
def offer_discount(
    *,
    by: Actor,
    name: str,
    reduction: Reduction,
    currency: str = "",
    duration: Duration = Duration.ONCE,
    times: int = 1,
    plan_id: UUID | None = None,
    redemptions_max: int | None = None,
    redeem_by: datetime | None = None,
) -> Discount:
    """A discount; members come by it with a code.

    Raises: NotAllowed, DiscountUnsound.
    """
    by.require(MANAGE)
    is_share = 0 < reduction.percent_bp <= WHOLE_BP and not reduction.off_minor and not currency
    is_amount = reduction.off_minor > 0 and not reduction.percent_bp and bool(currency)
    if not (is_share or is_amount) or times < 1:
        raise DiscountUnsound()
    discount = Discount.objects.create(
        name=name,
        percent_bp=reduction.percent_bp,
        off_minor=reduction.off_minor,
        currency=currency,
        duration=duration,
        times=times,
        plan_id=plan_id,
        redemptions_max=redemptions_max,
        redeem_by=redeem_by,
    )
    _tell(f"the discount {name}")
    return discount


@action
def give_out_code(
    *,
    by: Actor,
    discount_id: UUID,
    code: str,
    member_id: UUID | None = None,
    is_for_first_only: bool = False,
    least_minor: int = 0,
    redemptions_max: int | None = None,
    expires_at: datetime | None = None,
) -> PromotionCode:
    """A word that gives a discount: to everybody, or to one member.

    Raises: NotAllowed, CodeTaken.
    """
    by.require(MANAGE)
    try:
        with transaction.atomic():
            made = PromotionCode.objects.create(
                discount_id=discount_id,
                code=code.strip().upper(),
                member_id=member_id,
                is_for_first_only=is_for_first_only,
                least_minor=least_minor,
                redemptions_max=redemptions_max,
                expires_at=expires_at,
                made_at=clock.now(),
            )
    except IntegrityError:
        raise CodeTaken(field="code") from None
    _tell(f"the code {made.code}")
    return made


@action
def take_back_code(*, by: Actor, code_id: UUID) -> PromotionCode:
    """Nobody can use it any more; who did keeps the discount.

    Raises: NotAllowed, CodeUnfit.
    """
    by.require(MANAGE)
    found = PromotionCode.objects.select_for_update().filter(pk=code_id, is_active=True).first()
    if found is None:
        raise CodeUnfit(field="code", reason=Unfit.UNKNOWN.value)
    found.is_active = False
    found.save(update_fields=["is_active"])
    _tell(f"the code {found.code} is taken back")
    return found


@action
def set_tax(*, by: Actor, name: str, rate_bp: int, is_inclusive: bool, registration: str = "") -> TaxRate:
    """The tax of this name from now on; the rate before it ends, and stays on the invoices that have it.

    Raises: NotAllowed, PriceUnsound.
    """
    by.require(MANAGE)
    if not 0 < rate_bp <= WHOLE_BP:
        raise PriceUnsound(field="rate")
    TaxRate.objects.filter(name=name, is_active=True).update(is_active=False)
    made = TaxRate.objects.create(name=name, rate_bp=rate_bp, is_inclusive=is_inclusive, registration=registration)
    _tell(f"the tax {made.words}")
    return made


@action
def end_tax(*, by: Actor, tax_id: UUID) -> None:
    """No invoice from now on has it; those that have it keep it.

    Raises: NotAllowed.
    """
    by.require(MANAGE)
    tax = TaxRate.objects.select_for_update().filter(pk=tax_id, is_active=True).first()
    if tax is not None:
        tax.is_active = False
        tax.save(update_fields=["is_active"])
        _tell(f"the tax {tax.words} has ended")


def _tell(what: str) -> None:
    announce(OfferChanged(community_id=current_community_id(), what=what))


def _check(tariff: Tariff, is_metered: bool) -> None:
    in_tiers = tariff.scheme in (Scheme.GRADUATED, Scheme.VOLUME)
    tiers: Sequence[Tier] = tariff.tiers
    if in_tiers != bool(tiers) or (in_tiers and not are_sound(tiers)):
        raise PriceUnsound()
    if tariff.unit_minor < 0 or tariff.per_units < 1 or (is_metered and tariff.scheme == Scheme.FLAT):
        raise PriceUnsound()
