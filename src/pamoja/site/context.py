"""What every page's template knows."""

from typing import Any

from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    """The community that the page belongs to."""
    return {"community": getattr(request, "community", None)}
