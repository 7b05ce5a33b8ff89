"""The gathering writer"""

import asyncio
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from pamoja.kernel.communities.public import entered
from pamoja.kernel.ledger.public import (
    AccountId,
    Entry,
    InsufficientFunds,
    LinkedRefused,
    Posting,
    Transfer,
    Writer,
    verify,
)
from tests.kernel.ledger.cast import Books, new_community, open_books, shillings


@pytest.fixture
def books(committed_books: Books) -> Books:
    return committed_books


@pytest.fixture
def url(books: Books, databases: Any) -> str:
    """The database of this module, as the role that may only use it."""
    from django.db import connection

    return str(databases.url(connection.settings_dict["NAME"], "pamoja_runtime"))


def entry(key: str, debit: AccountId, credit: AccountId, amount: int, *, linked: bool = False) -> Posting:
    """One entry of one transfer."""
    transfers = [Transfer(debit, credit, shillings(amount))]
    return Posting(key=key, transfers=transfers, description="", linked=linked)


def with_writer(url: str, story: Callable[[Writer], Any]) -> Any:
    """Run the story beside a writer."""

    async def run() -> Any:
        async with Writer(url) as writer:
            return await story(writer)

    return asyncio.run(run())


def test_posts_what_comes_together_as_few_batches(books: Books, url: str) -> None:
    async def story(writer: Writer) -> int:
        await asyncio.gather(*[writer.post(entry(f"k{n}", books.rail, books.asha, 3)) for n in range(900)])
        return writer.batches

    batches = with_writer(url, story)

    assert books.posted(books.asha) == 2_700
    assert batches <= 5
    assert verify() == []


def test_posts_what_comes_alone_at_once(books: Books, url: str) -> None:
    async def story(writer: Writer) -> tuple[int, float]:
        loop = asyncio.get_running_loop()
        await writer.post(entry("first", books.rail, books.asha, 3))
        begun = loop.time()
        for n in range(20):
            await writer.post(entry(f"k{n}", books.rail, books.asha, 3))
        return writer.batches, (loop.time() - begun) / 20

    batches, _ = with_writer(url, story)

    assert batches == 21


def test_gives_each_its_own_answer(books: Books, url: str) -> None:
    async def story(writer: Writer) -> list[Any]:
        return await asyncio.gather(
            writer.post(entry("in", books.rail, books.asha, 100)),
            writer.post(entry("too much", books.asha, books.baraka, 101)),
            writer.post(entry("in", books.rail, books.asha, 100)),
            writer.post_chain(
                [
                    entry("a", books.asha, books.baraka, 40, linked=True),
                    entry("b", books.asha, books.baraka, 61),
                ]
            ),
            return_exceptions=True,
        )

    posted, refused, replayed, chain = with_writer(url, story)

    assert (posted.replayed, type(refused), replayed.replayed) == (False, InsufficientFunds, True)
    assert [type(each) for each in chain] == [LinkedRefused, InsufficientFunds]
    assert books.posted(books.asha) == 100


def test_sets_apart_what_the_database_cannot_take(books: Books, url: str) -> None:
    async def story(writer: Writer) -> list[Any]:
        asked = [entry(f"k{n}" if n != 7 else "k" * 201, books.rail, books.asha, 1) for n in range(20)]
        return await asyncio.gather(*map(writer.post, asked), return_exceptions=True)

    answers = with_writer(url, story)

    assert sum(isinstance(each, Entry) for each in answers) == 19
    assert isinstance(answers[7], psycopg.errors.CheckViolation)


def test_remembers_a_refusal_for_good(books: Books, url: str) -> None:
    async def story(writer: Writer) -> None:
        await writer.post(entry("poor", books.asha, books.baraka, 5))

    with pytest.raises(InsufficientFunds):
        with_writer(url, story)
    books.fill(books.asha, 100)
    with pytest.raises(InsufficientFunds):
        with_writer(url, story)


def test_serves_several_communities(books: Books, url: str) -> None:
    other = new_community()
    with entered(other):
        theirs = open_books()

    async def in_community(writer: Writer, of: Books, count: int) -> None:
        await asyncio.gather(*[writer.post(entry(f"k{n}", of.rail, of.asha, 1)) for n in range(count)])

    async def story(writer: Writer) -> None:
        with entered_for_tasks(other):
            there = asyncio.create_task(in_community(writer, theirs, 30))
        here = asyncio.create_task(in_community(writer, books, 40))
        await asyncio.gather(there, here)

    with_writer(url, story)

    assert books.posted(books.asha) == 40
    with entered(other):
        assert theirs.posted(theirs.asha) == 30


def entered_for_tasks(community_id: Any) -> Any:
    """Enter without telling the synchronous connection."""
    from contextlib import contextmanager

    from pamoja.kernel.communities.models import entered_community

    @contextmanager
    def enter() -> Any:
        token = entered_community.set(community_id)
        try:
            yield
        finally:
            entered_community.reset(token)

    return enter()


def test_sends_again_what_a_dead_connection_left_unanswered(books: Books, url: str, databases: Any) -> None:
    async def story(writer: Writer) -> list[Entry]:
        await writer.post(entry("first", books.rail, books.asha, 1))
        with psycopg.connect(databases.superuser_url, autocommit=True) as session:
            session.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = %s AND pid <> pg_backend_pid() AND query LIKE '%%ledger_post_batch%%'",
                [url.rpartition("/")[2]],
            )
        return await asyncio.gather(*[writer.post(entry(f"k{n}", books.rail, books.asha, 1)) for n in range(10)])

    answers = with_writer(url, story)

    assert len(answers) == 10
    assert books.posted(books.asha) == 11
