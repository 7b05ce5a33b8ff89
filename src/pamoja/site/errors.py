"""The one place where a refusal becomes an HTTP answer: a problem document (RFC 9457) or a page."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from pamoja.foundation import trace
from pamoja.foundation.errors import Kind, Refusal

STATUS: dict[Kind, int] = {
    "unauthenticated": 401,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "invalid": 422,
    "limit": 429,
    "unavailable": 503,
}


HEADINGS = {
    400: "We could not read that",
    401: "Please sign in first",
    403: "This is not open to you",
    404: "We could not find that",
    405: "This page does not work that way",
    409: "That cannot be done now",
    422: "We could not read that",
    429: "One moment, please",
    503: "We will be right back",
}
WENT_WRONG = "Something went wrong"
"""What error pages are called, on the page and in the browser's tab; `WENT_WRONG` for all other statuses."""


def problem(status: int, *, code: str, detail: str, **more: Any) -> dict[str, Any]:
    """A problem document: what happened, in words and as a stable code."""
    return {
        "type": f"urn:pamoja:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": trace.request_id.get(),
        **more,
    }


def problem_of(refusal: Refusal) -> dict[str, Any]:
    """The refusal as a problem document; a field that is at fault is named."""
    more: dict[str, Any] = {"errors": [{"field": refusal.field, "detail": refusal.sentence}]} if refusal.field else {}
    # What a program needs in order to go on: when to come back, where a sign-in stopped, which fields to mend.
    more |= {name: refusal.data[name] for name in ("retry_after_s", "flow", "errors") if name in refusal.data}
    return problem(STATUS[refusal.kind], code=refusal.code, detail=refusal.sentence, **more)


def problem_response(document: dict[str, Any]) -> HttpResponse:
    """The document with its media type; one that says "too many" also says when to come back."""
    response = HttpResponse(json.dumps(document), status=document["status"], content_type="application/problem+json")
    if document["status"] == 429:
        response["Retry-After"] = str(document.get("retry_after_s", 60))
    return response


def wants_json(request: HttpRequest) -> bool:
    """Whether a program asks: below /api, or by its Accept header."""
    accepts = request.headers.get("Accept", "")
    return request.path_info.startswith("/api/") or ("json" in accepts and "html" not in accepts)


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The refusal in the form that the caller reads."""
    if wants_json(request):
        return problem_response(problem_of(refusal))
    response = page(request, STATUS[refusal.kind], refusal.sentence)
    if refusal.kind == "limit":
        response["Retry-After"] = str(refusal.data.get("retry_after_s", 60))
    return response


def page(request: HttpRequest | None, status: int, sentence: str) -> HttpResponse:
    """A friendly error page; as a fragment for HTMX, which shows it as a message."""
    context = {
        "status": status,
        "title": HEADINGS.get(status, WENT_WRONG),
        "sentence": sentence,
        "request_id": trace.request_id.get(),
    }
    name = "errors/_message.html" if getattr(request, "htmx", False) else "errors/page.html"
    return HttpResponse(render_to_string(name, context, request=request), status=status)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form came from elsewhere, or its page was open for too long."""
    sentence = (
        "This page was open for a long time, so we did not accept the form. "
        "Nothing was done. Please go back, reload and try again."
    )
    if wants_json(request):
        return problem_response(problem(403, code="csrf_failed", detail=sentence))
    return page(request, 403, sentence)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No page is here."""
    sentence = "There is nothing at this address. It may have moved, or the link was cut off."
    if wants_json(request):
        return problem_response(problem(404, code="not_found", detail=sentence))
    return page(request, 404, sentence)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Signed in, but not allowed here."""
    sentence = "You are not allowed to see this page."
    if wants_json(request):
        return problem_response(problem(403, code="forbidden", detail=sentence))
    return page(request, 403, sentence)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """More requests of one kind than is good."""
    sentence = "That was a lot of tries in a short time. Please wait a minute and try again."
    if wants_json(request):
        return problem_response(problem(429, code="too_many_requests", detail=sentence))
    response = page(request, 429, sentence)
    response["Retry-After"] = "60"
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The request itself was malformed."""
    sentence = "We could not read this request. Nothing was done."
    if wants_json(request):
        return problem_response(problem(400, code="bad_request", detail=sentence))
    return page(request, 400, sentence)


def server_error(request: HttpRequest) -> HttpResponse:
    """A bug of ours; rendered without context processors or the database, which may be what failed."""
    sentence = (
        "Something broke on our side. Your money is safe: what was not finished was undone. "
        "Please try again in a minute."
    )
    if wants_json(request):
        return problem_response(problem(500, code="internal_error", detail=sentence))
    context = {"status": 500, "title": WENT_WRONG, "sentence": sentence, "request_id": trace.request_id.get()}
    return HttpResponse(render_to_string("errors/bare.html", context), status=500)
