"""Browsers' push services: a sealed hint that something happened, to whoever let us wake their browser."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from pamoja.foundation import tls
from pamoja.foundation.errors import ProviderFailure
from pamoja.kernel.communities.public import current_community, home_url
from pamoja.kernel.messaging.errors import PushEndpointUnknown
from pamoja.kernel.messaging.models import PushSubscription, community_if_entered
from pamoja.kernel.messaging.providers.carrying import HandOver, no_transaction
from pamoja.kernel.messaging.queries import reaching
from pamoja.kernel.messaging.queries.handing import Letter
from pamoja.kernel.messaging.rules import waking

TTL_S = 24 * 3600
ENDPOINT_MAX, BODY_BYTES_MAX = 1000, 4000
URGENCY = {"security": "high", "money": "high", "reminder": "normal"}


class WebPush:
    """Whatever push service a browser brought along. One after the other: each has a host of its own."""

    sender, a_second, at_once = "", 0.0, 1

    @contextmanager
    def connected(self) -> Iterator[HandOver]:
        no_transaction()
        community = current_community() if community_if_entered() else None
        face = {"title": community.name if community else "Pamoja", "home": home_url(community)}
        with httpx.Client(timeout=15.0, trust_env=False, verify=tls.trusted()) as client:
            yield lambda letter: _hand_over(client, letter, face)


def public_key() -> str:
    """What a browser is told to know us by; empty where this installation wakes nobody."""
    scalar = settings.PAMOJA.vapid_private_key.get_secret_value()
    return waking.b64(waking.public_bytes(_key(scalar))) if scalar else ""


def checked_subscription(body: bytes) -> tuple[str, str]:
    """The endpoint, and its keys as JSON, of what a browser sent.

    Raises: PushEndpointUnknown, also for what is no subscription.
    """
    try:
        said = json.loads(body[:BODY_BYTES_MAX])
        endpoint, keys = str(said["endpoint"]), said["keys"]
        p256dh, auth = str(keys["p256dh"]), str(keys["auth"])
        waking.sealed(b"", p256dh=p256dh, auth=auth)
    except (ValueError, KeyError, TypeError):
        raise PushEndpointUnknown(field="endpoint") from None
    if len(endpoint) > ENDPOINT_MAX:
        raise PushEndpointUnknown(field="endpoint")
    waking.check_endpoint(endpoint, settings.PAMOJA.push_hosts)
    return endpoint, json.dumps({"p256dh": p256dh, "auth": auth})


def _hand_over(client: httpx.Client, letter: Letter, face: dict[str, str]) -> str:
    config = settings.PAMOJA
    index = reaching.endpoint_index(letter.address)
    subscription = PushSubscription.objects.filter(endpoint_index=index).first()
    scalar = config.vapid_private_key.get_secret_value()
    if subscription is None or not scalar:
        raise ProviderFailure("nobody to wake any more", permanent=True, code="unsubscribed")
    waking.check_endpoint(letter.address, config.push_hosts)
    hint = {"title": face["title"], "body": letter.text, "tag": letter.id.hex, "url": f"{face['home']}notifications/"}
    contact = config.vapid_contact or config.base_url
    headers = {
        "Authorization": waking.identified(letter.address, _key(scalar), contact=contact, now_s=int(time.time())),
        "Content-Encoding": "aes128gcm",
        "TTL": str(TTL_S),
        "Urgency": URGENCY.get(letter.kind.value, "low"),
        # A second copy, after a crash, takes the place of one that still waits.
        "Topic": letter.id.hex[:32],
    }
    content = waking.sealed(json.dumps(hint).encode(), **json.loads(str(subscription.keys)))
    try:
        response = client.post(letter.address, content=content, headers=headers)
    except httpx.HTTPError as error:
        # Another browser's service may well be there.
        raise ProviderFailure(str(error), permanent=False, code=type(error).__name__) from error
    if response.is_success:
        return str(response.headers.get("Location") or urlsplit(letter.address).netloc)
    status = response.status_code
    is_passing = status == 429 or status >= 500
    raise ProviderFailure(f"status {status}", permanent=not is_passing, code=str(status))


@functools.lru_cache(maxsize=2)
def _key(scalar: str) -> ec.EllipticCurvePrivateKey:
    return waking.key_from(waking.unb64(scalar))
