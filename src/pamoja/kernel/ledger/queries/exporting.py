"""A statement as a file to keep: CSV for spreadsheets, PDF for people."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from pamoja.foundation import papers
from pamoja.foundation.money import Money
from pamoja.kernel.ledger.queries.describing import LineInWords, in_words
from pamoja.kernel.ledger.rules import Statement, StatementLine

_HEADINGS = ("Date", "Time", "Entry", "What", "Reference", "Amount", "Balance")


def as_csv(statement: Statement, zone: str) -> str:
    """One row a movement, between the opening and the closing balance; amounts as plain decimals."""
    opening = [*_moment(statement.since, zone), "", "Opening balance", "", "", statement.opening.decimal]
    closing = [*_moment(statement.until, zone), "", "Closing balance", "", "", statement.closing.decimal]
    moved = [[*_cells(each, zone), *_amounts(statement, each.line)] for each in in_words(statement.lines)]
    headings = [*_HEADINGS[:5], f"Amount ({statement.opening.currency})", "Balance"]
    return papers.as_csv(headings, [opening, *moved, closing])


def as_pdf(statement: Statement, zone: str, *, title: str, holder: str) -> bytes:
    """The same on A4 pages, with whose it is, and the sum that proves it."""
    period = f"{_moment(statement.since, zone)[0]} to {_moment(statement.until, zone)[0]} ({zone})"
    proof = (
        f"Opening {_written(statement.opening)} + in {_written(statement.moved_in)} − out "
        f"{_written(statement.moved_out)} = closing {_written(statement.closing)}"
    )
    table = papers.Table(
        headings=_HEADINGS,
        rows=[[*_cells(each, zone), *_amounts(statement, each.line)] for each in in_words(statement.lines)],
        widths_mm=(21, 13, 16, 58, 28, 24, 24),
        words=frozenset({3, 4}),
        amounts_from=5,
    )
    return papers.as_pdf(title=title, said=[f"{holder} · {period}", proof], table=table)


def _cells(worded: LineInWords, zone: str) -> list[str]:
    line = worded.line
    return [*_moment(line.at, zone), str(line.entry_number), worded.sentence, worded.reference]


def _amounts(statement: Statement, line: StatementLine) -> list[str]:
    return [statement.money(line.amount_minor).decimal, statement.money(line.balance_minor).decimal]


def _moment(at: datetime, zone: str) -> tuple[str, str]:
    local = at.astimezone(ZoneInfo(zone))
    return local.strftime("%Y-%m-%d"), local.strftime("%H:%M")


def _written(amount: Money) -> str:
    return f"{amount.currency} {amount.decimal}"
