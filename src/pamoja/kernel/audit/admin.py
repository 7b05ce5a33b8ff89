"""The back office reads the community's stream of facts; nobody changes it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.decorators import display

from pamoja.foundation.back_office import OnlyRead
from pamoja.kernel.audit.models import Fact
from pamoja.kernel.audit.queries import in_words


class NameFilter(admin.SimpleListFilter):
    """By package, such as all of `identity`."""

    title = "what it is about"
    parameter_name = "about"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        names = Fact.objects.order_by("name").values_list("name", flat=True).distinct()
        return [(about, about.capitalize()) for about in dict.fromkeys(name.partition(".")[0] for name in names)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(name__startswith=f"{self.value()}.") if self.value() else queryset


@admin.register(Fact)
class FactAdmin(OnlyRead, ModelAdmin):  # type: ignore[misc]  # unfold carries no types
    """Newest first; searched by name or by the number of the request that made it."""

    list_display = ("at", "sentence", "name", "actor_kind", "request_id")
    list_filter = (NameFilter, "actor_kind")
    search_fields = ("name", "request_id")
    ordering = ("-sequence",)
    fields = ("at", "sentence", "name", "actor_kind", "actor_label", "subjects", "shown_data", "request_id", "sequence")
    readonly_fields = fields

    @display(description="What happened")
    def sentence(self, fact: Fact) -> str:
        lines = in_words([fact])
        return lines[0].sentence if lines else fact.name

    @display(description="Data")
    def shown_data(self, fact: Fact) -> str:
        return format_html("<pre>{}</pre>", json.dumps(fact.data, indent=2))
