"""What every page's template knows: the community and its brand, the menu, and who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zlib import crc32

from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.functional import SimpleLazyObject

from pamoja.kernel.communities.public import Community
from pamoja.kernel.identity.public import MemberCard, actor_of, card_of, membership
from pamoja.site import wiring

THEMES = ("light", "dark")
LOGOS = ("rings", "waves", "tree", "sun", "basket")
"""The drawn marks of `icons.svg` that a community may choose for its `logo`."""


@dataclass(frozen=True)
class MenuItem:
    """One line of a menu; `is_current` when the page asked for lies below it."""

    label: str
    icon: str
    url: str
    is_current: bool = False


@dataclass(frozen=True)
class OwnFace:
    """Who is signed in but no member here, as the menu shows them."""

    name: str
    initials: str
    photo_url: str = ""


def page(request: HttpRequest) -> dict[str, Any]:
    """The context of every page, see `base.html`. Costs no query until a template asks."""
    community: Community | None = getattr(request, "community", None)
    theme = request.COOKIES.get("theme", "")
    return {
        "community": community,
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "theme": theme if theme in THEMES else "",
        "home_url": address("home") or "/",
        "brand_url": brand_url(community),
        "logo_name": community.logo if community and community.logo in LOGOS else "rings",
        "live_url": f"{get_script_prefix()}live" if community and is_signed_in(request) else "",
        "nav": SimpleLazyObject(lambda: menu(request, community)),
        "me_links": SimpleLazyObject(lambda: own_menu(request)),
        "me": SimpleLazyObject(lambda: own_face(request)),
    }


def menu(request: HttpRequest, community: Community | None) -> list[MenuItem]:
    """Home and every product that this community has switched on."""
    if community is None:
        return []
    entries = [
        (label, icon, url)
        for product, label, icon, name in wiring.NAVIGATION
        if (not product or community.has_on(product)) and (url := address(name))
    ]
    home = address("home")
    return [
        MenuItem(label, icon, url, request.path == url if url == home else request.path.startswith(url))
        for label, icon, url in entries
    ]


def own_menu(request: HttpRequest) -> list[MenuItem]:
    """What the signed-in person finds under their own name."""
    entries = [(label, icon, url) for label, icon, name in wiring.OWN_NAVIGATION if (url := address(name))]
    actor = actor_of(request) if getattr(request, "community", None) and is_signed_in(request) else None
    if actor and actor.may("identity.see_members") and (url := address("identity:people")):
        entries.append(("Members", "users", url))
    if actor and actor.may("messaging.manage") and (url := address("messaging:conversations")):
        entries.append(("Conversations", "chat", url))
    if actor and actor.may("messaging.broadcast") and (url := address("messaging:broadcasts")):
        entries.append(("Messages to many", "send", url))
    if actor and actor.may("back_office.enter") and (url := address("admin:index")):
        entries.append(("Back office", "settings", url))
    here = _OWN_PAGES_ELSEWHERE.get(getattr(request.resolver_match, "view_name", ""), "")
    current = address(here) or request.path
    return [MenuItem(label, icon, url, current == url) for label, icon, url in entries]


_OWN_PAGES_ELSEWHERE = {
    "account_change_password": "identity:security",
    "account_set_password": "identity:security",
    "account_email": "identity:contact",
    "account_change_phone": "identity:contact",
    "identity:bank": "identity:money",
    "identity:sessions": "identity:security",
    "usersessions_list": "identity:security",
    "mfa_activate_totp": "identity:security",
    "mfa_deactivate_totp": "identity:security",
    "mfa_index": "identity:security",
    "mfa_list_webauthn": "identity:security",
    "mfa_add_webauthn": "identity:security",
    "mfa_remove_webauthn": "identity:security",
    "mfa_view_recovery_codes": "identity:security",
    "mfa_generate_recovery_codes": "identity:security",
}
"""Pages that belong under an entry of the own menu without lying below its address."""


def is_signed_in(request: HttpRequest) -> bool:
    """Whether somebody is; an error page may be drawn before anybody could be known."""
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated


def own_face(request: HttpRequest) -> MemberCard | OwnFace | None:
    """The face of who is signed in."""
    person: Any = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return None
    if getattr(request, "community", None) and (member := membership(request)):
        return card_of(member)
    name = person.name or person.email
    return OwnFace(name=name, initials="".join(word[0] for word in name.split()[:2]).upper())


def brand_url(community: Community | None) -> str:
    """The style sheet of the community's colours; a change of brand changes its address, so it is kept for long."""
    url = address("brand")
    return f"{url}?v={crc32(repr(community.brand).encode()):x}" if community and url else ""


def address(name: str) -> str:
    """The address of a page, or nothing where this installation does not have it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
