"""What the demo's communities sell: a welfare fund by the month, a membership by the year, and a code for newcomers."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from pamoja.foundation.actions import Actor, IdempotencyKey
from pamoja.foundation.money import Money
from pamoja.kernel.payments.actions.answering import ask_question
from pamoja.kernel.payments.actions.offering import give_out_code, offer_discount, offer_plan, offer_price
from pamoja.kernel.payments.actions.subscribing import subscribe
from pamoja.kernel.payments.models import Invoice
from pamoja.kernel.payments.rules.discounts import Reduction
from pamoja.kernel.payments.rules.periods import Interval
from pamoja.kernel.payments.rules.pricing import Scheme, Tariff

Asked = Callable[[str], Actor]
WELFARE = ("Faith", "Joseph", "Amina")
MEMBERSHIP = ("Peter", "Zuhura")


def umoja_sells(asked: Asked) -> None:
    """A welfare fund with three who pay into it from the first month on, and a membership that two have bought."""
    welfare = _offer(
        asked("Wanjiku"),
        name="Welfare fund",
        code="welfare",
        description="Stands by a member's family at a burial or in hospital.",
        price=Money(20_000, "KES"),
        interval=Interval.MONTH,
    )
    membership = _offer(
        asked("Wanjiku"),
        name="Membership",
        code="membership",
        description="The yearly fee of the association: the hall, the books, the lawyer.",
        price=Money(60_000, "KES"),
        interval=Interval.YEAR,
    )
    discount = offer_discount(by=asked("Wanjiku"), name="Karibu, first year", reduction=Reduction(percent_bp=5_000))
    give_out_code(by=asked("Wanjiku"), discount_id=discount.pk, code="KARIBU", is_for_first_only=True)
    for name in WELFARE:
        _subscribe(asked(name), welfare)
    _subscribe(asked(MEMBERSHIP[0]), membership)
    _subscribe(asked(MEMBERSHIP[1]), membership, code="KARIBU")


def umoja_is_asked(asked: Asked) -> None:
    """A question about an invoice that waits for its answer."""
    member_id = asked("Faith").member_id
    assert member_id is not None
    latest = Invoice.objects.filter(member_id=member_id, number__isnull=False).order_by("-made_at").first()
    ask_question(
        by=asked("Faith"),
        member_id=member_id,
        subject="Paying for the whole year",
        text="Can I pay the welfare fund for a year at once, before the planting season?",
        invoice_id=latest.pk if latest else None,
    )


def thames_sells(asked: Asked) -> None:
    """A membership that somebody tries."""
    membership = _offer(
        asked("Folake"),
        name="Membership",
        code="membership",
        description="The yearly fee: the hall at New Year, and the lawyer's letter.",
        price=Money(2_400, "GBP"),
        interval=Interval.YEAR,
        trial_days=180,
    )
    _subscribe(asked("Temi"), membership)


def _offer(
    by: Actor, *, name: str, code: str, description: str, price: Money, interval: Interval, trial_days: int = 0
) -> UUID:
    plan = offer_plan(by=by, product=code, code=code, name=name, description=description, trial_days=trial_days)
    made = offer_price(
        by=by,
        plan_id=plan.pk,
        tariff=Tariff(Scheme.FLAT, price.amount_minor),
        currency=price.currency,
        interval=interval,
    )
    return made.pk


def _subscribe(by: Actor, price_id: UUID, *, code: str = "") -> None:
    assert by.member_id is not None
    key = IdempotencyKey(f"demo-{price_id}-{by.member_id}")
    subscribe(by=by, member_id=by.member_id, price_id=price_id, key=key, code=code)
