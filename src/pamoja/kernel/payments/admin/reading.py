"""What every page of payments in the back office has in common: it is read, and nothing is changed there."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from pamoja.kernel.identity.public import actor_of


class ReadOnly:
    """Nobody adds, changes or deletes here: payments move by their actions alone."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return getattr(request, "community", None) is not None and actor_of(request).may("back_office.enter")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)
