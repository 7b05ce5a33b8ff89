"""A member's home: what to do now, what comes next, the wallet, and what happened, from whatever products are on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string

from pamoja.foundation import clock
from pamoja.foundation.home import HomeCard, Urgency
from pamoja.foundation.money import Money
from pamoja.kernel.audit.public import feed
from pamoja.kernel.communities.public import Community, CommunityRequest
from pamoja.kernel.identity.public import Member, membership
from pamoja.site import wiring
from pamoja.site.gallery import sample_circle

FEED_LINES = 6
GREETINGS = {"KE": "Habari", "TZ": "Habari", "UG": "Habari", "RW": "Muraho", "NG": "Welcome", "GH": "Akwaaba"}
"""How people are greeted where they live, by country; elsewhere "Hello"."""


def home(request: CommunityRequest) -> HttpResponse:
    """The list of communities without one, a welcome for visitors, the way in for who has not joined, else the home."""
    community = request.community
    if community is None:
        return render(request, "site/communities.html", {"communities": Community.objects.order_by("name")})
    if not request.user.is_authenticated:
        return render(request, "site/welcome.html", welcome_context(community))
    member = membership(request)
    if member is None:
        return redirect("identity:join")
    return render(request, "site/home.html", home_context(request, community, member))


def welcome_context(community: Community) -> dict[str, Any]:
    """The picture on the front page: a circle of twelve, in this community's money."""
    return {
        "segments": sample_circle(12),
        "pot": Money(4_500_000 if community.currency != "GBP" else 45_000, community.currency),
    }


def home_context(request: CommunityRequest, community: Community, member: Member) -> dict[str, Any]:
    """Everything on the page, in the order in which it is drawn."""
    cards = sorted(cards_of_products(request, community), key=lambda card: (card.urgency, card.order))
    return {
        "now": clock.now(),
        "greeting": GREETINGS.get(community.country, "Hello"),
        "first_name": member.name.split()[0],
        "urgent": [card for card in cards if card.urgency == Urgency.NOW],
        "others": [card for card in cards if card.urgency != Urgency.NOW],
        "topics": " ".join(sorted({topic for card in cards for topic in card.topics})),
        "lines": feed(f"member:{member.pk}", limit=FEED_LINES),
    }


def cards_of_products(request: CommunityRequest, community: Community) -> Iterable[HomeCard]:
    """The cards of every product that this community has switched on."""
    for product, cards in wiring.HOME_CARDS:
        if not product or community.has_on(product):
            yield from import_string(cards)(request)
