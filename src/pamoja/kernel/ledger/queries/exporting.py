"""A statement as a file to keep: CSV for spreadsheets, PDF for people."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from pamoja.foundation.money import Money
from pamoja.kernel.ledger.queries.describing import LineInWords, in_words
from pamoja.kernel.ledger.rules import Statement, StatementLine

_HEADINGS = ("Date", "Time", "Entry", "What", "Reference", "Amount", "Balance")
# A spreadsheet runs what begins like this as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(statement: Statement, zone: str) -> str:
    """One row a movement, between the opening and the closing balance; amounts as plain decimals."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow([*_HEADINGS[:5], f"Amount ({statement.opening.currency})", "Balance"])
    rows.writerow([*_moment(statement.since, zone), "", "Opening balance", "", "", statement.opening.decimal])
    for worded in in_words(statement.lines):
        rows.writerow([*map(_safe, _cells(worded, zone)), *_amounts(statement, worded.line)])
    rows.writerow([*_moment(statement.until, zone), "", "Closing balance", "", "", statement.closing.decimal])
    return out.getvalue()


def as_pdf(statement: Statement, zone: str, *, title: str, holder: str) -> bytes:
    """The same on A4 pages, with whose it is, and the sum that proves it."""
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import mm
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

    _use_fonts()
    plain = ParagraphStyle("plain", fontName="Vera", fontSize=8, leading=10)
    head = ParagraphStyle("head", fontName="VeraBd", fontSize=14, leading=18)
    period = f"{_moment(statement.since, zone)[0]} to {_moment(statement.until, zone)[0]} ({zone})"
    proof = (
        f"Opening {_written(statement.opening)} + in {_written(statement.moved_in)} − out "
        f"{_written(statement.moved_out)} = closing {_written(statement.closing)}"
    )
    rows: list[list[object]] = [list(_HEADINGS)]
    for worded in in_words(statement.lines):
        *when, what, reference = _cells(worded, zone)
        words = [Paragraph(_escaped(cell), plain) for cell in (what, reference)]
        rows.append([*when, *words, *_amounts(statement, worded.line)])
    table = Table(rows, colWidths=[21 * mm, 13 * mm, 16 * mm, 58 * mm, 28 * mm, 24 * mm, 24 * mm], repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, -1), "Vera", 8),
                ("FONT", (0, 0), (-1, 0), "VeraBd", 8),
                ("ALIGN", (5, 0), (6, -1), "RIGHT"),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.HexColor("#0f6b4f")),
                ("LINEBELOW", (0, 1), (-1, -1), 0.25, colors.HexColor("#d8d8d0")),
            ]
        )
    )
    out = io.BytesIO()
    page = SimpleDocTemplate(out, pagesize=A4, margin=15 * mm, leftMargin=13 * mm, rightMargin=13 * mm, title=title)
    opening = [
        Paragraph(_escaped(title), head),
        Paragraph(_escaped(f"{holder} · {period}"), plain),
        Spacer(1, 4 * mm),
        Paragraph(_escaped(proof), plain),
        Spacer(1, 4 * mm),
    ]
    page.build([*opening, table])
    return out.getvalue()


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


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@cache
def _use_fonts() -> None:
    """The fonts that come with reportlab and know more letters than PDF's own."""
    import reportlab
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    folder = Path(reportlab.__file__).parent / "fonts"
    for name in ("Vera", "VeraBd"):
        pdfmetrics.registerFont(TTFont(name, folder / f"{name}.ttf"))
