"""A browser is woken by a hint that only it can read, sent to a push service that is known."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from pamoja.kernel.messaging.errors import PushEndpointUnknown
from pamoja.kernel.messaging.rules import waking

# RFC 8291, appendix A.
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
BROWSER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95"
    "bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_seals_as_the_standard_does() -> None:
    sealed = waking.sealed(
        b"When I grow up, I want to be a watermelon",
        p256dh=BROWSER,
        auth=AUTH,
        sender=waking.key_from(waking.unb64(SENDER)),
        salt=waking.unb64(SALT),
    )

    assert waking.b64(sealed) == SEALED


def test_seals_anew_each_time() -> None:
    assert waking.sealed(b"x", p256dh=BROWSER, auth=AUTH) != waking.sealed(b"x", p256dh=BROWSER, auth=AUTH)


@pytest.mark.parametrize("p256dh", ["", "AAAA", BROWSER[:-4] + "AAAA", "not base64url!"])
def test_refuses_keys_that_are_none(p256dh: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the library words it differently for each
        waking.sealed(b"x", p256dh=p256dh, auth=AUTH)


def test_says_who_we_are_to_that_service_alone() -> None:
    key = waking.key_from(waking.unb64(SENDER))

    said = waking.identified("https://push.example:8443/a/b?c", key, contact="mailto:ops@example.org", now_s=1_000)

    token, _, public = said.removeprefix("vapid t=").partition(", k=")
    head, claims, signature = token.split(".")
    raw = waking.unb64(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key.public_key().verify(der, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
    assert json.loads(waking.unb64(claims)) == {
        "aud": "https://push.example:8443",
        "exp": 1_000 + 12 * 3600,
        "sub": "mailto:ops@example.org",
    }
    assert waking.unb64(public) == waking.public_bytes(key)


@pytest.mark.parametrize(
    ("endpoint", "is_known"),
    [
        ("https://fcm.googleapis.com/fcm/send/abc", True),
        ("https://wns2-par02p.notify.windows.com/w/?token=x", True),
        ("http://127.0.0.1:8900/push/1", True),  # named in the settings
        ("http://fcm.googleapis.com/fcm/send/abc", False),
        ("https://fcm.googleapis.com.evil.example/x", False),
        ("https://evilnotify.windows.com.example/x", False),
        ("https://fcm.googleapis.com:8080/x", False),
        ("https://me@fcm.googleapis.com/x", False),
        ("https://169.254.169.254/latest/meta-data", False),
        ("", False),
    ],
)
def test_calls_only_push_services_that_are_known(endpoint: str, is_known: bool) -> None:
    if is_known:
        waking.check_endpoint(endpoint, ["127.0.0.1"])
        return
    with pytest.raises(PushEndpointUnknown):
        waking.check_endpoint(endpoint, ["127.0.0.1"])


def test_a_subscription_is_checked_before_it_is_kept(settings: Any) -> None:
    from pamoja.kernel.messaging.providers.push import checked_subscription

    keys = {"p256dh": BROWSER, "auth": AUTH}
    good = {"endpoint": "https://fcm.googleapis.com/fcm/send/abc", "keys": keys}

    assert checked_subscription(json.dumps(good).encode())[0] == good["endpoint"]
    for bad in (b"", b"[]", b"{}", json.dumps(good | {"keys": {"p256dh": "x", "auth": "y"}}).encode()):
        with pytest.raises(PushEndpointUnknown):
            checked_subscription(bad)
