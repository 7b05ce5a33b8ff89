"""The back office sees what goes back, what came unasked, cases, and how the community is paid."""

from __future__ import annotations

from django.contrib import admin
from unfold.admin import ModelAdmin

from pamoja.foundation.back_office import OnlyRead
from pamoja.kernel.payments.models import Case, Deposit, Dispute, Method, PaymentSettings, Refund


@admin.register(Refund)
class RefundAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """Money on its way back to who paid it."""

    list_display = ("requested_at", "member", "amount", "state", "reason", "failure", "ended_at")
    list_filter = ("state",)
    search_fields = ("rail_id", "key", "attempt__receipt")
    list_select_related = ("member",)
    ordering = ("-requested_at",)
    fields = (
        ("member", "amount"),
        ("attempt", "rail_id"),
        ("state", "reason", "failure"),
        ("requested_at", "sent_at", "ended_at", "next_query_at"),
        ("entry_id", "back_entry_id"),
    )
    readonly_fields = tuple(name for row in fields for name in row)


@admin.register(Dispute)
class DisputeAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """Payments that their payers' banks question."""

    list_display = ("opened_at", "member", "amount", "reason", "state", "due_at", "ended_at")
    list_filter = ("state", "rail")
    search_fields = ("rail_id", "attempt__receipt")
    list_select_related = ("member",)
    ordering = ("-opened_at",)
    fields = (
        ("member", "attempt"),
        ("rail", "rail_id"),
        ("amount", "reason"),
        ("state", "is_fightable", "due_at"),
        ("withdrawn", "fee", "held", "lost"),
        ("evidence", "answered_at"),
        ("opened_at", "ended_at"),
    )
    readonly_fields = tuple(name for row in fields for name in row)


@admin.register(Deposit)
class DepositAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """Money that came by itself."""

    list_display = ("received_at", "amount", "rail", "reference", "member", "matched_at")
    list_filter = ("rail",)
    search_fields = ("rail_id", "reference")
    list_select_related = ("member",)
    ordering = ("-received_at",)
    fields = (
        ("rail", "rail_id"),
        ("amount", "reference"),
        ("member", "received_at", "matched_at"),
        ("entry_id", "matched_entry_id"),
    )
    readonly_fields = tuple(name for row in fields for name in row)


@admin.register(Case)
class CaseAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """What a person decides, or has decided."""

    list_display = ("opened_at", "kind", "says", "amount", "member", "due_at", "resolved_at", "resolution")
    list_filter = ("kind",)
    search_fields = ("subject", "says", "resolution")
    list_select_related = ("member",)
    ordering = ("-opened_at",)
    fields = (
        ("kind", "subject"),
        ("says", "amount"),
        ("member", "opened_at", "due_at"),
        ("resolved_at", "resolution"),
    )
    readonly_fields = tuple(name for row in fields for name in row)


@admin.register(Method)
class MethodAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """Saved ways to pay, by what tells them apart. Numbers stay sealed."""

    list_display = ("added_at", "member", "described", "state", "reason", "expires_month", "expires_year")
    list_filter = ("kind", "state")
    search_fields = ("rail_id", "last4")
    list_select_related = ("member",)
    ordering = ("-added_at",)
    fields = (
        ("member", "described", "position"),
        ("rail", "rail_id"),
        ("state", "reason"),
        ("expires_month", "expires_year", "expiry_told_at"),
        ("added_at", "verified_at", "removed_at"),
    )
    readonly_fields = tuple(name for row in fields for name in row)


@admin.register(PaymentSettings)
class PaymentSettingsAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """What the community chose; it is changed at the payments desk."""

    list_display = ("changed_at", "rails", "attempts_max", "from_hour", "until_hour")
    fields = (
        ("rails", "attempts_max"),
        ("from_hour", "until_hour"),
        ("weekdays", "paydays"),
        ("delays_s", "changed_at"),
    )
    readonly_fields = tuple(name for row in fields for name in row)
