"""A list is read in pages of bounded size."""

import pytest

from pamoja.foundation.paging import SIZE_MAX, page_of


def test_gives_the_page_asked_for() -> None:
    page = page_of(range(45), 3, size=20)

    assert (list(page.items), page.pages, page.has_previous, page.has_next) == ([40, 41, 42, 43, 44], 3, True, False)


@pytest.mark.parametrize("number", [None, "", "x", "-1", 0, "1e5", "1 OR 1=1"])
def test_reads_nonsense_as_the_first_page(number: object) -> None:
    assert page_of(range(5), number, size=2).number == 1


def test_stops_at_the_last_page() -> None:
    assert page_of(range(5), 10**24, size=2).number == 3


def test_has_one_empty_page_when_there_is_nothing() -> None:
    page = page_of([], 1)

    assert (page.items, page.pages, page.has_next) == ([], 1, False)


def test_never_gives_more_than_the_limit() -> None:
    assert len(page_of(range(1000), 1, size=10_000).items) == SIZE_MAX
