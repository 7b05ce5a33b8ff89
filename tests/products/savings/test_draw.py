"""The draw of who receives when"""

import hashlib
from collections import Counter
from itertools import permutations
from uuid import UUID

import pytest

from pamoja.products.savings.rules import draw

MEMBERS = [UUID(int=number) for number in range(1, 6)]
SEED = "00" * 32


def test_gives_the_order_that_was_published() -> None:
    """Fixed for ever: whoever wrote a checker by the recipe relies on it."""
    order = draw.drawn_order(SEED, MEMBERS)

    assert [member.int for member in order] == PUBLISHED[SEED]
    assert [member.int for member in draw.drawn_order("ff" * 32, MEMBERS)] == PUBLISHED["ff" * 32]


PUBLISHED = {"00" * 32: [2, 1, 3, 5, 4], "ff" * 32: [5, 3, 4, 1, 2]}


def test_does_not_depend_on_the_order_of_asking() -> None:
    assert draw.drawn_order(SEED, reversed(MEMBERS)) == draw.drawn_order(SEED, MEMBERS)


def test_the_commitment_is_the_plain_hash_of_the_seed() -> None:
    assert draw.commitment_of(SEED) == hashlib.sha256(SEED.encode()).hexdigest()


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, True),
        ({"seed": "01" * 32}, False),
        ({"commitment": draw.commitment_of("01" * 32)}, False),
        ({"member_ids": MEMBERS[:4]}, False),
        ({"order": MEMBERS}, False),
    ],
)
def test_anybody_can_check_it(changed: dict[str, object], expected: bool) -> None:
    told = {
        "commitment": draw.commitment_of(SEED),
        "seed": SEED,
        "member_ids": MEMBERS,
        "order": draw.drawn_order(SEED, MEMBERS),
    }

    assert draw.check_draw(**(told | changed)) is expected  # type: ignore[arg-type]  # a table of changed fields


def test_favours_no_order() -> None:
    """Pearson's chi-square over all 24 orders of four members; 49.7 is passed by chance once in a thousand."""
    draws, members = 24_000, MEMBERS[:4]
    found = Counter(tuple(draw.drawn_order(f"{number:064x}", members)) for number in range(draws))

    expected = draws / 24
    chi_square = sum((found[order] - expected) ** 2 / expected for order in permutations(members))

    assert chi_square < 49.7
