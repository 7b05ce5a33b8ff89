"""What an address looks like, and how much of it is shown."""

from __future__ import annotations

import re

from pamoja.kernel.messaging.errors import AddressUnusable

_WORD = r"[^@\s<>,;:\"\\\x00-\x1f\x7f]"
_ADDRESS = re.compile(rf"{_WORD}{{1,64}}@(?!\.)({_WORD}+)(?<!\.)")


def clean_address(text: str) -> str:
    """The address without blanks around it.

    Raises: AddressUnusable when it could not be one, or could smuggle a second one in.
    """
    address = text.strip()
    if len(address) > 254 or not _ADDRESS.fullmatch(address):
        raise AddressUnusable(field="email")
    return address


def bare_address(recipient: str) -> str:
    """`Amina <a@example.org>` → `a@example.org`; what is not written so stays as it is, to be judged as an address."""
    named = re.fullmatch(r"[^<>\n]*<([^<>]+)>\s*", recipient)
    return named.group(1) if named else recipient


# A number in E.164, or a business-scoped id such as `KE.1a2b3c`, by which WhatsApp names who hides their number.
_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_SCOPED_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9._-]{1,120}")


def clean_phone(text: str, *, may_be_id: bool = False) -> str:
    """The number in E.164, or with `may_be_id` a business-scoped id.

    Raises: AddressUnusable.
    """
    address = text.strip().removeprefix("whatsapp:")
    if _PHONE.fullmatch(address) or (may_be_id and _SCOPED_ID.fullmatch(address)):
        return address
    raise AddressUnusable(field="phone")


def masked(address: str) -> str:
    """Enough to recognise one's own address: `a…@example.org`, `+254…678`, `KE.1…`."""
    local, at, domain = address.partition("@")
    if at:
        return f"{local[:1]}…@{domain}"
    return f"{address[:4]}…{address[-3:]}" if address.startswith("+") else f"{address[:4]}…"
