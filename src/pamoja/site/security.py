"""Response headers that keep a page to itself: the content security policy and its neighbours."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpResponse

from pamoja.kernel.communities.public import CommunityRequest

Policy = dict[str, str]

EVERYWHERE: dict[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
        "microphone=(), midi=(), payment=(), usb=(), "
        "publickey-credentials-get=(self), publickey-credentials-create=(self)"
    ),
}

# A year, with subdomains: what browsers ask for before they keep it.
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"


class SecurityHeadersMiddleware:
    """Gives each request a nonce (`request.csp_nonce`) and each response its headers."""

    def __init__(self, get_response: Callable[[CommunityRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: CommunityRequest) -> HttpResponse:
        nonce = secrets.token_urlsafe(16)
        request.csp_nonce = nonce
        response = self.get_response(request)
        for header, value in EVERYWHERE.items():
            response.setdefault(header, value)
        response.setdefault(
            "Content-Security-Policy", written(policy_for(request.path_info, nonce, request.get_host()))
        )
        if settings.PAMOJA.is_production:
            response.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)
        return response


def policy_for(path: str, nonce: str, host: str) -> Policy:
    """What a page at this path (below its community) may load and do.

    The back office is unfold's: its Alpine evaluates expressions and sets styles in elements, so there, and only
    there, both are allowed.
    """
    is_back_office = path.startswith("/admin/")
    return {
        "default-src": "'none'",
        "script-src": "'self' 'unsafe-eval'" if is_back_office else f"'self' 'nonce-{nonce}'",
        "style-src": "'self' 'unsafe-inline'" if is_back_office else f"'self' 'nonce-{nonce}'",
        "img-src": "'self' data: blob:",
        "font-src": "'self'",
        # Older Safari does not count web sockets of the same host as 'self'.
        "connect-src": f"'self' ws://{host} wss://{host}",
        "manifest-src": "'self'",
        "frame-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "object-src": "'none'",
    }


def written(policy: Policy) -> str:
    """The policy as its header's text."""
    return "; ".join(f"{directive} {sources}" for directive, sources in policy.items())
