"""Gives each request an id, measures it, and writes one line about it when it is answered."""

import logging
import re
import secrets
import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pamoja.foundation import trace
from pamoja.site import metrics

log = logging.getLogger("pamoja.request")
GIVEN_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
QUIET = frozenset({"/health", "/ready", "/metrics", "/static"})


class Observed:
    """Around the whole application, hot paths and Django alike."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        request_id = _given_id(scope) or secrets.token_hex(16)
        trace.request_id.set(request_id)
        facts: dict[str, str] = {}
        scope["pamoja"] = facts
        started, status = time.perf_counter(), 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message.setdefault("headers", []).append((b"x-request-id", request_id.encode()))
            await send(message)

        try:
            if scope["type"] == "websocket":
                status = 101
                await self.app(scope, receive, send)
            else:
                await self.app(scope, receive, answer)
        finally:
            _record(scope, facts, status, time.perf_counter() - started)


class DjangoFacts:
    """Inside Django: tells the observer outside which view answered, for which community and whom."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        facts = request.META.get("asgi.scope", {}).get("pamoja")
        if facts is not None:
            match = request.resolver_match
            facts["route"] = f"/{match.route}" if match else "unmatched"
            if community := getattr(request, "community", None):
                facts["community"] = community.slug
            if person_id := _who(request):
                facts["actor"] = person_id
        return response


def _who(request: HttpRequest) -> str:
    """The member or person, by id alone, and only if the view has already asked."""
    actor = getattr(request, "actor", None)
    found = getattr(actor, "member_id", None) or getattr(actor, "person_id", None)
    user: Any = getattr(request, "_cached_user", None)
    return str(found or getattr(user, "pk", None) or "")


def _record(scope: Scope, facts: dict[str, str], status: int, seconds: float) -> None:
    route = facts.pop("route", "") or _route(scope)
    method = scope.get("method", "WEBSOCKET")
    metrics.requests(method, route, status).inc()
    if scope["type"] == "http":
        metrics.request_seconds(route).observe(seconds)
    # The route, never the address: an address may hold an invitation or a token.
    level = logging.DEBUG if route in QUIET else logging.INFO
    if not log.isEnabledFor(level):
        return
    extra = {"method": method, "route": route, "status": status, "duration_ms": round(seconds * 1000, 1), **facts}
    log.log(level, "%s %s %s", method, route, status, extra=extra)


def _route(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", "") or "unmatched"


def _given_id(scope: Scope) -> str:
    given = next((value.decode("latin1") for name, value in scope["headers"] if name == b"x-request-id"), "")
    return given if GIVEN_ID.fullmatch(given) else ""
