"""Pages that belong to no product: the front page and a community's style."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pamoja.kernel.communities.public import Community


def home(request: HttpRequest) -> HttpResponse:
    """A community's home, or the list of communities where the address names none."""
    if request.community is None:  # type: ignore[attr-defined]
        return render(request, "site/communities.html", {"communities": Community.objects.order_by("name")})
    return render(request, "site/home.html")
