"""In a real browser somebody registers with the mailed code, adds a passkey, and signs in with it alone."""

from __future__ import annotations

import re
import time
from typing import Any

import httpx
import pytest

from pamoja.kernel.communities.public import Community
from tests.harness.servers import Served
from tests.world import PASSWORD, a_member, a_person

pytestmark = [pytest.mark.journey, pytest.mark.committed]

SUBMIT = "main form button[type=submit]"


def mailed_code(sandbox: Served, address: str) -> str:
    """The code in the newest mail to the address; the worker hands mails over within seconds."""
    for _ in range(80):
        for mail in sandbox.get("/api/mail").json()["mail"]:
            if address in str(mail) and (found := re.search(r"\b(\d{6})\b", str(mail))):
                return found[1]
        time.sleep(0.25)
    raise AssertionError(f"no mail with a code came to {address}")


def test_registers_with_the_mailed_code(
    community: Community, live_platform: Served, sandbox: Served, browser: Any
) -> None:
    page = browser().new_page()
    page.goto(f"{live_platform.base_url}/c/{community.slug}/account/signup/")
    for field, typed in {
        "name": "Zawadi Njeri",
        "email": "zawadi@example.org",
        "phone": "0712 345 678",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }.items():
        page.fill(f"[name={field}]", typed)
    page.check("[name=terms]")
    page.click(SUBMIT)

    page.fill("[name=code]", mailed_code(sandbox, "zawadi@example.org"))
    page.click(SUBMIT)

    page.goto(f"{live_platform.base_url}/c/{community.slug}/me/")
    assert page.input_value("[name=name]") == "Zawadi Njeri"
    assert "zawadi@example.org" in page.inner_text("main")


def test_signs_in_with_a_passkey_alone(community: Community, live_platform: Served, browser: Any) -> None:
    member = a_member(community=community)
    context = browser()
    page = context.new_page()
    keys = context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    keys.send("WebAuthn.addVirtualAuthenticator", {"options": options | {"isUserVerified": True}})
    home = f"{live_platform.base_url}/c/{community.slug}"
    page.goto(f"{home}/account/login/")
    page.fill("[name=login]", member.person.email)
    page.fill("[name=password]", PASSWORD)
    page.click(SUBMIT)
    page.goto(f"{home}/account/2fa/webauthn/add/")
    page.fill("[name=name]", "My phone")
    page.check("[name=passwordless]")
    page.click("main form button")
    page.wait_for_url("**/recovery-codes/**")

    context.clear_cookies()
    page.goto(f"{home}/account/login/")
    page.click("text=Use a passkey")
    page.wait_for_url(f"{home}/")

    page.goto(f"{home}/me/security/")
    assert "Signed in with passkey" in page.inner_text("main")


def test_the_sixth_try_waits_at_the_real_door(community: Community, live_platform: Served) -> None:
    body = {"email": a_person("Victim").email, "password": "Wrong-5895"}

    answers = [live_platform.post(f"/c/{community.slug}/api/v1/auth/login", json=body) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert isinstance(answers[-1], httpx.Response)
    assert answers[-1].headers["Retry-After"]
