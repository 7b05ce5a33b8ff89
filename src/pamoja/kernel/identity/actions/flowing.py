"""Sessions of apps: a sign-in over the API keeps its state in a session of its own, never in the browser's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from allauth.headless import app_settings
from allauth.headless.internal.sessionkit import lookup_session, session_store
from allauth.headless.tokens.strategies.jwt import internal as jwt
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.http import HttpRequest

from pamoja.kernel.identity.errors import TokenSpent
from pamoja.kernel.identity.models import Person

_SALT = "identity.flow"
_FLOW_S_MAX = 900


@contextmanager
def flowing(request: HttpRequest, flow: str | None = None) -> Iterator[HttpRequest]:
    """Inside, the request stands in the flow's session, or in a new one; it is kept also when something refuses.

    Raises: TokenSpent when the flow is over.
    """
    browser = request.session, request.user
    request.session, request.user = _session(flow), AnonymousUser()
    try:
        yield request
    finally:
        if request.session.modified and not request.session.is_empty():
            request.session.save()
        request.session, request.user = browser
        # Signing in renews the CSRF cookie, which is the browser's and not the app's.
        request.META["CSRF_COOKIE_NEEDS_UPDATE"] = False


def flow_token(request: HttpRequest) -> str:
    """Names the session that the request stands in, without giving it away."""
    request.session.set_expiry(_FLOW_S_MAX)
    request.session.save()
    return signing.dumps(request.session.session_key, salt=_SALT)


def issue_tokens(request: HttpRequest, person: Person) -> tuple[str, str]:
    """Access and refresh token of the session that the person has just signed in to."""
    session = request.session
    session.set_expiry(app_settings.JWT_REFRESH_TOKEN_EXPIRES_IN)
    session.save()
    pair = jwt.create_access_token(person, session, {}), jwt.create_refresh_token(person, session)
    session.save()
    return pair


def _session(flow: str | None):  # type: ignore[no-untyped-def]  # the store's class is named by a setting
    if flow is None:
        return session_store()
    try:
        key = signing.loads(flow, salt=_SALT, max_age=_FLOW_S_MAX)
    except signing.BadSignature:
        raise TokenSpent() from None
    session = lookup_session(key)
    if session is None:
        raise TokenSpent()
    return session
