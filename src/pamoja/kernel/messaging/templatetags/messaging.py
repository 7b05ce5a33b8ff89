"""What the templates of messaging need beyond the house's own."""

from __future__ import annotations

from typing import Any

from django import template

from pamoja.foundation import ids

register = template.Library()


@register.filter
def public_id(row: Any, prefix: str) -> str:
    """The id of a row as people see it: `{{ each|public_id:"notification" }}`."""
    return ids.public(prefix, row.pk)
