"""An invoice as a file to keep."""

from __future__ import annotations

import io
from typing import Any
from zoneinfo import ZoneInfo

from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import Community
from pamoja.kernel.payments.models import Invoice, InvoiceLine
from pamoja.kernel.payments.rules.billing import InvoiceState

_STATES = {
    InvoiceState.OPEN: "To be paid",
    InvoiceState.PAID: "Paid",
    InvoiceState.REFUNDED: "Given back",
    InvoiceState.VOID: "Void",
    InvoiceState.UNCOLLECTIBLE: "Not paid",
}


def invoice_pdf(invoice: Invoice, *, community: Community, holder: str, zone: str) -> bytes:
    """One A4 invoice: from whom to whom, its number and day, each line, each tax with its registration, the total."""
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

    plain, head = _styles()
    day = invoice.made_at.astimezone(ZoneInfo(zone)).strftime("%d %B %Y")
    lines = list(invoice.lines.select_related("tax_rate").order_by("position", "made_at"))
    rows: list[list[object]] = [["What", "For", "Quantity", f"Amount ({invoice.currency})"]]
    rows += [[Paragraph(_escaped(each.description), plain), *_cells(each, zone)] for each in lines]
    rows += [["", "", label, amount.decimal] for label, amount in _sums(invoice)]
    table = Table(rows, colWidths=[80 * mm, 44 * mm, 28 * mm, 32 * mm], repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, -1), "Vera", 8),
                ("FONT", (0, 0), (-1, 0), "VeraBd", 8),
                ("FONT", (2, len(lines) + 1), (-1, -1), "VeraBd", 9),
                ("ALIGN", (2, 0), (-1, -1), "RIGHT"),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.HexColor("#0f6b4f")),
                ("LINEBELOW", (0, 1), (-1, len(lines)), 0.25, colors.HexColor("#d8d8d0")),
            ]
        )
    )
    taxes = {each.tax_rate for each in lines if each.tax_rate and each.tax_rate.registration}
    said = [f"{_STATES.get(InvoiceState(invoice.state), '')} · {day}", f"To {holder}"]
    said += [f"{rate.name} registration {rate.registration}" for rate in sorted(taxes, key=lambda rate: rate.name)]
    out = io.BytesIO()
    page = SimpleDocTemplate(out, pagesize=A4, margin=15 * mm, leftMargin=13 * mm, title=f"Invoice {invoice.title}")
    title = Paragraph(_escaped(f"{community.name}: invoice {invoice.title}"), head)
    page.build([title, *(Paragraph(_escaped(each), plain) for each in said), Spacer(1, 6 * mm), table])
    return out.getvalue()


def _sums(invoice: Invoice) -> list[tuple[str, Money]]:
    sums = [("Tax in it", invoice.tax)] if invoice.tax else []
    sums.append(("Total", invoice.total))
    if invoice.refunded:
        sums.append(("Given back", -invoice.refunded))
    return sums


def _cells(line: InvoiceLine, zone: str) -> list[str]:
    begins, ends = (at.astimezone(ZoneInfo(zone)).strftime("%d.%m.%y") for at in (line.starts_at, line.ends_at))
    amount = line.amount.decimal
    return [
        "" if begins == ends else f"{begins} – {ends}",
        f"{line.quantity:,}" if line.quantity != 1 else "",
        f"({amount})" if line.is_included else amount,
    ]


def _styles() -> tuple[Any, Any]:
    from pathlib import Path

    import reportlab
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    folder = Path(reportlab.__file__).parent / "fonts"
    for name in ("Vera", "VeraBd"):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, folder / f"{name}.ttf"))
    return (
        ParagraphStyle("plain", fontName="Vera", fontSize=8, leading=11),
        ParagraphStyle("head", fontName="VeraBd", fontSize=14, leading=20),
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
