"""Ids are UUIDv7 inside and prefixed words outside."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamoja.foundation import ids


@given(st.uuids())
def test_read_back_from_their_public_form(identifier: UUID) -> None:
    assert ids.parse("circle", ids.public("circle", identifier)) == identifier


def test_sort_by_the_time_they_were_made() -> None:
    made = [ids.new_id() for _ in range(100)]

    assert [identifier.version for identifier in made] == [7] * 100
    assert made == sorted(made)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "circle",
        "circle_",
        "card_" + "0" * 26,
        "circle_" + "0" * 25,
        "circle_" + "u" * 26,
        "circle_" + "z" * 26,
        "0" * 26,
        "circle_'; DROP TABLE circle",
    ],
)
def test_refuse_what_is_not_of_their_kind(text: str) -> None:
    with pytest.raises(ids.MalformedId):
        ids.parse("circle", text)
