"""A member's payment reference: short, easy to copy from a bank's letter, and found again in what people type."""

from __future__ import annotations

import re
import secrets

# Without letters and digits that look alike.
_SIGNS = "ACDEFGHJKLMNPQRTVWXY347"
_LETTERS = 6
_FORM = re.compile(rf"[{_SIGNS}]{{{_LETTERS + 1}}}")


def new_reference() -> str:
    """Six random signs and one that proves them."""
    body = "".join(secrets.choice(_SIGNS) for _ in range(_LETTERS))
    return body + _proof(body)


def references_in(text: str) -> list[str]:
    """Every well-formed reference in what somebody typed, whatever the case, spaces and dashes; each once."""
    typed = text.upper()
    found = []
    for compact in (typed, re.sub(r"[\s./_-]+", "", typed)):
        for start in range(len(compact) - _LETTERS):
            candidate = compact[start : start + _LETTERS + 1]
            if _FORM.fullmatch(candidate) and candidate[-1] == _proof(candidate[:-1]) and candidate not in found:
                found.append(candidate)
    return found


def spoken(reference: str) -> str:
    """As it is shown: `ACD-EFGH`."""
    return f"{reference[:3]}-{reference[3:]}"


def _proof(body: str) -> str:
    # The number of signs is prime and the weights differ: one wrong sign, or two swapped, are always noticed.
    weights = range(1, _LETTERS + 1)
    return _SIGNS[sum(weight * _SIGNS.index(sign) for weight, sign in zip(weights, body, strict=True)) % len(_SIGNS)]
