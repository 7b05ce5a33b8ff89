"""Axe finds nothing wrong with the main pages on a phone, in light and in dark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from pamoja.foundation import ids
from tests.products.savings.circles import Group, a_group, a_running_group, after, pay, sweep
from tests.world import signed_in

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("clock", "community")]

WHAT_COUNTS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
Opened = Callable[[Client], Any]


def answer(client: Client, route: Any) -> None:
    """What the platform answers, without a server between; the style sheets and scripts are the real ones."""
    request, address = route.request, urlsplit(route.request.url)
    if address.path.startswith("/static/"):
        found = finders.find(address.path.removeprefix("/static/"))
        return route.fulfill(path=Path(str(found))) if found else route.fulfill(status=404)
    headers = {"accept": "text/html", "content-type": request.headers.get("content-type", "")}
    path = address.path + (f"?{address.query}" if address.query else "")
    response = client.generic(request.method, path, request.post_data or "", headers["content-type"], headers=headers)
    return route.fulfill(status=response.status_code, headers=dict(response.items()), body=response.content)


@pytest.fixture
def opened(browser: Any) -> Opened:
    """A phone in which the client's person looks at pages."""

    def phone(client: Client) -> Any:
        context = browser(viewport={"width": 390, "height": 844})
        context.route("**/*", lambda route: answer(client, route))
        return context.new_page()

    return phone


@pytest.fixture
def axe() -> Any:
    from axe_playwright_python.sync_playwright import Axe

    return Axe()


def wrong(axe: Any, page: Any) -> list[str]:
    """What axe finds on the page as it stands, and what of it the dark colours alone get wrong."""
    page.emulate_media(color_scheme="light")
    found = axe.run(page, options={"runOnly": WHAT_COUNTS, "resultTypes": ["violations"]}).response["violations"]
    page.emulate_media(color_scheme="dark")
    found += axe.run(page, options={"runOnly": ["color-contrast"]}).response["violations"]
    return [f"{each['id']}: {each['help']} at {each['nodes'][0]['html'][:160]}" for each in found]


@pytest.fixture
def group(clock: Any) -> Group:
    """A circle with everything on its page: paid, late, due, arrears of a pot that went out short."""
    group = a_running_group(5, shortfall_rule="pay_what_is_in", shortfall_after_days=3, order_by="draw")
    pay(group, 1, 0, 1, 2)
    clock.turn_to(after(group, 1, days=4))
    sweep()
    pay(group, 2, 0)
    return group


def looked_at(axe: Any, page: Any, paths: list[str], subtests: Any) -> None:
    for path in paths:
        with subtests.test(path):
            page.goto(f"http://testserver{path}")
            assert wrong(axe, page) == []


def test_before_signing_in(axe: Any, opened: Opened, subtests: Any) -> None:
    paths = ["/", "/c/umoja/", "/c/umoja/account/login/", "/c/umoja/account/signup/", "/c/umoja/nothing/"]
    looked_at(axe, opened(Client()), [*paths, "/c/umoja/account/password/reset/"], subtests)


def test_a_circle(axe: Any, opened: Opened, group: Group, subtests: Any) -> None:
    circle = f"/c/umoja/savings/{ids.public('circle', group.circle_id)}/"
    inside = ["", "schedule/", "members/", "payments/", "activity/", "rules/", "draw/", "statement/", "settings/"]
    looked_at(axe, opened(signed_in(group.people[0])), [f"{circle}{path}" for path in inside], subtests)


def test_a_circle_that_gathers(axe: Any, opened: Opened, subtests: Any) -> None:
    group = a_group(3)
    circle = f"/c/umoja/savings/{ids.public('circle', group.circle_id)}/"
    paths = [circle, f"{circle}invitations/", f"{circle}order/", f"{circle}schedule/"]
    looked_at(axe, opened(signed_in(group.people[0])), paths, subtests)


def test_money(axe: Any, opened: Opened, group: Group, subtests: Any) -> None:
    late = ids.public("contribution", group.contribution(2, 1).pk)
    paths = ["", "savings/", "savings/find/", "savings/join/", f"savings/pay/{late}/"]
    paths += ["wallet/", "wallet/top-up/", "wallet/withdraw/", "payments/"]
    looked_at(axe, opened(signed_in(group.people[1])), [f"/c/umoja/{path}" for path in paths], subtests)


def test_ones_own_pages(axe: Any, opened: Opened, group: Group, subtests: Any) -> None:
    paths = ["me/", "me/contact/", "me/money/", "me/privacy/", "me/security/", "account/sessions/"]
    paths += ["account/2fa/webauthn/add/", "account/2fa/totp/activate/", "account/password/change/"]
    looked_at(axe, opened(signed_in(group.people[1])), [f"/c/umoja/{path}" for path in paths], subtests)


def test_a_form_with_mistakes(axe: Any, opened: Opened, group: Group) -> None:
    page = opened(signed_in(group.people[0]))
    page.goto("http://testserver/c/umoja/savings/new/")

    page.click("main form button[type=submit]")
    page.wait_for_selector("[aria-invalid=true]")

    assert wrong(axe, page) == []
