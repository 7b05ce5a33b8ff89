"""Names things as Twilio does: two letters for the kind, 32 hexadecimal digits."""

import re
import secrets

_SID = re.compile(r"[A-Z]{2}[0-9a-f]{32}")


def new_sid(kind: str) -> str:
    return kind + secrets.token_hex(16)


def is_sid(text: str, kind: str) -> bool:
    return text.startswith(kind) and _SID.fullmatch(kind + text[2:].lower()) is not None
