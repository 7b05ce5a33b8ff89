"""The back office sees what is sold, who has it, and what was billed for it."""

from __future__ import annotations

from django.contrib import admin
from unfold.admin import ModelAdmin, TabularInline

from pamoja.foundation.back_office import OnlyRead
from pamoja.kernel.payments.models import (
    Invoice,
    InvoiceLine,
    Plan,
    Price,
    PromotionCode,
    Question,
    Subscription,
    TaxRate,
)


class PriceInline(OnlyRead, TabularInline):  # type: ignore[misc]  # unfold is untyped
    """What a plan costs."""

    model = Price
    fields = ("words", "currency", "scheme", "is_metered", "is_offered", "made_at")
    readonly_fields = fields
    extra = 0


@admin.register(Plan)
class PlanAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """What members subscribe to."""

    list_display = ("name", "product", "code", "trial_days", "grace_days", "is_offered")
    list_filter = ("product", "is_offered")
    search_fields = ("name", "code")
    ordering = ("product", "rank", "name")
    inlines = (PriceInline,)
    fields = (
        ("product", "code", "name"),
        ("description", "grants"),
        ("trial_days", "remind_days", "grace_days", "after_grace"),
        ("retry_days", "recognition", "is_offered"),
    )
    readonly_fields = tuple(name for row in fields for name in row)


@admin.register(Subscription)
class SubscriptionAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """Who has which plan."""

    list_display = ("member", "plan", "state", "period_ends_at", "ends_with_period", "began_at", "ended_at")
    list_filter = ("state", "product")
    search_fields = ("member__name", "key")
    list_select_related = ("member", "plan")
    ordering = ("-began_at",)
    fields = (
        ("member", "plan", "price", "quantity"),
        ("state", "period_number", "period_starts_at", "period_ends_at"),
        ("trial_ends_at", "grace_ends_at", "paused_at", "resumes_at"),
        ("is_from_wallet", "ends_with_period", "next_price"),
        ("began_at", "ended_at", "end_reason"),
        ("next_step_at", "remind_at"),
    )
    readonly_fields = tuple(name for row in fields for name in row)


class LineInline(OnlyRead, TabularInline):  # type: ignore[misc]  # unfold is untyped
    """What an invoice is for."""

    model = InvoiceLine
    fields = ("description", "kind", "quantity", "amount", "tax_rate")
    readonly_fields = fields
    extra = 0


@admin.register(Invoice)
class InvoiceAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """What members owe and have paid."""

    list_display = ("title", "member", "total", "state", "made_at", "paid_at", "failures", "next_attempt_at")
    list_filter = ("state", "reason")
    search_fields = ("number", "member__name", "key")
    list_select_related = ("member",)
    ordering = ("-made_at",)
    inlines = (LineInline,)
    fields = (
        ("title", "member", "subscription"),
        ("total", "tax", "refunded"),
        ("state", "reason", "failure"),
        ("made_at", "due_at", "paid_at", "ended_at"),
        ("collection", "attempts", "failures", "next_attempt_at"),
    )
    readonly_fields = tuple(name for row in fields for name in row)


@admin.register(PromotionCode)
class PromotionCodeAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """Codes and what they give."""

    list_display = ("code", "discount", "redemptions", "redemptions_max", "expires_at", "is_active")
    list_filter = ("is_active",)
    search_fields = ("code", "discount__name")
    list_select_related = ("discount",)
    ordering = ("-made_at",)
    fields = (
        ("code", "discount", "member"),
        ("is_for_first_only", "least_minor"),
        ("redemptions", "redemptions_max"),
        ("expires_at", "is_active", "made_at"),
    )
    readonly_fields = tuple(name for row in fields for name in row)


@admin.register(TaxRate)
class TaxRateAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """Taxes on invoices."""

    list_display = ("words", "is_inclusive", "registration", "is_active", "made_at")
    list_filter = ("is_active",)
    ordering = ("name", "-made_at")
    fields = (("words", "is_inclusive"), ("registration", "is_active", "made_at"))
    readonly_fields = tuple(name for row in fields for name in row)


@admin.register(Question)
class QuestionAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """Questions about billing; they are answered at the billing desk."""

    list_display = ("changed_at", "member", "subject", "state", "invoice")
    list_filter = ("state",)
    search_fields = ("subject", "member__name")
    list_select_related = ("member", "invoice")
    ordering = ("-changed_at",)
    fields = (("member", "subject"), ("state", "changed_at"), ("invoice",))
    readonly_fields = tuple(name for row in fields for name in row)
