"""Speaks Stripe's HTTP: forms out, JSON in, one key a deed; says of every failure whether to try again.

Source: contract Stripe §1-§3. Nothing here logs a body, a key or a name.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from pamoja.foundation import tls
from pamoja.kernel.payments.errors import RailFailure

log = logging.getLogger(__name__)

VERSION = "2026-06-24.dahlia"
TIMEOUT = httpx.Timeout(connect=5, read=30, write=10, pool=10)
LIMITS = httpx.Limits(max_connections=16, keepalive_expiry=20)
UNREACHABLE, NOT_UNDERSTOOD = "unreachable", "not_understood"
"""Codes of failures after which nobody knows whether Stripe is done with what it was told."""
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
# Answers that say that nothing was carried out, and that it may be tried again.
_TURNED_AWAY = frozenset({"rate_limit", "lock_timeout", "idempotency_key_in_use"})


@dataclass(frozen=True)
class StripeAccount:
    """The merchant's account with Stripe."""

    base_url: str
    secret_key: str = field(repr=False)


class Declined(Exception):
    """The card or bank said no (402): an answer, not a failure. `error` is Stripe's own object."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(str(error.get("code")))
        self.error = error


class StripeHttp:
    """One connection pool for all threads of the process."""

    def __init__(self, account: StripeAccount) -> None:
        self._http = httpx.Client(
            base_url=account.base_url,
            timeout=TIMEOUT,
            limits=LIMITS,
            verify=tls.trusted(),
            headers={"Authorization": f"Bearer {account.secret_key}", "Stripe-Version": VERSION},
        )

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def post(self, path: str, form: Mapping[str, Any], *, key: str, on_account: str = "") -> dict[str, Any]:
        """Do something once for the key, with `on_account` as that connected account. Raises: RailFailure, Declined."""
        headers = {"Idempotency-Key": key, **_acting_as(on_account)}
        return self._send("POST", path, data=dict(flat(form)), headers=headers)

    def get(self, path: str, *, on_account: str = "", **parameters: Any) -> dict[str, Any]:
        """Look something up. Raises: RailFailure."""
        return self._send("GET", path, params=dict(flat(parameters)), headers=_acting_as(on_account))

    def listed(
        self, path: str, *, most: int = 10_000, on_account: str = "", **parameters: Any
    ) -> Iterator[dict[str, Any]]:
        """Every object of a list, newest first, page by page. Raises: RailFailure."""
        wanted: dict[str, Any] = {"limit": 100, **parameters}
        seen = 0
        while seen < most:
            page = self.get(path, on_account=on_account, **wanted)
            rows = page.get("data") or []
            yield from rows
            seen += len(rows)
            if not page.get("has_more") or not rows:
                return
            wanted["starting_after"] = rows[-1]["id"]

    def _send(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        began = time.perf_counter()
        try:
            response = self._http.request(method, path, **more)
        except httpx.HTTPError as error:
            raise RailFailure(
                f"Stripe could not be reached: {type(error).__name__}",
                permanent=False,
                may_have_happened=method == "POST" and not isinstance(error, _NEVER_LEFT),
                code=UNREACHABLE,
            ) from error
        took_ms = round((time.perf_counter() - began) * 1000)
        log.info("Stripe answered", extra={"path": path, "status": response.status_code, "duration_ms": took_ms})
        return _read(response, is_reading=method == "GET")


def flat(form: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Nested values as Stripe's forms write them: `items[0][price]`, `true`, `expand[0]`; None is left out."""
    for name, value in form.items():
        place = f"{prefix}[{name}]" if prefix else str(name)
        if isinstance(value, Mapping):
            yield from flat(value, place)
        elif isinstance(value, list | tuple):
            yield from flat({str(number): each for number, each in enumerate(value)}, place)
        elif isinstance(value, bool):
            yield place, "true" if value else "false"
        elif value is not None:
            yield place, str(value)


def _acting_as(account: str) -> dict[str, str]:
    return {"Stripe-Account": account} if account else {}


def _read(response: httpx.Response, *, is_reading: bool) -> dict[str, Any]:
    answer = _object(response)
    if response.is_success:
        if answer is None:
            raise _failure("no object", NOT_UNDERSTOOD, may_have_happened=not is_reading)
        return answer
    error = answer.get("error") if answer else None
    said: dict[str, Any] = error if isinstance(error, dict) else {}
    code, message = _text(said.get("code")), _text(said.get("message")) or f"HTTP {response.status_code}"
    if response.status_code == 402 and said:
        raise Declined(said)
    if code in _TURNED_AWAY or response.status_code in (409, 429):
        raise _failure(message, code or str(response.status_code))
    if response.is_client_error:
        raise _failure(message, code or str(response.status_code), permanent=True)
    # A server's error may come after the effect. One that Stripe itself put into words is its last word for the key.
    worded = code or (str(response.status_code) if said else NOT_UNDERSTOOD)
    raise _failure(message, worded, may_have_happened=not is_reading)


def _failure(message: str, code: str, *, permanent: bool = False, may_have_happened: bool = False) -> RailFailure:
    text = f"Stripe refused: {message}"[:300]
    return RailFailure(text, permanent=permanent, may_have_happened=may_have_happened, code=code)


def _object(response: httpx.Response) -> dict[str, Any] | None:
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _text(value: object) -> str:
    return value.replace("\0", "")[:200] if isinstance(value, str) else ""
