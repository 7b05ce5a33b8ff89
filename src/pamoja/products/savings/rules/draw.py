"""The draw of who receives when: committed to before anybody joins, and checked by whoever likes.

The recipe, in words that another program can follow:

1. The seed is 32 random bytes, written as 64 hexadecimal digits. Its commitment, published when the circle is made,
   is the SHA-256 of those digits.
2. The members' ids, written as UUIDs in small letters, are sorted.
3. They are shuffled (Fisher-Yates) from the last place to the second: for place `i` (counted from 0) a number from 0
   to `i` is drawn, and the members on the two places change seats.
4. The number for place `i` is the first of the numbers HMAC-SHA256(key = seed's digits, message = "i:0", "i:1", …),
   read as big-endian integers, that is below the largest multiple of `i + 1`; its remainder by `i + 1` is taken.
   So no place is favoured.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from uuid import UUID

SEED_BYTES = 32
_NUMBERS = 1 << 256


def commitment_of(seed: str) -> str:
    """What is published beforehand: it fixes the seed and gives nothing of it away."""
    return hashlib.sha256(seed.encode()).hexdigest()


def drawn_order(seed: str, member_ids: Iterable[UUID]) -> list[UUID]:
    """Who receives first, second…, by the recipe above."""
    order = sorted(member_ids, key=str)
    for place in range(len(order) - 1, 0, -1):
        other = _number(seed, place)
        order[place], order[other] = order[other], order[place]
    return order


def check_draw(commitment: str, seed: str, member_ids: Iterable[UUID], order: Sequence[UUID]) -> bool:
    """Whether the seed is the one committed to, and the order the one it gives."""
    return commitment_of(seed) == commitment and drawn_order(seed, member_ids) == list(order)


def _number(seed: str, place: int) -> int:
    choices = place + 1
    limit = _NUMBERS - _NUMBERS % choices
    attempt = 0
    while True:
        digest = hmac.new(seed.encode(), f"{place}:{attempt}".encode(), hashlib.sha256).digest()
        number = int.from_bytes(digest, "big")
        if number < limit:
            return number % choices
        attempt += 1
