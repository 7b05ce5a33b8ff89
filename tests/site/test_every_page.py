"""Every page answers everybody, with and without HTMX: a page, a way to sign in, or a kind refusal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from pamoja.foundation import ids
from pamoja.kernel.communities.public import Community

pytestmark = pytest.mark.django_db

FILLED = {"int": "7", "slug": "nothing", "str": "nothing", "uuid": str(ids.new_id()), "path": "a/b"}
PAGE_BYTES_MAX = 100_000
NONSENSE = "?page=" + "9" * 40 + "&q=%00%F0%9F%99%82'\"<script>&amount=NaN&from=2026-99-99&next=//evil.example"


def _paths(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for each in resolver.url_patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLPattern):
            yield route
        elif not route.startswith(("admin/", "api/", "_allauth/")):
            yield from _paths(each, route)


def _filled(route: str) -> str:
    route = re.sub(r"<(?:(\w+):)?\w+>", lambda match: FILLED.get(match[1] or "str", "nothing"), route)
    return re.sub(r"\(\?P<\w+>[^)]*\)", "nothing", route).replace("^", "").replace("$", "").replace("\\", "")


PAGES = sorted({_filled(route) for route in _paths(get_resolver())})


def _ask(client: Client, community: Community, path: str, **headers: str) -> Any:
    return client.get(f"/c/{community.slug}/{path}", headers=headers or None)


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_sees_a_page_or_is_asked_to_sign_in(client: Client, community: Community, path: str) -> None:
    assert _ask(client, community, path).status_code in {200, 302, 401, 403, 404, 405, 410}


@pytest.mark.parametrize("path", PAGES)
def test_a_member_is_answered_kindly_whatever_they_send(
    member_client: Client, community: Community, path: str, subtests: pytest.Subtests
) -> None:
    response = _ask(member_client, community, path)
    with subtests.test("a page that fits a slow phone"):
        assert response.status_code in {200, 302, 403, 404, 405, 410}
        if response.status_code == 200 and not response.streaming:
            assert len(response.content) <= PAGE_BYTES_MAX
    if response.status_code == 200:
        with subtests.test("HTMX as well"):
            assert _ask(member_client, community, path, **{"HX-Request": "true"}).status_code < 500
    with subtests.test("nonsense in the address"):
        assert _ask(member_client, community, path + NONSENSE).status_code < 500
    with subtests.test("an empty form"):
        assert member_client.post(f"/c/{community.slug}/{path}", {}).status_code < 500


def test_there_are_pages() -> None:
    assert len(PAGES) > 5
