"""Lists as files to keep: CSV for spreadsheets, A4 pages for people."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# A spreadsheet runs what begins like this as a formula; a plain number is none.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table on paper. `widths_mm` of the columns, 184 together; `words` are the columns whose text may wrap.

    Columns from `amounts_from` on stand to the right; the last `sums` rows are set apart in bold.
    """

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths_mm: Sequence[int]
    words: frozenset[int]
    amounts_from: int
    sums: int = 0


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """One line a row under the headings; nothing in it is run as a formula."""
    out = io.StringIO()
    written = csv.writer(out)
    written.writerow(headings)
    written.writerows([_safe(cell) for cell in row] for row in rows)
    return out.getvalue()


def as_pdf(*, title: str, said: Sequence[str], table: Table) -> bytes:
    """A heading, some lines of text, the table over as many A4 pages as it needs."""
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import mm
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, TableStyle
    from reportlab.platypus import Table as Drawn

    _use_fonts()
    plain = ParagraphStyle("plain", fontName="Vera", fontSize=8, leading=11)
    head = ParagraphStyle("head", fontName="VeraBd", fontSize=14, leading=20)
    lines = len(table.rows) - table.sums
    cells: list[list[object]] = [list(table.headings)]
    cells += [
        [Paragraph(_escaped(cell), plain) if at in table.words else cell for at, cell in enumerate(row)]
        for row in table.rows[:lines]
    ]
    cells += [list(row) for row in table.rows[lines:]]
    drawn = Drawn(cells, colWidths=[width * mm for width in table.widths_mm], repeatRows=1)
    style: list[tuple[object, ...]] = [
        ("FONT", (0, 0), (-1, -1), "Vera", 8),
        ("FONT", (0, 0), (-1, 0), "VeraBd", 8),
        ("ALIGN", (table.amounts_from, 0), (-1, -1), "RIGHT"),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.HexColor("#0f6b4f")),
    ]
    if lines:
        style.append(("LINEBELOW", (0, 1), (-1, lines), 0.25, colors.HexColor("#d8d8d0")))
    if table.sums:
        style.append(("FONT", (0, lines + 1), (-1, -1), "VeraBd", 9))
    drawn.setStyle(TableStyle(style))
    out = io.BytesIO()
    page = SimpleDocTemplate(out, pagesize=A4, margin=15 * mm, leftMargin=13 * mm, rightMargin=13 * mm, title=title)
    opening = [Paragraph(_escaped(title), head), *(Paragraph(_escaped(each), plain) for each in said)]
    page.build([*opening, Spacer(1, 5 * mm), drawn])
    return out.getvalue()


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell) else cell


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
