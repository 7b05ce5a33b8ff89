"""Every endpoint answers strangers and nonsense with a problem document, never with a 500."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from pamoja.foundation import ids
from tests.harness.planting import undone
from tests.harness.thoroughness import IS_LONG
from tests.site.conftest import Place

pytestmark = pytest.mark.django_db

# Whoever asks may use these; all else needs a signed-in member.
OPEN = {
    "/auth/register",
    "/auth/verify-email",
    "/auth/resend-code",
    "/auth/login",
    "/auth/second-factor",
    "/auth/refresh",
    "/auth/reset-password",
    "/auth/logout",
}
# The first two are tried on every endpoint, each of the others on every third; in the long form all of them on all.
UNREADABLE = ["{}", '{"amount": NaN}', "[]", "", "{", "null", '"x"', "\x00"]
NONSENSE = ["9" * 400, "'; DROP TABLE person;--", "", "0", "circle_", "../../etc/passwd", "\u0000", "🙂"]
WRITING = {"post", "put", "patch"}


@pytest.fixture(scope="module")
def schema(place: Place) -> dict[str, Any]:
    """The description as programs read it; describing all takes a second."""
    return dict(json.loads(place.stranger.get(place.at("api/v1/openapi.json")).content))


@pytest.fixture
def operations(schema: dict[str, Any], place: Place) -> list[tuple[str, str]]:
    """Method and path of every endpoint."""
    root = place.at("api/v1")
    return sorted((method, path.removeprefix(root)) for path, methods in schema["paths"].items() for method in methods)


def _some(tried: list[str], number: int) -> list[str]:
    """What the `number`-th endpoint is tried with."""
    return tried if IS_LONG else tried[:2] + tried[2:][number % 3 :: 3]


def _filled(path: str, value: str | None = None) -> str:
    return re.sub(r"\{[^}]+\}", ids.public("circle", ids.new_id()) if value is None else value, path)


def _call(client: Client, place: Place, method: str, path: str, body: str | None = None) -> Any:
    if body is None:
        body = "{}" if method in WRITING else ""
    with undone():
        return client.generic(method.upper(), place.at(f"api/v1{path}"), data=body, content_type="application/json")


def _problem(response: Any) -> dict[str, Any]:
    assert response["Content-Type"].startswith("application/problem+json"), response.content[:200]
    document = json.loads(response.content)
    assert document["status"] == response.status_code
    assert document["code"]
    assert document["detail"]
    return dict(document)


def test_refuses_whoever_is_not_signed_in(place: Place, operations: list[tuple[str, str]]) -> None:
    for method, path in operations:
        if any(path.startswith(each) for each in OPEN):
            continue

        response = _call(place.stranger, place, method, _filled(path))

        assert response.status_code == 401, (method, path)
        assert _problem(response)["code"] == "unauthenticated"


def test_finds_nothing_behind_nonsense(place: Place, operations: list[tuple[str, str]]) -> None:
    naming = [each for each in operations if "{" in each[1]]
    for number, (method, path) in enumerate(naming):
        for nonsense in _some(NONSENSE, number):
            filled = _filled(path, nonsense.replace("/", "%2F").replace("?", "%3F"))

            response = _call(place.member, place, method, filled)

            assert response.status_code in {400, 401, 403, 404, 405, 409, 422}, (method, filled, response.content[:300])


def test_refuses_a_body_it_cannot_read(place: Place, operations: list[tuple[str, str]]) -> None:
    reading = [each for each in operations if each[0] in WRITING]
    for number, (method, path) in enumerate(reading):
        for body in _some(UNREADABLE, number):
            response = _call(place.member, place, method, _filled(path), body)

            assert response.status_code < 500, (method, path, body, response.content[:300])
            if response.status_code >= 400:
                _problem(response)


def test_an_address_of_nobody_is_a_problem_document_too(place: Place) -> None:
    assert _problem(_call(place.stranger, place, "get", "/nothing/here"))["status"] == 404


def test_the_schema_is_complete(schema: dict[str, Any], operations: list[tuple[str, str]]) -> None:
    assert schema["openapi"].startswith("3.1")
    assert len(operations) > 20
    schemes = schema["components"]["securitySchemes"].values()
    assert {(scheme["type"], scheme["scheme"]) for scheme in schemes} == {("http", "bearer")}
