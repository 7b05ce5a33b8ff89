"""What every request passes: into its community, and from a refusal to a kind answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import set_script_prefix
from django.utils import timezone, translation

from pamoja.foundation.errors import Refusal
from pamoja.kernel.communities.public import Community, CommunityNotFound, CommunityRequest, community_at, entered
from pamoja.kernel.identity.rules import IDLE_S_MAX
from pamoja.site import errors

Next = Callable[[CommunityRequest], HttpResponse]


class CommunityMiddleware:
    """Enters the community that the address names; `/c/<slug>` becomes the script prefix, so links keep it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: CommunityRequest) -> HttpResponse:
        # The database cannot hold a zero byte, and nobody types one.
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            request.community = None
            return errors.bad_request(request, ValueError("zero byte"))
        try:
            community, prefix, path = community_at(host=request.get_host(), path=request.path_info)
        except CommunityNotFound as refusal:
            request.community = None
            if request.path_info.startswith("/c/"):
                return errors.answer(request, refusal)
            return self.get_response(request)
        request.community = community
        if prefix:
            request.path_info = path
            request.META["SCRIPT_NAME"] = prefix
            request.path = prefix + path
            set_script_prefix(prefix + "/")
        try:
            with entered(community.pk):
                return self.get_response(request)
        finally:
            set_script_prefix("/")


class PersonMiddleware:
    """Signs out who has been away for half an hour; speaks each person's language in their time.

    When somebody was last seen is written at most once a minute, not with every request. Sessions live in real time:
    turning the platform's clock must not sign people out.
    """

    WRITTEN_EVERY_S = 60
    # Below these nothing works without a community: signing in makes a member of one.
    OF_A_COMMUNITY = ("/account/", "/me/", "/people/", "/join/", "/terms/", "/admin/")

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: CommunityRequest) -> HttpResponse:
        community: Community | None = getattr(request, "community", None)
        if community is None:
            if request.path_info.startswith(self.OF_A_COMMUNITY):
                return HttpResponseRedirect("/")
            return self.get_response(request)
        self._see(request)
        with _speaking_to(request, community):
            return self.get_response(request)

    def _see(self, request: CommunityRequest) -> None:
        session = request.session
        if not session.session_key or not request.user.is_authenticated:
            return
        now, seen_at = time.time(), session.get("seen_at")
        if seen_at is not None and now - seen_at > IDLE_S_MAX:
            request.was_idle = True  # type: ignore[attr-defined]  # read by who records the sign-out
            logout(request)
            messages.info(request, "You were away for half an hour, so we signed you out. Please sign in again.")
        elif seen_at is None or now - seen_at > self.WRITTEN_EVERY_S:
            session["seen_at"] = now
            address = request.META.get("REMOTE_ADDR")
            UserSession.objects.filter(session_key=session.session_key).update(
                last_seen_at=timezone.now(),  # tidy: sessions live in real time
                **({"ip": address} if address else {}),
            )


@contextmanager
def _speaking_to(request: CommunityRequest, community: Community) -> Iterator[None]:
    person = request.user if request.user.is_authenticated else None
    language = person.language if person else community.language
    zone = (person.time_zone if person else "") or community.time_zone
    with translation.override(language), timezone.override(zone):
        yield


class RefusalMiddleware:
    """Turns a refusal that a view let through into a page, a fragment or a problem document."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: CommunityRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.content and not errors.wants_json(request):
            return errors.page(request, 405, "This address is for a form, and was opened as a page. Please go back.")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return errors.answer(request, exception) if isinstance(exception, Refusal) else None
