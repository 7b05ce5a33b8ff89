"""Invoices with their lines, what is earned of them when, and what was given back."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from pamoja.foundation import clock, ids
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import CommunityModel
from pamoja.kernel.payments.models.choices import choices, listed
from pamoja.kernel.payments.models.plans import TaxRate
from pamoja.kernel.payments.rules.billing import InvoiceState, LineKind, Reason
from pamoja.kernel.payments.rules.revenue import Recognition, Span

NUMBERED = [each for each in listed(InvoiceState) if each != InvoiceState.DRAFT]


class InvoiceCounter(CommunityModel):
    """The last invoice number of the community. Only the database's own trigger counts it on."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    last = models.PositiveIntegerField()

    class Meta:
        db_table = "payments_invoice_counter"
        constraints = [models.UniqueConstraint(fields=["community"], name="payments_invoice_counter_one")]

    def __str__(self) -> str:
        return str(self.last)


class Invoice(CommunityModel):
    """What a member owes for something. The database numbers it, without gaps, when it leaves draft."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    subscription = models.ForeignKey(
        "payments.Subscription", on_delete=models.PROTECT, null=True, related_name="invoices"
    )
    key = models.CharField(max_length=200)
    number = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=14, choices=choices(InvoiceState), default=InvoiceState.DRAFT)
    reason = models.CharField(max_length=10, choices=choices(Reason))
    currency = models.CharField(max_length=8)
    total_minor = models.BigIntegerField(default=0)
    tax_minor = models.BigIntegerField(default=0, help_text="Of the total.")
    refunded_minor = models.BigIntegerField(default=0, help_text="Of the total, given back.")
    refunded_tax_minor = models.BigIntegerField(default=0)
    recognition = models.CharField(max_length=12, choices=choices(Recognition), default=Recognition.DAILY)
    made_at = models.DateTimeField(default=clock.now, editable=False)
    due_at = models.DateTimeField(default=clock.now)
    paid_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="When it was voided or not asked for any more.")
    collection = models.ForeignKey("payments.Collection", on_delete=models.PROTECT, null=True, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    failed_first_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=200, blank=True)
    next_attempt_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_invoice"
        constraints = [
            models.UniqueConstraint(fields=["community", "key"], name="payments_invoice_key_unique"),
            models.UniqueConstraint(fields=["community", "number"], name="payments_invoice_number_unique"),
            models.CheckConstraint(condition=Q(state__in=listed(InvoiceState)), name="payments_invoice_state_known"),
            models.CheckConstraint(condition=Q(reason__in=listed(Reason)), name="payments_invoice_reason_known"),
            models.CheckConstraint(
                condition=Q(state=InvoiceState.DRAFT, number__isnull=True)
                | Q(state__in=NUMBERED, number__isnull=False),
                name="payments_invoice_numbered_when_open",
            ),
            models.CheckConstraint(
                condition=Q(total_minor__gte=0, tax_minor__gte=0, tax_minor__lte=models.F("total_minor")),
                name="payments_invoice_sums_sound",
            ),
            models.CheckConstraint(
                condition=Q(
                    refunded_minor__gte=0,
                    refunded_minor__lte=models.F("total_minor"),
                    refunded_tax_minor__gte=0,
                    refunded_tax_minor__lte=models.F("tax_minor"),
                ),
                name="payments_invoice_refund_within_total",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[InvoiceState.PAID, InvoiceState.REFUNDED], paid_at__isnull=False)
                | (~Q(state__in=[InvoiceState.PAID, InvoiceState.REFUNDED]) & Q(paid_at__isnull=True)),
                name="payments_invoice_paid_has_time",
            ),
            models.CheckConstraint(
                condition=Q(next_attempt_at__isnull=True) | Q(state=InvoiceState.OPEN),
                name="payments_invoice_asked_while_open",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "member", "-made_at"], name="payments_invoice_of_member"),
            models.Index(
                fields=["community", "next_attempt_at"],
                condition=Q(next_attempt_at__isnull=False),
                name="payments_invoice_due",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def public_id(self) -> str:
        return ids.public("invoice", self.id)

    @property
    def title(self) -> str:
        """`INV-000012`."""
        return "Draft" if self.number is None else f"INV-{self.number:06d}"

    @property
    def purpose(self) -> str:
        """What its collections and entries are for."""
        return f"payments.invoice:{self.pk}"

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)

    @property
    def tax(self) -> Money:
        return Money(self.tax_minor, self.currency)

    @property
    def refunded(self) -> Money:
        return Money(self.refunded_minor, self.currency)

    @property
    def refundable(self) -> Money:
        return self.total - self.refunded

    def told(self) -> dict[str, Any]:
        """What every event about it says."""
        return {
            "invoice_id": self.pk,
            "member_id": self.member_id,
            "number": self.title,
            "amount": self.total,
            "subscription_id": self.subscription_id,
        }


class InvoiceLine(CommunityModel):
    """One line. Without an invoice it waits for the member's next one. An included tax is part of the other lines."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, null=True, related_name="lines")
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    subscription = models.ForeignKey("payments.Subscription", on_delete=models.PROTECT, null=True, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=10, choices=choices(LineKind))
    description = models.CharField(max_length=160)
    quantity = models.PositiveBigIntegerField(default=1)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=8)
    is_included = models.BooleanField(default=False, help_text="A tax that the prices contain.")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    tax_rate = models.ForeignKey(TaxRate, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "payments_invoice_line"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=listed(LineKind)), name="payments_invoice_line_kind_known"),
            models.CheckConstraint(
                condition=Q(is_included=False) | Q(kind=LineKind.TAX), name="payments_invoice_line_included_is_tax"
            ),
        ]
        indexes = [
            models.Index(fields=["invoice", "position"], name="payments_invoice_line_order"),
            models.Index(
                fields=["community", "member"], condition=Q(invoice__isnull=True), name="payments_invoice_line_waiting"
            ),
        ]

    def __str__(self) -> str:
        return self.description

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class RevenueSpan(CommunityModel):
    """Paid ahead, and earned over a time; `next_at` says when more of it is."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="spans")
    subscription = models.ForeignKey("payments.Subscription", on_delete=models.PROTECT, null=True, related_name="+")
    currency = models.CharField(max_length=8)
    amount_minor = models.BigIntegerField()
    before_minor = models.BigIntegerField(default=0, help_text="Earned before the time it runs over now.")
    earned_minor = models.BigIntegerField(default=0)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    recognition = models.CharField(max_length=12, choices=choices(Recognition))
    next_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_revenue_span"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    before_minor__gte=0,
                    before_minor__lte=models.F("earned_minor"),
                    earned_minor__lte=models.F("amount_minor"),
                ),
                name="payments_revenue_span_within_amount",
            ),
            models.CheckConstraint(condition=Q(ends_at__gte=models.F("starts_at")), name="payments_revenue_span_runs"),
        ]
        indexes = [
            models.Index(
                fields=["community", "next_at"], condition=Q(next_at__isnull=False), name="payments_revenue_span_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.earned_minor} of {self.amount_minor} earned"

    @property
    def unearned_minor(self) -> int:
        return self.amount_minor - self.earned_minor

    @property
    def span(self) -> Span:
        """As the rules of revenue read it."""
        return Span(self.amount_minor, self.before_minor, self.starts_at, self.ends_at)


class InvoiceRefund(CommunityModel):
    """Money of an invoice that went back into the member's wallet."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="refunds")
    key = models.CharField(max_length=200)
    amount_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    unearned_minor = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    entry_id = models.UUIDField()
    refunded_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "payments_invoice_refund"
        constraints = [
            models.UniqueConstraint(fields=["community", "key"], name="payments_invoice_refund_key_unique"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_invoice_refund_some"),
        ]

    def __str__(self) -> str:
        return self.reason

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.invoice.currency)
