"""Making invoices and what becomes of them in the books: numbered, paid, closed, given back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, IdempotencyKey, action, joins_transaction
from pamoja.foundation.events import announce
from pamoja.foundation.money import Money
from pamoja.kernel.ledger.public import InsufficientFunds, Transfer, balance, post, wallet_of
from pamoja.kernel.payments.actions.collecting import give_up_collection
from pamoja.kernel.payments.actions.earning import deferred, earned, plan_earning, taxes
from pamoja.kernel.payments.actions.reviewing import MANAGE
from pamoja.kernel.payments.errors import KeyReused, ReasonMissing
from pamoja.kernel.payments.errors.billing import InvoiceNotOpen, InvoiceNotPaid, InvoiceRefundTooLarge
from pamoja.kernel.payments.events.billing import InvoiceClosed, InvoiceMade, InvoicePaid, InvoiceRefunded
from pamoja.kernel.payments.models import Invoice, InvoiceLine, InvoiceRefund, Redemption, Subscription
from pamoja.kernel.payments.queries import billing as found
from pamoja.kernel.payments.rules import discounts, revenue
from pamoja.kernel.payments.rules.billing import InvoiceState, LineKind, Reason
from pamoja.kernel.payments.rules.revenue import Recognition
from pamoja.kernel.payments.rules.taxes import Rate, taxed


@dataclass(frozen=True)
class Item:
    """Something to be billed, for a time. Units: minor units; negative is given back."""

    kind: LineKind
    description: str
    amount_minor: int
    starts_at: datetime
    ends_at: datetime
    quantity: int = 1


@dataclass(frozen=True, kw_only=True)
class Bill:
    """For whom and for what an invoice is made; `redemption` is the discount on its charges."""

    member_id: UUID
    currency: str
    reason: Reason
    key: str
    items: Sequence[Item]
    subscription: Subscription | None = None
    redemption: Redemption | None = None
    recognition: Recognition = Recognition.DAILY
    is_asked_at_once: bool = True


@joins_transaction
def bill_member(
    *, member_id: UUID, amount: Money, description: str, key: str, starts_at: datetime, ends_at: datetime
) -> Invoice:
    """An invoice for one thing, asked for at once; earned over the time given, taxes added as the community says.

    The same key is the same invoice. Raises: KeyReused when it billed somebody else.
    """
    if before := found.invoice_with_key(key):
        if (before.member_id, before.currency) != (member_id, amount.currency):
            raise KeyReused()
        return before
    item = Item(LineKind.SINGLE, description, amount.amount_minor, starts_at, ends_at)
    return make_invoice(
        Bill(member_id=member_id, currency=amount.currency, reason=Reason.SINGLE, key=key, items=[item])
    )


@joins_transaction
def make_invoice(bill: Bill) -> Invoice:
    """Write the lines, those that waited included, take off the discount, put the taxes on, and number it.

    What costs nothing is paid at once.
    """
    now, subscription = clock.now(), bill.subscription
    invoice = Invoice.objects.create(
        member_id=bill.member_id,
        subscription=subscription,
        key=bill.key,
        reason=bill.reason,
        currency=bill.currency,
        recognition=bill.recognition,
        made_at=now,
        due_at=now,
    )
    base = _write_charges(invoice, bill)
    invoice.tax_minor, invoice.total_minor = _write_taxes(invoice, base)
    invoice.state = InvoiceState.OPEN
    invoice.next_attempt_at = now if bill.is_asked_at_once and invoice.total_minor else None
    invoice.save(update_fields=["tax_minor", "total_minor", "state", "next_attempt_at"])
    invoice.refresh_from_db(fields=["number"])
    announce(InvoiceMade(**invoice.told()))
    if invoice.total_minor == 0:
        _paid(invoice)
    return invoice


@joins_transaction
def pay_from_wallet(invoice: Invoice) -> None:
    """Take what an invoice asks out of the member's wallet: for later, and for the tax office. It is locked.

    Raises: InvoiceNotOpen; InsufficientFunds (ledger).
    """
    if invoice.state != InvoiceState.OPEN:
        raise InvoiceNotOpen()
    code, wallet = invoice.currency, wallet_of(invoice.member_id, invoice.currency)
    available = balance(wallet).available
    if available < invoice.total:
        raise InsufficientFunds(available=available.text, asked=invoice.total.text)
    parts = ((deferred(code), invoice.total - invoice.tax), (taxes(code), invoice.tax))
    post(
        key=invoice.purpose,
        transfers=[Transfer(wallet, account, amount) for account, amount in parts if amount],
        description="Invoice",
        reference=invoice.purpose,
    )
    _paid(invoice)


@joins_transaction
def close_invoice(invoice: Invoice, outcome: InvoiceState) -> None:
    """Not to be paid any more: `void` or `uncollectible`. What comes in late all the same stays in the wallet."""
    if invoice.state != InvoiceState.OPEN:
        raise InvoiceNotOpen()
    if invoice.collection_id is not None:
        give_up_collection(invoice.collection_id, reason="It is not owed any more.")
    invoice.state, invoice.next_attempt_at, invoice.ended_at = outcome, None, clock.now()
    invoice.save(update_fields=["state", "next_attempt_at", "ended_at"])
    announce(InvoiceClosed(**invoice.told(), outcome=outcome.value))


@action
def refund_invoice(*, by: Actor, invoice_id: UUID, amount: Money, reason: str, key: IdempotencyKey) -> InvoiceRefund:
    """Give money of a paid invoice back into the member's wallet; once under a key.

    It comes from the tax in proportion, then from what is not earned yet, the rest from what is.

    Raises: NotAllowed, ReasonMissing, InvoiceNotFound, InvoiceNotPaid, InvoiceRefundTooLarge, KeyReused.
    """
    by.require(MANAGE)
    if not reason.strip():
        raise ReasonMissing(field="reason")
    invoice = found.invoice_for_update(invoice_id)
    if before := InvoiceRefund.objects.filter(key=key).first():
        if (before.invoice_id, before.amount_minor) != (invoice_id, amount.amount_minor):
            raise KeyReused()
        return before
    if invoice.state != InvoiceState.PAID:
        raise InvoiceNotPaid()
    if not Money.zero(invoice.currency) < amount <= invoice.refundable:
        raise InvoiceRefundTooLarge(field="amount", most=invoice.refundable.text)
    made = _give_back(invoice, amount, reason.strip(), key)
    announce(InvoiceRefunded(**invoice.told(), refund=amount, reason=reason.strip()))
    return made


def _give_back(invoice: Invoice, amount: Money, reason: str, key: str) -> InvoiceRefund:
    spans = [each for each in invoice.spans.select_for_update().order_by("-ends_at", "pk") if each.unearned_minor]
    giveback = revenue.giveback(
        amount_minor=amount.amount_minor,
        refunded_minor=invoice.refunded_minor,
        total_minor=invoice.total_minor,
        tax_minor=invoice.tax_minor,
        unearned_minor=[each.unearned_minor for each in spans],
    )
    for span, taken in zip(spans, giveback.unearned_minor, strict=True):
        span.amount_minor -= taken
        span.save(update_fields=["amount_minor"])
    code, unearned = invoice.currency, sum(giveback.unearned_minor)
    parts = ((taxes(code), giveback.tax_minor), (deferred(code), unearned), (earned(code), giveback.earned_minor))
    wallet = wallet_of(invoice.member_id, code)
    entry = post(
        key=f"payments.invoice_refund:{key}",
        transfers=[Transfer(account, wallet, Money(minor, code)) for account, minor in parts if minor],
        description="Refund of an invoice",
        reference=invoice.purpose,
    )
    invoice.refunded_minor += amount.amount_minor
    invoice.refunded_tax_minor += giveback.tax_minor
    if invoice.refunded_minor == invoice.total_minor:
        invoice.state = InvoiceState.REFUNDED
    invoice.save(update_fields=["refunded_minor", "refunded_tax_minor", "state"])
    return InvoiceRefund.objects.create(
        invoice=invoice,
        key=key,
        amount_minor=amount.amount_minor,
        tax_minor=giveback.tax_minor,
        unearned_minor=unearned,
        reason=reason[:200],
        entry_id=entry.id,
    )


def _paid(invoice: Invoice) -> None:
    invoice.state, invoice.paid_at, invoice.next_attempt_at, invoice.failure = (
        InvoiceState.PAID,
        clock.now(),
        None,
        "",
    )
    invoice.save(update_fields=["state", "paid_at", "next_attempt_at", "failure"])
    plan_earning(invoice)
    announce(InvoicePaid(**invoice.told()))


def _write_charges(invoice: Invoice, bill: Bill) -> int:
    """All lines but the taxes; gives their sum, which is never negative: what is left of a credit waits again."""
    lines = [_line(invoice, item, place) for place, item in enumerate(bill.items)]
    InvoiceLine.objects.bulk_create(lines)
    off = 0
    if bill.redemption is not None:
        discount = bill.redemption.discount
        off = discounts.off_minor(discount.reduction, sum(max(0, each.amount_minor) for each in lines))
        if off:
            _add(invoice, LineKind.DISCOUNT, discount.name, -off)
    waiting = found.lines_waiting(invoice.member_id, invoice.currency)
    for place, line in enumerate(waiting, start=200):
        line.invoice, line.position = invoice, place
        line.save(update_fields=["invoice", "position"])
    base = sum(each.amount_minor for each in [*lines, *waiting]) - off
    if base < 0:
        _add(invoice, LineKind.CREDIT, "Kept for the next invoice", -base)
        _add(invoice, LineKind.CREDIT, f"Credit kept from {invoice.made_at:%d.%m.%Y}", base, waits=True)
    return max(0, base)


def _write_taxes(invoice: Invoice, base_minor: int) -> tuple[int, int]:
    """The tax lines; gives tax and total."""
    rates = found.active_taxes()
    sums = taxed(base_minor, [Rate(each.rate_bp, each.is_inclusive) for each in rates])
    for place, (rate, minor) in enumerate(zip(rates, sums.taxes_minor, strict=True), start=600):
        if minor:
            InvoiceLine.objects.create(
                invoice=invoice,
                member_id=invoice.member_id,
                subscription_id=invoice.subscription_id,
                position=place,
                kind=LineKind.TAX,
                description=rate.words,
                amount_minor=minor,
                currency=invoice.currency,
                is_included=rate.is_inclusive,
                starts_at=invoice.made_at,
                ends_at=invoice.made_at,
                tax_rate=rate,
            )
    return sum(sums.taxes_minor), sums.total_minor


def _line(invoice: Invoice, item: Item, place: int) -> InvoiceLine:
    return InvoiceLine(
        invoice=invoice,
        member_id=invoice.member_id,
        subscription_id=invoice.subscription_id,
        position=place,
        kind=item.kind,
        description=item.description[:160],
        quantity=item.quantity,
        amount_minor=item.amount_minor,
        currency=invoice.currency,
        starts_at=item.starts_at,
        ends_at=item.ends_at,
    )


def _add(invoice: Invoice, kind: LineKind, description: str, minor: int, *, waits: bool = False) -> None:
    InvoiceLine.objects.create(
        invoice=None if waits else invoice,
        member_id=invoice.member_id,
        subscription_id=invoice.subscription_id,
        position=500,
        kind=kind,
        description=description,
        amount_minor=minor,
        currency=invoice.currency,
        starts_at=invoice.made_at,
        ends_at=invoice.made_at,
    )
