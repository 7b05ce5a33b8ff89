"""What the API tells of receipts and coming payments, and the desk of everybody's payments, refunds, cases, reports."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from ninja import Schema
from pydantic import Field

from pamoja.foundation import ids
from pamoja.kernel.identity.public import MemberCard
from pamoja.kernel.payments.models import Case, Refund
from pamoja.kernel.payments.queries.exporting import Receipt
from pamoja.kernel.payments.queries.history import PaymentLine
from pamoja.kernel.payments.queries.reports import Figures, Report
from pamoja.kernel.payments.queries.upcoming import Upcoming
from pamoja.kernel.payments.schemas import MoneyOut, PaymentOut


class UpcomingOut(Schema):
    """Money that will be asked for. `is_asked`: by us, by itself, on that day; else it is to be paid by then."""

    at: datetime
    amount: MoneyOut
    title: str
    purpose: str
    is_asked: bool

    @classmethod
    def of(cls, coming: Upcoming) -> UpcomingOut:
        return cls(
            at=coming.at,
            amount=MoneyOut.of(coming.amount),
            title=coming.title,
            purpose=coming.purpose,
            is_asked=coming.is_asked,
        )


class ReceiptOut(Schema):
    """What proves that a payment arrived; `returned` went back by the way it came."""

    id: str
    kind: Literal["in", "out"]
    amount: MoneyOut
    returned: MoneyOut
    holder: str
    title: str
    way: str
    arrived_at: datetime
    receipt: str

    @classmethod
    def of(cls, receipt: Receipt) -> ReceiptOut:
        return cls(
            id=receipt.number,
            kind="in" if receipt.is_in else "out",
            amount=MoneyOut.of(receipt.amount),
            returned=MoneyOut.of(receipt.returned),
            holder=receipt.holder,
            title=receipt.title,
            way=receipt.way,
            arrived_at=receipt.arrived_at,
            receipt=receipt.rail_receipt,
        )


class WhoOut(Schema):
    """A member, as the desk sees them."""

    id: str
    name: str

    @classmethod
    def of(cls, card: MemberCard | None) -> WhoOut | None:
        return cls(id=card.public_id, name=card.name) if card else None


class DeskPaymentOut(PaymentOut):
    """One payment, and whose it is."""

    member: WhoOut | None = None

    @classmethod
    def with_member(cls, line: PaymentLine, card: MemberCard | None) -> DeskPaymentOut:
        return cls(**PaymentOut.of_line(line).dict(), member=WhoOut.of(card))


class DeskPage(Schema):
    """One page of everybody's payments, newest first."""

    items: list[DeskPaymentOut]
    page: int
    pages: int
    count: int


class RefundIn(Schema):
    """How much goes back, all of it when nothing is said, and why; the member reads it."""

    amount_minor: int | None = Field(default=None, gt=0, le=10**12)
    reason: str = Field(min_length=3, max_length=200, pattern=r"^[^\x00]*$")


class TakeBackIn(Schema):
    """Why, for the record."""

    reason: str = Field(min_length=3, max_length=300, pattern=r"^[^\x00]*$")


class RefundOut(Schema):
    """Money of a payment on its way back, or gone, or failed to go."""

    id: str
    payment: str
    amount: MoneyOut
    state: str
    reason: str
    failure: str
    requested_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, refund: Refund) -> RefundOut:
        return cls(
            id=refund.public_id,
            payment=ids.public("collection", refund.attempt.collection_id),
            amount=MoneyOut.of(refund.amount),
            state=refund.state,
            reason=refund.reason,
            failure=refund.failure,
            requested_at=refund.requested_at,
            ended_at=refund.ended_at,
        )


class RefundPage(Schema):
    """One page of refunds, newest first."""

    items: list[RefundOut]
    page: int
    pages: int
    count: int


class CaseOut(Schema):
    """What a person decides, or has decided."""

    id: str
    kind: str
    says: str
    amount: MoneyOut
    member: WhoOut | None
    opened_at: datetime
    due_at: datetime | None
    resolved_at: datetime | None
    resolution: str

    @classmethod
    def of(cls, case: Case, card: MemberCard | None) -> CaseOut:
        return cls(
            id=case.public_id,
            kind=case.kind,
            says=case.says,
            amount=MoneyOut.of(case.amount),
            member=WhoOut.of(card),
            opened_at=case.opened_at,
            due_at=case.due_at,
            resolved_at=case.resolved_at,
            resolution=case.resolution,
        )


class CasePage(Schema):
    """One page of cases, the most urgent first."""

    items: list[CaseOut]
    page: int
    pages: int
    count: int


class ResolveIn(Schema):
    """What was decided and why; `member` says whose money it is that came to nobody."""

    reason: str = Field(min_length=3, max_length=300, pattern=r"^[^\x00]*$")
    member: str | None = None


class FiguresOut(Schema):
    """What became of payments. `median_s` is from asking to arriving, `success_percent` of those that ended."""

    of: str
    asked: int
    asked_money: MoneyOut
    arrived: int
    arrived_money: MoneyOut
    failed: int
    under_way: int
    success_percent: int | None
    median_s: int | None
    returned: MoneyOut
    fees: MoneyOut

    @classmethod
    def named(cls, of: str, each: Figures) -> FiguresOut:
        return cls(
            of=of,
            asked=each.asked,
            asked_money=MoneyOut.of(each.asked_money),
            arrived=each.done,
            arrived_money=MoneyOut.of(each.done_money),
            failed=each.failed,
            under_way=each.open,
            success_percent=each.success_percent,
            median_s=None if each.median is None else round(each.median.total_seconds()),
            returned=MoneyOut.of(each.returned),
            fees=MoneyOut.of(each.fees),
        )


class ReportOut(Schema):
    """Money in and out of these days, both included, in the community's time zone."""

    since: date
    until: date
    by_rail: list[FiguresOut]
    by_period: list[FiguresOut]
    total: FiguresOut
    sent_by_rail: list[FiguresOut]
    sent_total: FiguresOut

    @classmethod
    def of(cls, report: Report) -> ReportOut:
        return cls(
            since=report.first,
            until=report.last,
            by_rail=[FiguresOut.named(name, each) for name, each in report.by_rail],
            by_period=[FiguresOut.named(day.isoformat(), each) for day, each in report.by_period],
            total=FiguresOut.named("all", report.total),
            sent_by_rail=[FiguresOut.named(name, each) for name, each in report.sent_by_rail],
            sent_total=FiguresOut.named("all", report.sent_total),
        )
