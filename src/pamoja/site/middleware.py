"""What every request passes: into its community, and from a refusal to a kind answer."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import set_script_prefix
from django.utils import timezone

from pamoja.foundation.errors import Refusal
from pamoja.kernel.communities.public import CommunityNotFound, CommunityRequest, community_at, entered
from pamoja.site import errors

Next = Callable[[CommunityRequest], HttpResponse]


class CommunityMiddleware:
    """Enters the community that the address names; `/c/<slug>` becomes the script prefix, so links keep it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: CommunityRequest) -> HttpResponse:
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


class LocalTimeMiddleware:
    """Pages say dates and times as in the reader's own time zone, or else their community's."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: CommunityRequest) -> HttpResponse:
        zone = self._own_zone(request) or getattr(getattr(request, "community", None), "time_zone", "UTC")
        with timezone.override(ZoneInfo(zone)):
            return self.get_response(request)

    def _own_zone(self, request: HttpRequest) -> str:
        if errors.wants_json(request) or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return ""
        return getattr(request.user, "time_zone", "")
