"""A browser that lets itself be woken is woken by us alone, can open what we say, and is forgotten when it is gone."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import pytest
from django.db import transaction
from pydantic import SecretStr

from pamoja.kernel.identity.public import Member
from pamoja.kernel.messaging import actions
from pamoja.kernel.messaging.jobs import hand_over_due
from pamoja.kernel.messaging.models import PushSubscription
from pamoja.kernel.messaging.providers import WebPush
from pamoja.kernel.messaging.providers.push import checked_subscription, public_key
from pamoja.kernel.messaging.public import Channel, Kind, Message, send
from pamoja.kernel.messaging.rules import waking
from tests.harness.servers import Served
from tests.world import actor

pytestmark = pytest.mark.committed


@pytest.fixture
def browser(sandbox: Served, amina: Member) -> dict[str, Any]:
    """Amina's browser, which she lets us wake."""
    wish = {"name": "Amina's laptop", "applicationServerKey": public_key()}
    made: dict[str, Any] = sandbox.request("POST", "/api/push/browsers", json=wish).json()
    endpoint, keys = checked_subscription(json.dumps(made).encode())
    actions.subscribe_browser(by=actor(amina), endpoint=endpoint, keys=keys, browser="Chrome")
    return made


def tell(member: Member, key: str) -> None:
    """Something happens with her money, and the push service is told."""
    with transaction.atomic():
        data = {"words": "a secret"}
        send(member_id=member.pk, template="tests/note", data=data, dedupe_key=key, kind=Kind.MONEY)
    hand_over_due(WebPush(), channel=Channel.PUSH)


def shown(sandbox: Served, browser: dict[str, Any]) -> list[dict[str, Any]]:
    notices: list[dict[str, Any]] = sandbox.request("GET", f"/api/push/browsers/{browser['token']}/notices").json()[
        "notices"
    ]
    return notices


def test_wakes_it_with_a_hint_that_tells_nothing(sandbox: Served, browser: dict[str, Any], amina: Member) -> None:
    tell(amina, "1")

    (notice,) = shown(sandbox, browser)
    said = json.loads(notice["body"])
    assert (said["title"], said["body"]) == ("Umoja", "Something happened with your money.")
    assert said["url"].endswith("/notifications/")
    assert notice["urgency"] == "high"
    assert Message.objects.get(channel="push").state == "sent"


@pytest.mark.parametrize("status", [404, 410])
def test_forgets_one_that_is_gone(sandbox: Served, browser: dict[str, Any], amina: Member, status: int) -> None:
    sandbox.request("PUT", f"/api/push/browsers/{browser['token']}", json={"gone_status": status})

    tell(amina, "1")
    tell(amina, "2")

    assert not PushSubscription.objects.exists()
    message = Message.objects.get(channel="push")
    assert (message.state, message.error_code) == ("failed", str(status))


def test_another_than_it_subscribed_to_wakes_nobody(
    sandbox: Served, browser: dict[str, Any], amina: Member, settings: Any
) -> None:
    stranger = SecretStr(waking.b64(bytes(31) + b"\x07"))
    settings.PAMOJA = settings.PAMOJA.model_copy(update={"vapid_private_key": stranger})

    tell(amina, "1")

    assert shown(sandbox, browser) == []
    assert Message.objects.get(channel="push").error_code == "403"


def test_the_service_takes_only_what_its_browser_can_open(sandbox: Served, browser: dict[str, Any]) -> None:
    key = waking.key_from(bytes(31) + b"\x07")
    other: dict[str, Any] = sandbox.request("POST", "/api/push/browsers", json={}).json()
    headers = {
        "Authorization": waking.identified(other["endpoint"], key, contact="mailto:ops@example.org", now_s=1),
        "Content-Encoding": "aes128gcm",
        "TTL": "60",
    }
    fresh = waking.identified(other["endpoint"], key, contact="mailto:ops@example.org", now_s=int(time.time()))
    mine = waking.sealed(b"hello", **other["keys"])
    with httpx.Client() as client:

        def post(content: bytes, **differs: str) -> int:
            said = {**headers, "Authorization": fresh, **differs}
            return client.post(other["endpoint"], content=content, headers=said).status_code

        assert client.post(other["endpoint"], content=mine, headers=headers).status_code == 403, "it has expired"
        assert post(mine, Authorization="") == 401
        assert post(mine, Authorization=fresh[:-4] + "AAAA") in (400, 401, 403)
        assert post(mine, TTL="") == 400
        assert post(waking.sealed(b"hello", **browser["keys"])) == 400, "sealed for another browser"
        assert post(mine) == 201
    assert [each["body"] for each in shown(sandbox, other)] == ["hello"]
