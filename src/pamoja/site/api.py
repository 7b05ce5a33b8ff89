"""The REST API: one ninja application, routers from the packages, every error a problem document."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from pamoja.foundation.errors import Refusal
from pamoja.site import errors, wiring

api = NinjaAPI(
    title="Pamoja",
    version="1",
    urls_namespace="api",
    description="Everything a member can do on a page. Errors are problem documents (RFC 9457).",
)
for _path, _router in wiring.API:
    api.add_router(_path, import_string(_router))


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, refusal: Any) -> HttpResponse:
    return errors.problem_response(errors.problem_of(refusal))


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    found = [{"field": ".".join(str(part) for part in each["loc"][1:]), "detail": each["msg"]} for each in error.errors]
    document = errors.problem(422, code="invalid", detail="Some fields cannot be read.", errors=found)
    return errors.problem_response(document)


@api.exception_handler(AuthenticationError)
def _unauthenticated(request: HttpRequest, error: Any) -> HttpResponse:
    document = errors.problem(401, code="unauthenticated", detail="Please sign in first.")
    response = errors.problem_response(document)
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Any) -> HttpResponse:
    return errors.problem_response(errors.problem(404, code="not_found", detail="There is nothing at this address."))


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: Any) -> HttpResponse:
    return errors.problem_response(errors.problem(error.status_code, code="http_error", detail=str(error)))
