"""Identifiers: UUIDv7 inside, prefixed and readable at every boundary."""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7

from pamoja.foundation.errors import Refusal

# Crockford's base 32: no i, l, o, u, so that a read-out id is not misheard.
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_LENGTH = 26


class MalformedId(Refusal):
    """This is not one of our {prefix} numbers."""

    code = "ids.malformed"
    kind = "not_found"


def new_id() -> UUID:
    """A fresh UUIDv7: it sorts by the time it was made."""
    return uuid7()


def public(prefix: str, identifier: UUID) -> str:
    """The form people and programs see: `circle_01jd…`."""
    number, digits = identifier.int, []
    for _ in range(_LENGTH):
        number, value = divmod(number, 32)
        digits.append(_DIGITS[value])
    return f"{prefix}_{''.join(reversed(digits))}"


def parse(prefix: str, text: str) -> UUID:
    """The UUID behind a public id.

    Raises: MalformedId when the prefix is another or the rest is no id.
    """
    head, _, tail = text.rpartition("_")
    tail = tail.lower()
    if head != prefix or len(tail) != _LENGTH or not set(tail) <= _VALUES.keys():
        raise MalformedId(prefix=prefix)
    number = 0
    for digit in tail:
        number = number * 32 + _VALUES[digit]
    if number >> 128:
        raise MalformedId(prefix=prefix)
    return UUID(int=number)
