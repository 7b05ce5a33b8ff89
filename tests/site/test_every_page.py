"""Every page answers everybody, with and without HTMX: a page, a way to sign in, or a kind refusal."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from pamoja.foundation import ids
from tests.harness.planting import undone
from tests.site.conftest import Place

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


PARTS = sorted({path.partition("/")[0] for path in PAGES})


def test_a_stranger_sees_a_page_or_is_asked_to_sign_in(place: Place) -> None:
    answered = {path: place.stranger.get(place.at(path)).status_code for path in PAGES}

    assert {path: code for path, code in answered.items() if code not in {200, 302, 401, 403, 404, 405, 410}} == {}


@pytest.mark.parametrize("part", PARTS)
def test_a_member_is_answered_kindly_whatever_they_send(place: Place, part: str) -> None:
    paths = [path for path in PAGES if path.partition("/")[0] == part]

    assert {path: wrong for path in paths if (wrong := _wrong_with(place, path))} == {}


def _wrong_with(place: Place, path: str) -> list[str]:
    """What is wrong with a page: the page itself, for HTMX, with nonsense in its address, with an empty form."""
    browser, address = place.member, place.at(path)
    with undone():
        page = browser.get(address)
        fits = page.status_code != 200 or page.streaming or len(page.content) <= PAGE_BYTES_MAX
        holds = {
            f"answers {page.status_code}": page.status_code in {200, 302, 403, 404, 405, 410},
            "is too much for a slow phone": fits,
            "fails for HTMX": page.status_code != 200
            or browser.get(address, headers={"HX-Request": "true"}).status_code < 500,
            "fails for nonsense in the address": browser.get(address + NONSENSE).status_code < 500,
            "fails for an empty form": browser.post(address, {}).status_code < 500,
        }
    return [wrong for wrong, is_well in holds.items() if not is_well]


def test_there_are_pages() -> None:
    assert len(PAGES) > 5
