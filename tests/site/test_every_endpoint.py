"""Every endpoint answers strangers and nonsense with a problem document, never with a 500."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from pamoja.foundation import ids
from pamoja.kernel.communities.public import Community

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
UNREADABLE = ["", "{", "[]", "null", '"x"', "{}", '{"amount": NaN}', "\x00"]
NONSENSE = ["", "0", "circle_", "../../etc/passwd", "'; DROP TABLE person;--", "\u0000", "🙂", "9" * 400]


def _schema() -> dict[str, Any]:
    from pamoja.site.api import api

    return json.loads(json.dumps(api.get_openapi_schema(path_prefix=""), default=str))


def _operations() -> Iterator[tuple[str, str]]:
    for path, methods in _schema()["paths"].items():
        for method in methods:
            yield method, path


OPERATIONS = sorted(_operations())
CLOSED = [(method, path) for method, path in OPERATIONS if not any(path.startswith(each) for each in OPEN)]


def _call(client: Client, community: Community, method: str, path: str, body: Any = None) -> Any:
    return client.generic(
        method.upper(),
        f"/c/{community.slug}/api/v1{path}",
        data="" if body is None else json.dumps(body),
        content_type="application/json",
    )


def _problem(response: Any) -> dict[str, Any]:
    assert response["Content-Type"].startswith("application/problem+json"), response.content[:200]
    document = json.loads(response.content)
    assert document["status"] == response.status_code
    assert document["code"]
    assert document["detail"]
    return dict(document)


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_refuses_whoever_is_not_signed_in(client: Client, community: Community, method: str, path: str) -> None:
    filled = re.sub(r"\{[^}]+\}", ids.public("circle", ids.new_id()), path)

    response = _call(client, community, method, filled, {} if method in {"post", "put", "patch"} else None)

    assert response.status_code == 401
    assert _problem(response)["code"] == "unauthenticated"


@pytest.mark.parametrize(("method", "path"), [each for each in OPERATIONS if "{" in each[1]])
def test_finds_nothing_behind_nonsense(member_client: Client, community: Community, method: str, path: str) -> None:
    for nonsense in NONSENSE:
        filled = re.sub(r"\{[^}]+\}", nonsense.replace("/", "%2F").replace("?", "%3F"), path)

        response = _call(member_client, community, method, filled, {} if method in {"post", "put", "patch"} else None)

        assert response.status_code in {400, 401, 403, 404, 405, 409, 422}, (nonsense, response.content[:300])


@pytest.mark.parametrize(("method", "path"), [each for each in OPERATIONS if each[0] in {"post", "put", "patch"}])
def test_refuses_a_body_it_cannot_read(
    member_client: Client, community: Community, method: str, path: str, subtests: pytest.Subtests
) -> None:
    filled = re.sub(r"\{[^}]+\}", ids.public("circle", ids.new_id()), path)

    for body in UNREADABLE:
        with subtests.test(body=body):
            response = member_client.generic(
                method.upper(), f"/c/{community.slug}/api/v1{filled}", data=body, content_type="application/json"
            )

            assert response.status_code < 500, response.content[:300]
            if response.status_code >= 400:
                _problem(response)


def test_an_address_of_nobody_is_a_problem_document_too(client: Client, community: Community) -> None:
    assert _problem(_call(client, community, "get", "/nothing/here"))["status"] == 404


def test_the_schema_is_complete() -> None:
    schema = _schema()

    assert schema["openapi"].startswith("3.1")
    assert OPERATIONS
    for name, scheme in schema.get("components", {}).get("securitySchemes", {}).items():
        assert scheme["type"] in {"http", "apiKey", "oauth2", "openIdConnect"}, name
        assert scheme["type"] != "apiKey" or {"name", "in"} <= scheme.keys(), (
            f"{name} says neither its name nor its place"
        )
