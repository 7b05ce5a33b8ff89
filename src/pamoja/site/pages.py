"""Pages that belong to no product: the front page and a community's style."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from pamoja.kernel.communities.public import Community, CommunityRequest
from pamoja.site.brand import stylesheet


def home(request: CommunityRequest) -> HttpResponse:
    """A community's home, or the list of communities where the address names none."""
    if request.community is None:
        return render(request, "site/communities.html", {"communities": Community.objects.order_by("name")})
    return render(request, "site/home.html")


def brand(request: CommunityRequest) -> HttpResponse:
    """The community's colours as custom properties. Its address changes with the brand, so browsers keep it."""
    community = request.community
    response = HttpResponse(stylesheet(community.brand if community else None), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=31536000, immutable" if "v" in request.GET else "public, max-age=300"
    return response
