"""Whether a webhook was signed by who holds the secret, a short while ago. Source: contract Stripe §5."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass

TOLERANCE_S = 300

_MARK = re.compile(r"[0-9a-f]{64}")


def sign(secret: str, body: bytes, at: int) -> str:
    """The header that a genuine sender gives."""
    return f"t={at},v1={_mark(secret, str(at), body)}"


@dataclass(frozen=True)
class Signature:
    """What a header says: when these bytes were signed, and marks of which one must be right."""

    at: str
    marks: list[bytes]

    def is_of(self, body: bytes, secrets: Sequence[str]) -> bool:
        """Whether any mark is made with one of the secrets, for these bytes.

        Several secrets hold while one replaces another. Every pair is compared in full, each in constant time, so that
        neither the place nor the length of a match shows in the time it takes.
        """
        found = False
        for secret in secrets:
            wanted = _mark(secret, self.at, body).encode()
            for mark in self.marks:
                found |= hmac.compare_digest(mark, wanted)
        return found


def signature(header: str, *, now: int, tolerance_s: int = TOLERANCE_S) -> Signature | None:
    """The signature that a header may bear; None when it has not the form of one made near now.

    That is all that can be told without a secret.
    """
    at, marks = _read(header)
    return Signature(at, marks) if at and marks and abs(now - int(at)) <= tolerance_s else None


def is_genuine(header: str, body: bytes, secrets: Sequence[str], *, now: int, tolerance_s: int = TOLERANCE_S) -> bool:
    """Whether any `v1` of the header is made with one of the secrets, for these bytes, near now."""
    found = signature(header, now=now, tolerance_s=tolerance_s)
    return found is not None and found.is_of(body, secrets)


def _read(header: str) -> tuple[str, list[bytes]]:
    """The stamp, empty when it is none, and the marks that have the form of one."""
    at, marks = "", []
    for part in header.split(",")[:20]:
        name, _, value = part.strip().partition("=")
        if name == "t":
            at = value
        elif name == "v1" and _MARK.fullmatch(value):
            marks.append(value.encode())
    return (at if at.isascii() and at.isdigit() and len(at) < 13 else ""), marks


def _mark(secret: str, at: str, body: bytes) -> str:
    return hmac.digest(secret.encode(), at.encode() + b"." + body, "sha256").hex()
