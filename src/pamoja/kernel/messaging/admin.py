"""The back office sees what was said to whom and how it went; it changes nothing, and addresses are masked."""

from __future__ import annotations

from django.contrib import admin
from unfold.admin import ModelAdmin

from pamoja.foundation.back_office import OnlyRead
from pamoja.kernel.messaging.models import Message, ProviderContent


@admin.register(Message)
class MessageAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """Read only. What a message says is not shown: it may hold a sign-in code."""

    list_display = ("created_at", "channel", "masked_address", "template", "state", "attempts", "sent_at", "error_code")
    list_filter = ("state", "channel", "kind", "priority", "template")
    search_fields = ("template", "error_code", "provider_id")
    ordering = ("-created_at",)
    fields = (
        ("masked_address", "member"),
        ("channel", "kind", "instead_of"),
        ("template", "language", "priority"),
        ("created_at", "due_at", "sent_at", "delivered_at", "read_at"),
        ("state", "attempts", "next_attempt_at", "in_doubt"),
        ("error_code", "error"),
        ("provider_id", "dedupe_key"),
    )
    readonly_fields = tuple(name for row in fields for name in row)


@admin.register(ProviderContent)
class ProviderContentAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """Read only: which texts the provider keeps, and how far their approval is."""

    list_display = ("name", "language", "approval", "rejection", "checked_at")
    list_filter = ("approval", "language")
    search_fields = ("name", "provider_id")
    ordering = ("name", "language")
    fields = ("name", "language", "body", "samples", "provider_id", "approval", "rejection", "created_at", "checked_at")
    readonly_fields = fields
