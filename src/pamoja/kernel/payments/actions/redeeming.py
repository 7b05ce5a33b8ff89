"""Giving a subscription the discount of a promotion code, within the limits of both."""

from __future__ import annotations

from django.db.models import F

from pamoja.foundation import clock
from pamoja.foundation.actions import joins_transaction
from pamoja.kernel.payments.errors.billing import CodeUnfit
from pamoja.kernel.payments.models import Discount, PromotionCode, Redemption, Subscription
from pamoja.kernel.payments.queries import billing as found
from pamoja.kernel.payments.rules import discounts
from pamoja.kernel.payments.rules.discounts import Buyer, Duration, Offer, Unfit
from pamoja.kernel.payments.rules.pricing import amount_minor


@joins_transaction
def redeem_code(subscription: Subscription, code: str) -> None:
    """Use the code for this subscription; it is locked, so that its limit holds.

    Raises: CodeUnfit.
    """
    promotion = found.code_for_update(code)
    if promotion is None:
        raise CodeUnfit(field="code", reason=Unfit.UNKNOWN.value)
    discount = promotion.discount
    buyer = Buyer(
        member_id=subscription.member_id,
        plan_id=subscription.plan_id,
        amount_minor=amount_minor(subscription.price.tariff, subscription.quantity),
        currency=subscription.price.currency,
        has_paid_before=found.has_paid_before(subscription.member_id),
    )
    if why := discounts.unfit(_offer(promotion), buyer, clock.now()):
        raise CodeUnfit(field="code", reason=why.value)
    PromotionCode.objects.filter(pk=promotion.pk).update(redemptions=F("redemptions") + 1)
    Discount.objects.filter(pk=discount.pk).update(redemptions=F("redemptions") + 1)
    Redemption.objects.create(
        subscription=subscription,
        discount=discount,
        code=promotion,
        times_left=discounts.times_of(Duration(discount.duration), discount.times),
    )


def _offer(promotion: PromotionCode) -> Offer:
    discount = promotion.discount
    return Offer(
        is_active=promotion.is_active,
        expires_at=promotion.expires_at,
        redeem_by=discount.redeem_by,
        used=promotion.redemptions,
        used_most=promotion.redemptions_max,
        discount_used=discount.redemptions,
        discount_used_most=discount.redemptions_max,
        plan_id=discount.plan_id,
        member_id=promotion.member_id,
        is_for_first_only=promotion.is_for_first_only,
        least_minor=promotion.least_minor,
        currency=discount.currency,
    )
