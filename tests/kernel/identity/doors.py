"""Going through identity's doors as a browser or an app does: addresses, codes from mails, tokens."""

from __future__ import annotations

import re
from typing import Any

from django.core import mail
from django.test import Client

from tests.world import PASSWORD

HERE = "/c/umoja"
ELSEWHERE = "/c/harambee"

NEWCOMER = {
    "name": "Zawadi Njeri",
    "email": "zawadi@example.org",
    "phone": "0712 345 678",
    "password1": PASSWORD,
    "password2": PASSWORD,
    "terms": "on",
}
REGISTRATION = {
    "name": "Zawadi Njeri",
    "email": "zawadi@example.org",
    "phone": "0712 345 678",
    "password": PASSWORD,
    "password_confirmation": PASSWORD,
    "accept_terms": True,
}


def mailed_code() -> str:
    """The code in the newest mail."""
    found = re.search(r"\b(\d{6})\b", mail.outbox[-1].body)
    assert found, mail.outbox[-1].body
    return found[1]


class App:
    """A program that speaks to the API of a community."""

    def __init__(self, where: str = HERE, access_token: str = "") -> None:
        self.where = where
        self.access_token = access_token
        self.client = Client(headers={"Accept": "application/json"})

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The response; a body is sent as JSON."""
        headers = {"Authorization": f"Bearer {self.access_token}"} if self.access_token else {}
        return self.client.generic(
            method,
            f"{self.where}/api/v1{path}",
            data=b"" if body is None else _json(body),
            content_type="application/json",
            headers=headers,
        )

    def sign_in(self, email: str, password: str = PASSWORD) -> dict[str, Any]:
        """Tokens; the access token is used from here on."""
        response = self.call("POST", "/auth/login", {"email": email, "password": password})
        assert response.status_code == 200, response.content
        tokens: dict[str, Any] = response.json()
        self.access_token = tokens["access_token"]
        return tokens


def _json(body: Any) -> bytes:
    import json

    return json.dumps(body).encode()
