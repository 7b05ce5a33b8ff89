"""A text message takes as many segments as its alphabet lets it."""

from __future__ import annotations

import pytest

from pamoja.kernel.messaging.rules.segments import segments_of


@pytest.mark.parametrize(
    ("text", "number", "units", "is_gsm"),
    [
        ("", 1, 0, True),
        ("a" * 160, 1, 160, True),
        ("a" * 161, 2, 161, True),
        ("a" * 306, 2, 306, True),
        ("a" * 307, 3, 307, True),
        ("€" * 80, 1, 160, True),
        ("€" * 81, 2, 162, True),
        ("KSh 5,000 [Umoja] ñ", 1, 21, True),
        ("ŵ" * 70, 1, 70, False),
        ("ŵ" * 71, 2, 71, False),
        ("ŵ" + "a" * 133, 2, 134, False),
        ("😀" * 35, 1, 70, False),
        ("😀" * 36, 2, 72, False),
    ],
)
def test_counts_as_the_network_does(text: str, number: int, units: int, is_gsm: bool) -> None:
    found = segments_of(text)

    assert (found.number, found.units, found.is_gsm) == (number, units, is_gsm)
