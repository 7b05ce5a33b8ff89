"""What goes in and out of the API about plans, subscriptions, invoices and questions."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ninja import Schema
from pydantic import Field

from pamoja.kernel.payments.models import Invoice, Price, Question, Subscription
from pamoja.kernel.payments.schemas import MoneyOut


class PriceOut(Schema):
    """What may be subscribed to; `words` is how the price reads."""

    id: str
    product: str
    plan: str
    description: str
    words: str
    trial_days: int
    grants: list[str]

    @classmethod
    def of(cls, price: Price) -> PriceOut:
        plan = price.plan
        return cls(
            id=price.public_id,
            product=plan.product,
            plan=plan.name,
            description=plan.description,
            words=price.words,
            trial_days=plan.trial_days,
            grants=plan.grants,
        )


class SubscriptionOut(Schema):
    """How a subscription stands; `is_open` says whether what it grants can be used now."""

    id: str
    product: str
    plan: str
    price: str
    state: str
    is_open: bool
    period_starts_at: datetime
    period_ends_at: datetime
    ends_with_period: bool
    grace_ends_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, subscription: Subscription) -> SubscriptionOut:
        return cls(
            id=subscription.public_id,
            product=subscription.product,
            plan=subscription.plan.name,
            price=subscription.price.words,
            state=subscription.state,
            is_open=subscription.grants,
            period_starts_at=subscription.period_starts_at,
            period_ends_at=subscription.period_ends_at,
            ends_with_period=subscription.ends_with_period,
            grace_ends_at=subscription.grace_ends_at,
            ended_at=subscription.ended_at,
        )


class SubscribeIn(Schema):
    """Which price, how many, and how it is paid."""

    price: str
    quantity: int = Field(default=1, ge=1, le=1_000_000)
    code: str = Field(default="", max_length=40)
    from_wallet: bool = False


class ChangeIn(Schema):
    """To which price, and when."""

    price: str
    quantity: int | None = Field(default=None, ge=1, le=1_000_000)
    when: Literal["now", "next_period"] = "now"


class CancelIn(Schema):
    """When it ends."""

    when: Literal["now", "period_end"] = "period_end"


class PayIn(Schema):
    """How an open invoice is paid."""

    from_wallet: bool = False


class InvoiceLineOut(Schema):
    """One line; an included tax is part of the others."""

    kind: str
    description: str
    quantity: int
    amount: MoneyOut
    is_included: bool


class InvoiceOut(Schema):
    """An invoice; its lines only in the detail."""

    id: str
    number: str
    state: str
    total: MoneyOut
    tax: MoneyOut
    refunded: MoneyOut
    made_at: datetime
    paid_at: datetime | None
    next_attempt_at: datetime | None
    lines: list[InvoiceLineOut] = []

    @classmethod
    def of(cls, invoice: Invoice, *, with_lines: bool = False) -> InvoiceOut:
        lines = invoice.lines.order_by("position", "made_at") if with_lines else ()
        return cls(
            id=invoice.public_id,
            number=invoice.title,
            state=invoice.state,
            total=MoneyOut.of(invoice.total),
            tax=MoneyOut.of(invoice.tax),
            refunded=MoneyOut.of(invoice.refunded),
            made_at=invoice.made_at,
            paid_at=invoice.paid_at,
            next_attempt_at=invoice.next_attempt_at,
            lines=[
                InvoiceLineOut(
                    kind=each.kind,
                    description=each.description,
                    quantity=each.quantity,
                    amount=MoneyOut.of(each.amount),
                    is_included=each.is_included,
                )
                for each in lines
            ],
        )


class InvoicePage(Schema):
    """One page of invoices, newest first."""

    items: list[InvoiceOut]
    page: int
    pages: int
    count: int


class QuestionIn(Schema):
    """A question, about an invoice or at large."""

    subject: str = Field(min_length=1, max_length=120)
    text: str = Field(min_length=1, max_length=2000)
    invoice: str | None = None


class QuestionOut(Schema):
    """How a question stands."""

    id: str
    subject: str
    state: str
    asked_at: datetime

    @classmethod
    def of(cls, question: Question) -> QuestionOut:
        return cls(id=question.public_id, subject=question.subject, state=question.state, asked_at=question.asked_at)
