"""The back office sees what was said to whom and how it went; it changes nothing, and addresses are masked."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from pamoja.kernel.identity.public import actor_of
from pamoja.kernel.messaging.models import Message, ProviderContent


@admin.register(Message)
class MessageAdmin(ModelAdmin):  # type: ignore[misc]  # unfold is untyped
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
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return getattr(request, "community", None) is not None and actor_of(request).may("back_office.enter")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)


@admin.register(ProviderContent)
class ProviderContentAdmin(ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """Read only: which texts the provider keeps, and how far their approval is."""

    list_display = ("name", "language", "approval", "rejection", "checked_at")
    list_filter = ("approval", "language")
    search_fields = ("name", "provider_id")
    ordering = ("name", "language")
    fields = ("name", "language", "body", "samples", "provider_id", "approval", "rejection", "created_at", "checked_at")
    readonly_fields = fields
    has_add_permission = MessageAdmin.has_add_permission
    has_change_permission = MessageAdmin.has_change_permission
    has_delete_permission = MessageAdmin.has_delete_permission
    has_view_permission = MessageAdmin.has_view_permission
    has_module_permission = MessageAdmin.has_module_permission
