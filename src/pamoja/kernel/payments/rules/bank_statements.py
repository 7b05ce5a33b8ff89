"""Reads a bank's statement as banks export it: one line a movement, columns found by their names."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass

from pamoja.foundation.errors import Refusal
from pamoja.foundation.money import Money
from pamoja.kernel.payments.errors import StatementUnreadable
from pamoja.kernel.payments.rules.banking import BankAccount
from pamoja.kernel.payments.rules.mpesa import shillings_as_minor

_AMOUNT, _REFERENCE = ("amount", "credit", "paid in"), ("reference", "description", "details")
LINES_MAX = 50_000


@dataclass(frozen=True)
class BankLine:
    """Money that came: the line's own number (or a mark of its contents), and a mark of the payer's account."""

    line_id: str
    amount: Money
    reference: str
    payer: str = ""


def read_statement(text: str, currency: str) -> list[BankLine]:
    """The lines by which money came in; what went out is left to the payouts.

    A bank that numbers no lines may list two equal transfers of one day: they are told apart by their order.
    Raises: StatementUnreadable naming the line.
    """
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    lines: list[BankLine] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, start=2):
        said = {str(name).strip().lower(): (value or "").strip() for name, value in row.items() if name}
        try:
            amount = Money.read(_of(said, _AMOUNT).lstrip("+"), currency)
        except Refusal:
            if _of(said, _AMOUNT).startswith("-"):
                continue
            raise StatementUnreadable(line=number) from None
        if amount.amount_minor <= 0:
            continue
        if number > LINES_MAX:
            raise StatementUnreadable(line=number)
        mark = hashlib.sha256("|".join(f"{name}={said[name]}" for name in sorted(said)).encode()).hexdigest()[:40]
        seen[mark] = seen.get(mark, 0) + 1
        account, sort_code = said.get("account", ""), said.get("sort code", "").replace("-", "")
        payer = BankAccount("", "", account.replace(" ", ""), sort_code).mark if account else ""
        line_id = said.get("id") or f"{mark}-{seen[mark]}"
        lines.append(BankLine(line_id[:100], amount, _of(said, _REFERENCE)[:200], payer))
    return lines


def _of(said: dict[str, str], names: tuple[str, ...]) -> str:
    return next((said[name] for name in names if said.get(name)), "")


@dataclass(frozen=True)
class PaidIn:
    """A payment to our paybill as M-PESA's portal lists it. Units: minor."""

    receipt: str
    amount_minor: int
    account: str


def is_paybills(text: str) -> bool:
    """Whether the file is the statement of a paybill, as M-PESA's portal exports it."""
    return "Receipt No." in text.lstrip("\ufeff").partition("\n")[0]


def read_paybill(text: str) -> list[PaidIn]:
    """The completed payments to us, those by prompt as well as those by menu.

    Raises: StatementUnreadable naming the line.
    """
    lines = []
    for number, row in enumerate(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))), start=2):
        paid = (row.get("Paid In") or "").replace(",", "").strip()
        if not paid or (row.get("Transaction Status") or "").strip() != "Completed":
            continue
        amount_minor, receipt = shillings_as_minor(paid), (row.get("Receipt No.") or "").strip()
        if amount_minor is None or not receipt or number > LINES_MAX:
            raise StatementUnreadable(line=number)
        lines.append(PaidIn(receipt[:40], amount_minor, (row.get("A/C No.") or "").strip()[:40]))
    return lines
