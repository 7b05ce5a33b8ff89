"""Who asks: the member, permissions and freshness of sign-in behind a request."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from ninja.security import HttpBearer
from ninja.utils import check_csrf

from pamoja.foundation.actions import Actor
from pamoja.kernel.communities.public import CommunityRequest, current_community_id
from pamoja.kernel.identity import rules
from pamoja.kernel.identity.errors import FromElsewhere, NotAMember, RecentSignInNeeded, SignInNeeded
from pamoja.kernel.identity.models import Member, Person
from pamoja.kernel.identity.queries import tokens
from pamoja.kernel.identity.queries.people import member_of_person

View = Callable[..., HttpResponse]


class MemberRequest(CommunityRequest):
    """A request behind `needs_member` or `api_auth`: who asks is known, with their person."""

    member: Member
    actor: Actor
    known_membership: tuple[tuple[UUID, UUID], Member | None]
    token_session: SessionBase


SIGNED_IN_AT = "signed_in_at"
"""Where a session keeps when it began, in seconds of real time."""

_roles: dict[str, frozenset[str]] = dict(rules.KERNEL_ROLES)


def declare_role(name: str, permissions: Iterable[str]) -> None:
    """Let members be given this role; a product declares its own as it starts. Operators may all of it."""
    _roles[name] = frozenset(permissions)


def declared_roles() -> dict[str, frozenset[str]]:
    """Every role that a member can be given, with what it may do."""
    return dict(_roles)


def actor_for(member: Member) -> Actor:
    """The member as one who does things. The label says nothing personal: facts are kept for ever."""
    return Actor(
        kind="member",
        label="a member",
        person_id=member.person_id,
        member_id=member.pk,
        permissions=rules.permissions_of([rules.MEMBER, *member.roles], _roles),
    )


def person_actor(person: Person) -> Actor:
    """A signed-in person outside their membership."""
    return Actor(kind="person", label="a person", person_id=person.pk)


def membership(request: HttpRequest) -> Member | None:
    """The asking person's active membership of the community the request is for; looked up once a request."""
    if not request.user.is_authenticated:
        return None
    key = (request.user.pk, current_community_id())
    known = getattr(request, "known_membership", None)
    if known is None or known[0] != key:
        found = member_of_person(request.user.pk)
        known = (key, found if found and found.is_active else None)
        cast(MemberRequest, request).known_membership = known
    return known[1]


def member_of(request: HttpRequest) -> Member:
    """The asking member.

    Raises: SignInNeeded; NotAMember of this community.
    """
    if not request.user.is_authenticated:
        raise SignInNeeded()
    member = membership(request)
    if member is None:
        raise NotAMember()
    return member


def actor_of(request: HttpRequest) -> Actor:
    """Whoever asks: a member, a person who has not joined, or a visitor who may nothing."""
    if member := membership(request):
        return actor_for(member)
    if request.user.is_authenticated:
        return person_actor(request.user)
    return Actor(kind="person", label="a visitor")


def address_of(request: HttpRequest) -> str:
    """The network address the request came from; the front door has put a trusted proxy's word in its place."""
    return str(request.META.get("REMOTE_ADDR") or "0.0.0.0")  # noqa: S104 - stands for "unknown", binds nothing


def require(actor: Actor, permission: str) -> None:
    """Raises: NotAllowed when the actor lacks the permission."""
    actor.require(permission)


def recently_authenticated(request: HttpRequest) -> bool:
    """Whether the person proved within ten minutes that it is they: a password, a code or a passkey."""
    if not request.user.is_authenticated:
        return False
    session: SessionBase = getattr(request, "token_session", None) or request.session
    # allauth reads the session alone, and an access token brings its own.
    records = get_authentication_records(SimpleNamespace(session=session), request.user)
    # Whoever has just registered has no record of a password, but came in a moment ago.
    moments = [session.get(SIGNED_IN_AT, 0), *(record["at"] for record in records)]
    return any(time.time() - moment < rules.RECENT_S for moment in moments)


def require_recent_sign_in(request: HttpRequest) -> None:
    """Raises: RecentSignInNeeded."""
    if not recently_authenticated(request):
        raise RecentSignInNeeded()


def needs_member(view: View) -> View:
    """Pages for members: others sign in or join first, and come back. Sets `request.actor` and `request.member`."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return sent_to(request, "account_login")
        member = membership(request)
        if member is None:
            return sent_to(request, "identity:join")
        admitted = cast(MemberRequest, request)
        admitted.member, admitted.actor = member, actor_for(member)
        return view(request, *args, **kwargs)

    return guarded


def needs_recent_sign_in(view: View) -> View:
    """Pages that move money: who signed in longer than ten minutes ago confirms first, then the page goes on."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if recently_authenticated(request):
            return view(request, *args, **kwargs)
        return sent_to(request, "account_reauthenticate")

    return guarded


def sent_to(request: HttpRequest, name: str) -> HttpResponse:
    """Elsewhere first, then back: to this page, or for a form or a fragment to the page it stands on."""
    page = request.get_full_path()
    if request.headers.get("HX-Request") or request.method not in {"GET", "HEAD"}:
        page = _own_path(request) or reverse("home")
    address = f"{reverse(name)}?{urlencode({'next': page})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _own_path(request: HttpRequest) -> str | None:
    parts = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "")
    if parts.netloc != request.get_host() or not parts.path.startswith("/"):
        return None
    return parts.path + (f"?{parts.query}" if parts.query else "")


class ApiAuth(HttpBearer):
    """An access token, or the session of a browser that also proves its CSRF token. Sets `request.actor`."""

    openapi_bearerFormat = "JWT"  # noqa: N815 - ninja copies this name into the OpenAPI document

    def __init__(self, *, needs_membership: bool = True) -> None:
        super().__init__()
        self.needs_membership = needs_membership

    def __call__(self, request: HttpRequest) -> Member | Person | None:
        if "Authorization" in request.headers:
            return cast("Member | Person | None", super().__call__(request))
        if not request.user.is_authenticated:
            return None
        if check_csrf(request):
            raise FromElsewhere()
        return self._admitted(request)

    def authenticate(self, request: HttpRequest, token: str) -> Member | Person | None:
        found = tokens.person_and_session(token)
        if found is None:
            return None
        request.user, cast(MemberRequest, request).token_session = found
        return self._admitted(request)

    def _admitted(self, request: HttpRequest) -> Member | Person:
        admitted = cast(MemberRequest, request)
        if not self.needs_membership:
            admitted.actor = actor_of(request)
            return cast(Person, request.user)
        admitted.member = member_of(request)
        admitted.actor = actor_for(admitted.member)
        return admitted.member


api_auth = ApiAuth()
person_auth = ApiAuth(needs_membership=False)


@contextmanager
def standing_in(request: HttpRequest) -> Iterator[None]:
    """Inside, the request's session is that of its access token; it is saved at the end."""
    session = getattr(request, "token_session", None)
    if session is None:
        yield
        return
    browser, request.session = request.session, session
    try:
        yield
    finally:
        if session.modified:
            session.save()
        request.session = browser
