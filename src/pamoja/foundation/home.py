"""What a product puts on a member's home page, most urgent first, whatever product it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any


class Urgency(IntEnum):
    """Where a card stands on the page. Only `NOW` is drawn large, so it is for what the member should do today."""

    NOW = 0
    SOON = 1
    NEWS = 2
    QUIET = 3


@dataclass(frozen=True)
class HomeCard:
    """One card: a template that draws it, and what that template is given under its own names.

    The template stands inside the grid of the home page, so it begins with a `<section class="card …">`. Among
    cards as urgent, the lower `order` comes first. The page is drawn anew when something is published to `topics`.
    """

    urgency: Urgency
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    order: float = 0
    topics: tuple[str, ...] = ()
