"""Invitation codes: easy to read out, hard to guess, good for a while."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

# Without 0 O, 1 I L, 2 Z, 5 S, 8 B, U V: what is misread or misheard.
ALPHABET = "34679ACDEFGHJKMNPQRTWXY"
CODE_LENGTH = 8
DAYS_MAX = 90
USES_MAX = 100
_WRITTEN = re.compile(rf"[{ALPHABET}]{{{CODE_LENGTH}}}")


def new_code() -> str:
    """A fresh code, one of 78 thousand million."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def read_code(typed: str) -> str | None:
    """The code as stored, of what a person typed with spaces, hyphens or small letters; None when it cannot be one."""
    code = re.sub(r"[\s-]", "", typed).upper()
    return code if _WRITTEN.fullmatch(code) else None


def shown_code(code: str) -> str:
    """As it is shown: `K7QM-XW3P`."""
    return f"{code[:4]}-{code[4:]}"


def expires_at(now: datetime, days: int) -> datetime:
    """When an invitation made now ends."""
    return now + timedelta(days=days)
