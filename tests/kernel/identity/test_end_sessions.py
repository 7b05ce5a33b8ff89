"""Ending sessions signs out there, at once, and nobody else's."""

from __future__ import annotations

from pamoja.kernel.audit.public import facts
from tests.kernel.identity.doors import HERE, App
from tests.world import PASSWORD, Cast

OTHERS = f"{HERE}/me/sessions/others/end/"


def a_browser(cast: Cast, agent: str = "Mozilla/5.0 (Linux; Android 14) Chrome/130.0"):
    from django.test import Client

    browser = Client(headers={"User-Agent": agent})
    browser.post(f"{HERE}/account/login/", {"login": cast.member.person.email, "password": PASSWORD})
    return browser


def is_in(browser) -> bool:
    return browser.get(f"{HERE}/me/").status_code == 200


def test_lists_browsers_and_apps_in_words(cast: Cast) -> None:
    browser, app = a_browser(cast), App()
    app.client.defaults["HTTP_USER_AGENT"] = "okhttp/4.12"
    app.sign_in(cast.member.person.email)

    page = browser.get(f"{HERE}/me/sessions/").content.decode()

    assert "Chrome on Android" in page
    assert "An app (okhttp)" in page
    assert sorted(each["is_current"] for each in app.call("GET", "/me/sessions").json()) == [False, True]


def test_ends_one(cast: Cast) -> None:
    browser, other = a_browser(cast), a_browser(cast)
    (elsewhere,) = [each for each in browser.get(f"{HERE}/me/sessions/").context["sessions"] if not each.is_current]

    browser.post(f"{HERE}/me/sessions/{elsewhere.number}/end/")

    assert is_in(browser)
    assert not is_in(other)
    assert facts(name="identity.sessions_ended").get().data["count"] == 1


def test_ends_all_others(cast: Cast) -> None:
    browser, other, app = a_browser(cast), a_browser(cast), App()
    app.sign_in(cast.member.person.email)

    browser.post(OTHERS)

    assert is_in(browser)
    assert not is_in(other)
    assert app.call("GET", "/me").status_code == 401


def test_does_not_end_somebody_elses(cast: Cast) -> None:
    browser, owner = a_browser(cast), App()
    owner.sign_in(cast.owner.person.email)
    theirs = owner.call("GET", "/me/sessions").json()[0]["id"]
    app = App()
    app.sign_in(cast.member.person.email)

    assert app.call("DELETE", f"/me/sessions/{theirs}").status_code == 404
    assert browser.post(f"{HERE}/me/sessions/999999/end/").status_code == 404
    assert browser.post(f"{HERE}/me/sessions/{2**70}/end/").status_code == 404

    assert owner.call("GET", "/me").status_code == 200


def test_ends_one_by_api(cast: Cast) -> None:
    one, other = App(), App()
    one.sign_in(cast.member.person.email)
    other.sign_in(cast.member.person.email)
    (elsewhere,) = [each for each in one.call("GET", "/me/sessions").json() if not each["is_current"]]

    assert one.call("DELETE", f"/me/sessions/{elsewhere['id']}").status_code == 204

    assert other.call("GET", "/me").status_code == 401
    assert one.call("GET", "/me").status_code == 200
