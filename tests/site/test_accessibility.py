"""Axe finds nothing wrong with the main pages on a phone, in light and in dark."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client
from PIL import Image

from pamoja.foundation import ids
from pamoja.products.savings.public import make_announcement, write_post
from pamoja.products.savings.rules.board import attachment
from tests.harness.browsers import a_chromium
from tests.harness.thoroughness import IS_LONG
from tests.products.savings.circles import Group, a_running_group, after, pay, sweep
from tests.world import signed_in

pytestmark = pytest.mark.journey

HOME = "http://testserver/c/umoja/"
WHAT_COUNTS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def group(community: Any, clock: Any) -> Group:
    """A circle with everything on its page: paid, late, due, arrears of a pot that went out short."""
    group = a_running_group(5, shortfall_rule="pay_what_is_in", shortfall_after_days=3, order_by="draw")
    pay(group, 1, 0, 1, 2)
    clock.turn_to(after(group, 1, days=4))
    sweep()
    pay(group, 2, 0)
    return group


@pytest.fixture
def pages(group: Group, settings: Any, tmp_path: Path) -> dict[str, HttpResponse]:
    """Pages as the platform answers them, made before there is a browser; by their paths in the community."""
    settings.MEDIA_ROOT = tmp_path
    visitor, organiser, payer = Client(), signed_in(group.people[0]), signed_in(group.people[3])
    circle = f"savings/{ids.public('circle', group.circle_id)}/"
    late = ids.public("contribution", group.contribution(1, 3).pk)
    asked = [(visitor, path) for path in ("account/login/", "account/signup/")]
    asked += [(organiser, circle + part) for part in ("", "schedule/", "members/", "board/", on_the_board(group))]
    asked += [(payer, path) for path in ("", f"savings/pay/{late}/", "wallet/", "me/security/")]
    made = {path: client.get(f"/c/umoja/{path}", headers={"accept": "text/html"}) for client, path in asked}
    return made | {"savings/new/": organiser.post("/c/umoja/savings/new/", {"name": ""})}


def on_the_board(group: Group) -> str:
    """A post with a picture and a reply, below an announcement; gives the post's path in the circle."""
    made_up = io.BytesIO()
    Image.new("RGB", (40, 30)).save(made_up, "PNG")
    circle_id = group.circle_id
    make_announcement(by=group.organiser, circle_id=circle_id, body="We meet on Sunday.")
    files = [attachment("stall.png", made_up.getvalue())]
    asked = write_post(by=group.by(1), circle_id=circle_id, body="Who knows a carpenter?", files=files)
    write_post(by=group.organiser, circle_id=circle_id, body="I do.", answers_id=asked.pk)
    return f"board/{ids.public('post', asked.pk)}/"


def answer(route: Any, pages: dict[str, HttpResponse]) -> None:
    """The pages that were made, with the real style sheets and scripts."""
    path = urlsplit(route.request.url).path
    if path.startswith("/static/") and (found := finders.find(path.removeprefix("/static/"))):
        route.fulfill(path=Path(str(found)))
    elif made := pages.get(path.removeprefix("/c/umoja/")):
        route.fulfill(status=made.status_code, headers=dict(made.items()), body=made.content)
    else:
        route.fulfill(status=404)


def wrong(page: Any) -> list[str]:
    """What axe finds on the page as it stands, and what of it the dark colours alone get wrong."""
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme="light")
    found = Axe().run(page, options={"runOnly": WHAT_COUNTS, "resultTypes": ["violations"]}).response["violations"]
    page.emulate_media(color_scheme="dark")
    found += page.evaluate("axe.run({runOnly: ['color-contrast'], resultTypes: ['violations']})")["violations"]
    return [f"{each['id']}: {each['help']} at {node['html'][:160]}" for each in found for node in each["nodes"][:3]]


def test_everybody_can_use_the_pages(pages: dict[str, HttpResponse], subtests: Any) -> None:
    statuses = {path: made.status_code for path, made in pages.items() if made.status_code != 200}
    assert statuses == {"savings/new/": 422}

    # Axe takes its time: every second page on an ordinary day, all of them in the long form.
    looked_at = list(pages) if IS_LONG else list(pages)[::2]

    with a_chromium() as browser:
        # Without motion: colours that still change are no colours to judge.
        page = browser.new_page(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
        page.route("**/*", lambda route: answer(route, pages))
        for path in looked_at:
            with subtests.test(path):
                page.goto(HOME + path)
                assert wrong(page) == []
