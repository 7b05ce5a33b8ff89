"""What admin pages have in common: they are read, or they save through actions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from pamoja.foundation.errors import Refusal


class OnlyRead:
    """For a `ModelAdmin` or an inline of one: nobody adds, changes or deletes here, for rows change by actions alone.

    Who may look is asked of `RoleBackend`, as for every page of the back office.
    """

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class SavesByActions:
    """For a `ModelAdmin` whose `save_model` calls actions: each is its own transaction, and what refuses is shown."""

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """As Django's, without the transaction round it: actions are durable, so they do not nest."""
        try:
            return self._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[attr-defined, no-any-return]  # of the ModelAdmin
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
            return redirect(request.get_full_path())
