"""A community's style, as a page of its own."""

from __future__ import annotations

from django.http import HttpResponse

from pamoja.kernel.communities.public import CommunityRequest
from pamoja.site.brand import stylesheet


def brand(request: CommunityRequest) -> HttpResponse:
    """The community's colours as custom properties. Its address changes with the brand, so browsers keep it."""
    community = request.community
    response = HttpResponse(stylesheet(community.brand if community else None), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=31536000, immutable" if "v" in request.GET else "public, max-age=300"
    return response
