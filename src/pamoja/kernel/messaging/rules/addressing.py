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


def masked(address: str) -> str:
    """Enough to recognise one's own address: `a…@example.org`."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}…@{domain}"
