"""Amina lets her browser be woken, is told something, and then wants to be left in peace."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import expect

from pamoja.kernel.communities.public import Community, entered
from pamoja.kernel.messaging.models import PushSubscription
from pamoja.kernel.messaging.public import Kind, send
from tests.harness.servers import Served
from tests.journeys.people import Somebody
from tests.world.cast import a_member

pytestmark = [pytest.mark.committed, pytest.mark.journey]

WOKEN_S = 20
# A headless browser has no push service: the outside world's takes its place, behind the browser's own interface.
SERVICE = """
(() => {
  let now = null;
  const dressed = (said) => ({ ...said, toJSON: () => said, unsubscribe: async () => { now = null; return true; } });
  const pushManager = {
    getSubscription: async () => now,
    subscribe: async (wish) => (now = dressed(await window.subscribeOutside(wish.applicationServerKey))),
  };
  const serviceWorker = { register: async () => ({ pushManager }) };
  Object.defineProperty(navigator, "serviceWorker", { value: serviceWorker });
  window.PushManager = window.PushManager || class {};
})();
"""


def test_a_browser_is_woken_as_long_as_its_owner_lets_us(
    community: Community, live_platform: Served, sandbox: Served, browser: Callable[..., Any]
) -> None:
    with entered(community.pk):
        amina = Somebody(a_member("Amina Hassan"), community, live_platform, browser)
    made: list[dict[str, Any]] = []

    def subscribe(key: str) -> dict[str, Any]:
        wish = {"name": "Amina's laptop", "applicationServerKey": key}
        made.append(sandbox.request("POST", "/api/push/browsers", json=wish).json())
        return made[0]

    amina.page.expose_function("subscribeOutside", subscribe)
    amina.page.add_init_script(SERVICE)
    amina.opens("notifications/preferences/")

    amina.presses("Wake this browser")
    expect(amina.page.get_by_role("button", name="Leave it in peace")).to_be_visible()
    with entered(community.pk), transaction.atomic():
        said = {"subject_line": "Hello", "words": "Something."}
        send(
            member_id=amina.member.pk,
            template="messaging/broadcast",
            data=said,
            dedupe_key="push journey",
            kind=Kind.MONEY,
        )

    assert "Something happened with your money." in _notice(sandbox, made[0]["token"])
    amina.presses("Leave it in peace")
    expect(amina.page.get_by_role("button", name="Wake this browser")).to_be_visible()
    with entered(community.pk):
        assert not PushSubscription.objects.exists()


def _notice(sandbox: Served, token: str) -> str:
    until = time.monotonic() + WOKEN_S
    while time.monotonic() < until:
        notices = sandbox.get(f"/api/push/browsers/{token}/notices").json()["notices"]
        if notices:
            return str(notices[0]["body"])
        time.sleep(0.2)
    raise AssertionError("the browser was not woken")
