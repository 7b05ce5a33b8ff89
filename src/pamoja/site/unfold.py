"""How the back office looks: unfold's settings in the house's colours."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy


def title(request: HttpRequest) -> str:
    """The community whose back office this is."""
    community = getattr(request, "community", None)
    return f"{community.name} · back office" if community else "Pamoja · back office"


def header(request: HttpRequest) -> str:
    """The community's name at the head of the side bar."""
    community = getattr(request, "community", None)
    return community.name if community else "Pamoja"


def sign(_: HttpRequest) -> str:
    """The address of the house's mark."""
    return static("site/icon.svg")


# Warm greys and the house's green, as CSS colours. Source: `pamoja.css`, spread in OKLCH.
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": title,
    "SITE_HEADER": header,
    "SITE_SUBHEADER": "Back office",
    "SITE_URL": reverse_lazy("home"),
    "SITE_ICON": sign,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": sign}],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "10px",
    "COLORS": {
        "base": {
            "50": "oklch(98.4% .004 95)",
            "100": "oklch(96.8% .006 95)",
            "200": "oklch(91.8% .009 95)",
            "300": "oklch(86% .011 100)",
            "400": "oklch(69% .013 130)",
            "500": "oklch(53% .016 150)",
            "600": "oklch(43.5% .017 155)",
            "700": "oklch(36% .017 155)",
            "800": "oklch(27% .015 155)",
            "900": "oklch(22% .013 155)",
            "950": "oklch(17% .011 155)",
        },
        "primary": {
            "50": "oklch(97.2% .016 165)",
            "100": "oklch(94% .03 165)",
            "200": "oklch(88% .055 165)",
            "300": "oklch(80% .08 165)",
            "400": "oklch(70% .1 165)",
            "500": "oklch(58% .105 165)",
            "600": "oklch(46.5% .096 166)",
            "700": "oklch(41% .085 166)",
            "800": "oklch(35% .07 166)",
            "900": "oklch(30% .058 166)",
            "950": "oklch(22% .042 166)",
        },
    },
    "SIDEBAR": {"show_search": True, "show_all_applications": True},
}
