"""What the templates of messaging need beyond the house's own."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from pamoja.foundation import ids

register = template.Library()

# A mark hugs its text and stands at the edge of a word, as WhatsApp has it.
_MARKS = (
    (re.compile(r"(?<![\w*])\*(?=\S)([^\n*]*?\S)\*(?!\w)"), "b"),
    (re.compile(r"(?<!\w)_(?=\S)([^\n_]*?\S)_(?!\w)"), "i"),
)


@register.filter
def public_id(row: Any, prefix: str) -> str:
    """The id of a row as people see it: `{{ each|public_id:"notification" }}`."""
    return ids.public(prefix, row.pk)


@register.filter
def as_chat(text: object) -> SafeString:
    """What was said on WhatsApp, with its *bold* and _italic_; all else is escaped: `{{ each.text|as_chat }}`."""
    html = str(conditional_escape(str(text)))
    for form, tag in _MARKS:
        html = form.sub(rf"<{tag}>\1</{tag}>", html)
    return mark_safe(html.replace("\n", "<br>"))  # noqa: S308  # tidy: escaped in the first line
