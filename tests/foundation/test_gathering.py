"""Many who ask at once are answered in batches, each with its own answer."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from pamoja.foundation.gathering import Gatherer

Answers = list[int | BaseException]


class Doubling:
    """Work that doubles, and remembers how large its batches were."""

    def __init__(self, *, trouble: Exception | None = None) -> None:
        self.sizes: list[int] = []
        self._trouble = trouble

    async def __call__(self, numbers: list[int]) -> list[int | Exception]:
        self.sizes.append(len(numbers))
        await asyncio.sleep(0)
        if self._trouble and 13 in numbers:
            raise self._trouble
        return [LookupError("zero") if number == 0 else 2 * number for number in numbers]


def asked(work: Doubling, numbers: list[int], **differs: int) -> Answers:
    async def story() -> Answers:
        gatherer = Gatherer[int, int](work, batch_max=differs.get("batch_max", 10))
        return list(await asyncio.gather(*(gatherer.ask(each) for each in numbers), return_exceptions=True))

    return asyncio.run(story())


def test_each_gets_its_own_answer_from_one_batch() -> None:
    work = Doubling()

    assert asked(work, [1, 2, 3]) == [2, 4, 6]
    assert work.sizes == [3]


def test_a_batch_is_never_larger_than_it_may_be() -> None:
    work = Doubling()

    assert asked(work, list(range(1, 8)), batch_max=3) == [2, 4, 6, 8, 10, 12, 14]
    assert work.sizes == [3, 3, 1]


def test_an_answer_that_is_an_exception_is_raised_to_whom_it_concerns() -> None:
    first, second = asked(Doubling(), [0, 5])

    assert isinstance(first, LookupError)
    assert second == 10


def test_one_that_cannot_be_taken_does_not_take_its_neighbours_along() -> None:
    work = Doubling(trouble=psycopg.DataError("a zero byte"))

    before, wrong, after = asked(work, [1, 13, 2])

    assert (before, after) == (2, 4)
    assert isinstance(wrong, psycopg.DataError)
    assert work.sizes == [3, 1, 1, 1]


def test_while_the_database_is_away_nobody_is_tried_alone() -> None:
    """Each would wait for a connection in vain, one after the other."""
    work = Doubling(trouble=psycopg.OperationalError("gone"))

    answers = asked(work, [1, 13, 2])

    assert [type(each) for each in answers] == [psycopg.OperationalError] * 3
    assert work.sizes == [3]


def test_who_went_away_is_no_trouble_for_the_others() -> None:
    async def story() -> int:
        gatherer = Gatherer[int, int](Doubling(), batch_max=10)
        leaving = asyncio.create_task(gatherer.ask(1))
        staying = asyncio.create_task(gatherer.ask(2))
        await asyncio.sleep(0)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        return await staying

    assert asyncio.run(story()) == 4


def test_who_asks_the_moment_the_last_was_answered_is_answered_too() -> None:
    async def story() -> list[int]:
        gatherer = Gatherer[int, int](Doubling(), batch_max=10)
        async with asyncio.timeout(1):
            return [await gatherer.ask(number) for number in (1, 2, 3)]

    assert asyncio.run(story()) == [2, 4, 6]
