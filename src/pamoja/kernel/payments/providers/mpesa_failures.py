"""Reads Daraja's refusals: whether to try again, and whether something may have happened all the same.

Source: contract M-PESA §1, §3.1.
"""

from __future__ import annotations

from typing import Any

import httpx

from pamoja.kernel.payments.errors import RailFailure

_TOKEN_REFUSED = frozenset({"401.002.01", "404.001.03", "400.003.01"})
# The gateway turned the request away before anything happened.
_TURNED_AWAY = frozenset({"429", "500.003.02", "500.003.03"})


def is_token_refusal(response: httpx.Response) -> bool:
    """Whether the access token is refused; a fresh one may be taken, and the request sent once more."""
    return response.status_code in (400, 401, 404) and _envelope(response)[0] in _TOKEN_REFUSED


def failure_in(response: httpx.Response) -> RailFailure | None:
    """The failure that an answer means; None when it is an accepted one."""
    code, message = _envelope(response)
    if response.status_code == httpx.codes.OK:
        return None if _object(response) is not None else _failure("no object", code, may_have_happened=True)
    if code == "500.001.1001":
        return _overloaded(message)
    if code == "500.002.1001" and "duplicate" in message.lower():
        return _failure(message, "duplicate", permanent=True)
    if code in _TURNED_AWAY or code in _TOKEN_REFUSED or response.status_code == httpx.codes.TOO_MANY_REQUESTS:
        return _failure(message, code or "429")
    if response.is_client_error:
        return _failure(message, code or str(response.status_code), permanent=True)
    # A proxy's error page, an internal error: it may have come after the effect.
    return _failure(message, code or str(response.status_code), may_have_happened=True)


def _overloaded(message: str) -> RailFailure:
    """One code, three meanings: read the message."""
    said = message.lower()
    if "being processed" in said:
        return _failure(message, "being_processed")
    if "lock subscriber" in said or "already in process" in said:
        return _failure(message, "1001")
    if "credentials" in said or "merchant does not exist" in said:
        return _failure(message, "500.001.1001", permanent=True)
    return _failure(message, "500.001.1001", may_have_happened=True)


def _failure(message: str, code: str, *, permanent: bool = False, may_have_happened: bool = False) -> RailFailure:
    text = f"M-PESA refused: {message}"[:300]
    return RailFailure(text, permanent=permanent, may_have_happened=may_have_happened, code=code)


def _envelope(response: httpx.Response) -> tuple[str, str]:
    answer = _object(response) or {}
    said = (str(answer.get(name) or "").replace("\0", "")[:200] for name in ("errorCode", "errorMessage"))
    code, message = said
    return code.strip(), message or f"HTTP {response.status_code}"


def _object(response: httpx.Response) -> dict[str, Any] | None:
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None
