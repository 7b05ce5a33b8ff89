"""The back office sees whom Stripe pays, and their money on its way to their banks."""

from __future__ import annotations

from django.contrib import admin
from unfold.admin import ModelAdmin

from pamoja.foundation.back_office import OnlyRead
from pamoja.kernel.payments.models import Onward, Payee


@admin.register(Payee)
class PayeeAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """How far Stripe is with each."""

    list_display = ("made_at", "member", "standing", "due_at", "heard_at")
    list_filter = ("standing",)
    search_fields = ("rail_id",)
    list_select_related = ("member",)
    ordering = ("-made_at",)
    fields = (
        ("member", "rail_id"),
        ("standing", "missing", "due_at"),
        ("bank_id", "bank_since"),
        ("made_at", "told_at", "visited_at", "heard_at", "next_query_at"),
    )
    readonly_fields = tuple(name for row in fields for name in row)


@admin.register(Onward)
class OnwardAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """The second halves of payouts by Stripe."""

    list_display = ("requested_at", "payout", "state", "code", "expected_at", "paid_at", "ended_at")
    list_filter = ("state", "code")
    search_fields = ("account", "transfer_id", "rail_id", "reversal_id")
    list_select_related = ("payout",)
    ordering = ("-requested_at",)
    fields = (
        ("payout", "account"),
        ("transfer_id", "rail_id", "reversal_id"),
        ("state", "code", "tries"),
        ("requested_at", "sent_at", "expected_at", "paid_at", "ended_at", "next_query_at"),
        ("recalled_at", "recall_reason", "back_entry_id"),
    )
    readonly_fields = tuple(name for row in fields for name in row)
