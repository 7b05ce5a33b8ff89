"""An invoice as a file to keep."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pamoja.foundation import papers
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
    day = invoice.made_at.astimezone(ZoneInfo(zone)).strftime("%d %B %Y")
    lines = list(invoice.lines.select_related("tax_rate").order_by("position", "made_at"))
    sums = _sums(invoice)
    table = papers.Table(
        headings=["What", "For", "Quantity", f"Amount ({invoice.currency})"],
        rows=[
            *([each.description, *_cells(each, zone)] for each in lines),
            *(["", "", label, amount.decimal] for label, amount in sums),
        ],
        widths_mm=(80, 44, 28, 32),
        words=frozenset({0}),
        amounts_from=2,
        sums=len(sums),
    )
    taxes = {each.tax_rate for each in lines if each.tax_rate and each.tax_rate.registration}
    said = [f"{_STATES.get(InvoiceState(invoice.state), '')} · {day}", f"To {holder}"]
    said += [f"{rate.name} registration {rate.registration}" for rate in sorted(taxes, key=lambda rate: rate.name)]
    return papers.as_pdf(title=f"{community.name}: invoice {invoice.title}", said=said, table=table)


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
