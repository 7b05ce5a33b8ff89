"""The back office of a community: its own settings."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from pamoja.foundation.back_office import SavesByActions
from pamoja.kernel.communities.actions import CHANGEABLE, change_community_settings
from pamoja.kernel.communities.models import Community, current_community_id


@admin.register(Community)
class CommunityAdmin(SavesByActions, ModelAdmin):  # type: ignore[misc]  # unfold carries no types
    """One row: the community whose back office this is. Saving goes through the action."""

    list_display = ("name", "slug", "domain", "currency", "country", "time_zone")
    fields = (*CHANGEABLE, "slug", "currency", "country", "created_at")
    readonly_fields = ("slug", "currency", "country", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Community]:
        return Community.objects.filter(pk=current_community_id())

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return bool(request.actor.may("communities.manage"))

    def save_model(self, request: Any, obj: Community, form: Any, change: bool) -> None:
        changes = {field: form.cleaned_data[field] for field in form.changed_data if field in CHANGEABLE}
        change_community_settings(by=request.actor, community_id=obj.pk, changes=changes)
