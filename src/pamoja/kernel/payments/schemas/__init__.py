"""What goes in and out of the API about payments and wallets."""

from __future__ import annotations

from datetime import date, datetime

from ninja import Schema
from pydantic import Field

from pamoja.foundation.money import AMOUNT_MINOR_MAX, Money
from pamoja.foundation.paging import Page
from pamoja.kernel.payments.models import Collection, Payout
from pamoja.kernel.payments.queries.history import (
    Kind,
    PaymentLine,
    Standing,
    receipt_of,
    standing_of_payment,
    titles_of,
)
from pamoja.kernel.payments.queries.payees import onward_of


class MoneyOut(Schema):
    """An amount in whole minor units, and as people write it."""

    amount_minor: int
    currency: str
    text: str

    @classmethod
    def of(cls, money: Money) -> MoneyOut:
        return cls(amount_minor=money.amount_minor, currency=money.currency, text=money.text)


class PaymentOut(Schema):
    """One payment; `standing` sums its state up. Its receipt is known once the rail has told it."""

    id: str
    kind: Kind
    amount: MoneyOut
    title: str
    purpose: str
    rail: str
    state: str
    standing: Standing
    reason: str
    requested_at: datetime
    next_attempt_at: datetime | None = None
    receipt: str = ""
    onward: str = Field(
        default="", description="By Stripe: `moving`, `paid` (in the bank), `came_back` (in the wallet)."
    )

    @classmethod
    def of_line(cls, line: PaymentLine) -> PaymentOut:
        return cls(
            id=line.public_id,
            kind=line.kind,
            amount=MoneyOut.of(line.amount),
            title=line.title,
            purpose=line.purpose,
            rail=line.rail,
            state=line.state,
            standing=line.standing,
            reason=line.reason,
            requested_at=line.at,
            receipt=line.receipt,
        )

    @classmethod
    def of(cls, payment: Collection | Payout) -> PaymentOut:
        is_in = isinstance(payment, Collection)
        kind: Kind = "in" if is_in else "out"
        return cls(
            id=payment.public_id,
            kind=kind,
            amount=MoneyOut.of(payment.amount),
            title=titles_of([payment.purpose])[payment.purpose],
            purpose=payment.purpose,
            rail=payment.rail,
            state=payment.state,
            standing=standing_of_payment(payment),
            reason=payment.reason,
            requested_at=payment.requested_at,
            next_attempt_at=payment.next_attempt_at if isinstance(payment, Collection) else None,
            receipt=receipt_of(payment) if isinstance(payment, Collection) else payment.receipt or "",
            onward="" if isinstance(payment, Collection) else _onward(payment),
        )


def _onward(payout: Payout) -> str:
    found = onward_of(payout)
    return found.state if found else ""


class PaymentQuery(Schema):
    """Which payments; `since` and `until` are days in the member's time zone, both included.

    `text` is looked for in what a payment was for, as an amount, a receipt or a payment's id.
    """

    kind: Kind | None = None
    state: Standing | None = None
    rail: str | None = Field(default=None, max_length=20)
    since: date | None = None
    until: date | None = None
    least_minor: int | None = Field(default=None, ge=0, le=AMOUNT_MINOR_MAX)
    most_minor: int | None = Field(default=None, ge=0, le=AMOUNT_MINOR_MAX)
    text: str = Field(default="", max_length=80)
    page: int = 1


class PaymentPage(Schema):
    """One page of payments, newest first."""

    items: list[PaymentOut]
    page: int
    pages: int
    count: int

    @classmethod
    def of(cls, shown: Page[PaymentLine]) -> PaymentPage:
        items = [PaymentOut.of_line(line) for line in shown.items]
        return cls(items=items, page=shown.number, pages=shown.pages, count=shown.count)


class WalletOut(Schema):
    """What the wallet holds; `held` is on its way out."""

    balance: MoneyOut
    held: MoneyOut
    available: MoneyOut


class StatementLineOut(Schema):
    """One movement; positive when money came in."""

    at: datetime
    description: str
    reference: str
    amount: MoneyOut
    balance: MoneyOut


class StatementOut(Schema):
    """Opening balance and lines add up to the closing balance."""

    since: datetime
    until: datetime
    opening: MoneyOut
    lines: list[StatementLineOut]
    closing: MoneyOut


class AmountIn(Schema):
    """How much, in the community's currency."""

    amount_minor: int = Field(gt=0, le=10**12, description="Whole minor units: 250000 is KSh 2,500.")


class SendIn(AmountIn):
    """And where to: the id of a way to be paid; by itself the usual one."""

    method: str = Field(default="", max_length=60)
