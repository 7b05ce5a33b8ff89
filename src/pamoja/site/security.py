"""Response headers that keep a page to itself."""

from collections.abc import Callable
from django.http import HttpRequest, HttpResponse


class SecurityHeadersMiddleware:
    """Sets the headers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["X-Content-Type-Options"] = "nosniff"
        return response
