"""Lists of payments and receipts as files to keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Sum

from pamoja.foundation import papers
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import card_of, member_with_id
from pamoja.kernel.ledger.public import described
from pamoja.kernel.payments.errors.showing import ExportTooLong, ReceiptMissing
from pamoja.kernel.payments.models import Collection, Payout, Refund
from pamoja.kernel.payments.queries.history import PaymentLine, PaymentLines, receipt_of, standing_of
from pamoja.kernel.payments.rules import rails
from pamoja.kernel.payments.rules.givingback import RefundState
from pamoja.kernel.payments.rules.mpesa import description_of, masked

CSV_ROWS_MAX, PDF_ROWS_MAX = 10_000, 2_000
_STANDINGS = {"under_way": "Under way", "failed": "Failed", "checking": "Being checked"}
_NO_NAMES: Mapping[UUID, str] = {}


def payments_csv(found: PaymentLines, zone: str, names: Mapping[UUID, str] = _NO_NAMES) -> str:
    """One row a payment, newest first; with whose it is, when names are given.

    Raises: ExportTooLong.
    """
    lines = _listed(found, CSV_ROWS_MAX)
    whose = ["Member"] if names else []
    headings = ["Date", "Time", *whose, "Direction", "For", "By", "State", "Amount", "Currency", "Receipt", "Number"]
    rows = [
        [
            *_moment(each.at, zone),
            *([names.get(each.member_id, "")] if names else []),
            "in" if each.kind == "in" else "out",
            each.title,
            each.way,
            word_of(each),
            each.amount.decimal,
            each.amount.currency,
            each.receipt,
            each.public_id,
        ]
        for each in lines
    ]
    return papers.as_csv(headings, rows)


def payments_pdf(found: PaymentLines, zone: str, *, title: str, said: list[str]) -> bytes:
    """The same on A4 pages, with the sums of what arrived.

    Raises: ExportTooLong.
    """
    lines = _listed(found, PDF_ROWS_MAX)
    rows = [
        [*_moment(each.at, zone), each.title, each.way, word_of(each), each.receipt, _signed(each)] for each in lines
    ]
    currencies = sorted({each.amount.currency for each in lines})
    sums = [
        ["", "", label, "", "", "", Money(_total(lines, kind, code), code).text]
        for code in currencies
        for label, kind in (("Came in", "in"), ("Went out", "out"))
    ]
    table = papers.Table(
        headings=["Date", "Time", "For", "By", "State", "Receipt", "Amount"],
        rows=[*rows, *sums],
        widths_mm=(20, 12, 52, 24, 22, 30, 24),
        words=frozenset({2, 3, 5}),
        amounts_from=6,
        sums=len(sums),
    )
    return papers.as_pdf(title=title, said=said, table=table)


def word_of(line: PaymentLine) -> str:
    """What its state is called in a file."""
    return ("Paid" if line.kind == "in" else "Sent") if line.standing == "done" else _STANDINGS[line.standing]


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What proves that a payment arrived. `returned` went back by the way it came."""

    number: str
    is_in: bool
    amount: Money
    returned: Money
    holder: str
    title: str
    way: str
    asked_at: datetime
    arrived_at: datetime
    rail_receipt: str


def receipt_for(payment: Collection | Payout) -> Receipt:
    """Raises: ReceiptMissing while it has not arrived."""
    is_in = isinstance(payment, Collection)
    arrived_at = payment.confirmed_at if isinstance(payment, Collection) else payment.ended_at
    if standing_of("in" if is_in else "out", payment.state) != "done" or arrived_at is None:
        raise ReceiptMissing()
    about = described([payment.purpose]).get(payment.purpose)
    return Receipt(
        number=payment.public_id,
        is_in=is_in,
        amount=payment.amount,
        returned=returned_of(payment) if isinstance(payment, Collection) else Money.zero(payment.currency),
        holder=card_of(member_with_id(payment.member_id)).name,
        title=about.words if about else description_of(payment.purpose),
        way=way_of(payment),
        asked_at=payment.requested_at,
        arrived_at=arrived_at,
        rail_receipt=receipt_of(payment) if isinstance(payment, Collection) else payment.receipt or "",
    )


def receipt_pdf(receipt: Receipt, zone: str) -> bytes:
    """One A4 page."""
    rows = [
        ["Member", receipt.holder],
        ["For", receipt.title],
        ["From" if receipt.is_in else "To", receipt.way],
        ["Paid" if receipt.is_in else "Sent", " ".join(_moment(receipt.arrived_at, zone)) + f" ({zone})"],
        ["Provider's receipt", receipt.rail_receipt or "none"],
        ["Number", receipt.number],
    ]
    sums = [["Amount", receipt.amount.text]]
    if receipt.returned:
        sums.append(["Given back", receipt.returned.text])
    table = papers.Table(
        headings=["Receipt", ""],
        rows=[*rows, *sums],
        widths_mm=(60, 124),
        words=frozenset(),
        amounts_from=1,
        sums=len(sums),
    )
    what = "paid" if receipt.is_in else "sent"
    return papers.as_pdf(
        title=f"{current_community().name}: receipt", said=[f"{receipt.amount.text} {what}"], table=table
    )


def returned_of(collection: Collection) -> Money:
    """What went back, or is on its way back, to who paid."""
    rows = Refund.objects.filter(attempt__collection=collection).exclude(state=RefundState.FAILED)
    return Money(int(rows.aggregate(sum=Sum("amount_minor"))["sum"] or 0), collection.currency)


def way_of(payment: Collection | Payout) -> str:
    """From where or to where, without a number."""
    if payment.method is not None:
        return str(payment.method.described)
    return f"M-PESA {masked(str(payment.phone))}" if payment.rail == rails.MPESA else rails.FACTS[payment.rail].title


def _listed(found: PaymentLines, most: int) -> list[PaymentLine]:
    lines = found[: most + 1]
    if len(lines) > most:
        raise ExportTooLong(most=f"{most:,}")
    return lines


def _total(lines: list[PaymentLine], kind: str, code: str) -> int:
    arrived = (each for each in lines if each.kind == kind and each.standing == "done" and each.amount.currency == code)
    return sum(each.amount.amount_minor for each in arrived)


def _signed(line: PaymentLine) -> str:
    return (line.amount if line.kind == "in" else -line.amount).text


def _moment(at: datetime, zone: str) -> tuple[str, str]:
    local = at.astimezone(ZoneInfo(zone))
    return local.strftime("%Y-%m-%d"), local.strftime("%H:%M")
