"""A webhook's signature is believed when Twilio made it, and only then"""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

VECTOR = {
    **dict.fromkeys(("MessageSid", "SmsMessageSid", "SmsSid"), "SM00000000000000000000000000000001"),
    "AccountSid": "AC00000000000000000000000000000001",
    "ApiVersion": "2010-04-01",
    "Body": "Habari 👋 A & B",
    "From": "whatsapp:+254712345678",
    "MessageType": "text",
    "NumMedia": "0",
    "NumSegments": "1",
    "ProfileName": "Amina Ńjeri",
    "ReferralNumMedia": "0",
    "SmsStatus": "received",
    "To": "whatsapp:+14155238886",
    "WaId": "254712345678",
}
CALL = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}
OURS = "sandbox-auth-token"


def believed(monkeypatch: pytest.MonkeyPatch, token: str, url: str, fields: Any, signature: str) -> bool:
    from django.conf import settings

    from pamoja.kernel.messaging.hotpath.twilio import is_signed

    monkeypatch.setattr(settings.PAMOJA, "twilio_auth_token", SecretStr(token))
    return is_signed(url, fields, signature)


@pytest.mark.parametrize(
    ("token", "url", "fields", "signature"),
    [
        ("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", CALL.items(), "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("12345", "https://mycompany.com:443/myapp.php?foo=1&bar=2", CALL.items(), "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (
            "12345",
            "https://mycompany.com/myapp.php?foo=1&bar=2",
            [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")],
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
        (OURS, "https://learn.example.org/webhooks/twilio/inbound", VECTOR.items(), "CR+T4HWXHI4XJUmlMMaY2kV4hK4="),
        (OURS, "http://127.0.0.1:8000/webhooks/twilio/inbound", VECTOR.items(), "kXKq4HVkCDLcJ5Q4BuTPq/kuvo0="),
    ],
)
def test_a_good_one_is_believed(
    monkeypatch: pytest.MonkeyPatch, token: str, url: str, fields: Any, signature: str
) -> None:
    assert believed(monkeypatch, token, url, fields, signature)


@pytest.mark.parametrize(
    ("token", "url", "signature"),
    [
        ("12346", "https://mycompany.com/myapp.php?foo=1&bar=2", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("12345", "https://mycompany.com/myapp.php?foo=1&bar=3", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", ""),
        ("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", "é"),
        ("", "https://mycompany.com/myapp.php?foo=1&bar=2", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    ],
)
def test_any_other_is_not(monkeypatch: pytest.MonkeyPatch, token: str, url: str, signature: str) -> None:
    assert not believed(monkeypatch, token, url, CALL.items(), signature)


def test_a_changed_field_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "https://learn.example.org/webhooks/twilio/inbound"

    assert not believed(monkeypatch, OURS, url, (VECTOR | {"Body": "Pay"}).items(), "CR+T4HWXHI4XJUmlMMaY2kV4hK4=")


def knock(path: str, **parts: Any) -> int:
    """What the hot path by itself answers; nothing here gets as far as the database."""
    from starlette.applications import Starlette

    from pamoja.kernel.messaging.hotpath import routes

    async def asked() -> int:
        transport = httpx.ASGITransport(Starlette(routes=routes))
        async with httpx.AsyncClient(transport=transport, base_url="http://pamoja.test") as client:
            return (await client.post(path, **parts)).status_code

    return asyncio.run(asked())


@pytest.mark.parametrize("path", ["/hooks/twilio/inbound/umoja", "/hooks/twilio/status/umoja?m=1"])
@pytest.mark.parametrize("signature", [{}, {"X-Twilio-Signature": "bm90IHR3aWxpbw=="}])
def test_the_door_stays_shut_without_one(path: str, signature: dict[str, str]) -> None:
    assert knock(path, data=VECTOR, headers=signature) == 403


@pytest.mark.parametrize(("body", "status"), [(b"", 400), (b"\xff=1", 400), (b"Body=" + b"x" * 70_000, 413)])
def test_what_is_no_form_is_refused(body: bytes, status: int) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}

    assert knock("/hooks/twilio/inbound/umoja", content=body, headers=kind) == status
