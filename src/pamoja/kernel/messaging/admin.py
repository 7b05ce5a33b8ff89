"""The back office sees what was said to whom and how it went; it changes nothing, and addresses are masked."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from pamoja.kernel.identity.public import actor_of
from pamoja.kernel.messaging.models import Message


@admin.register(Message)
class MessageAdmin(ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """Read only. What a message says is not shown: it may hold a sign-in code."""

    list_display = ("created_at", "masked_address", "template", "state", "attempts", "sent_at", "error_code")
    list_filter = ("state", "priority", "template")
    search_fields = ("template", "error_code", "provider_id")
    ordering = ("-created_at",)
    fields = (
        ("masked_address", "member"),
        ("template", "language", "priority"),
        ("created_at", "due_at", "sent_at"),
        ("state", "attempts", "next_attempt_at"),
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
