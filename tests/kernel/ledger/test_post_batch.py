"""Posting many entries in one call"""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from pamoja.foundation.errors import Refusal
from pamoja.kernel.ledger.public import (
    AccountId,
    Entry,
    InsufficientFunds,
    KeyReused,
    LinkedRefused,
    Posting,
    Transfer,
    post_batch,
)
from pamoja.kernel.ledger.queries.verifying import verify
from tests.kernel.ledger.cast import Books, shillings

Move = tuple[AccountId, AccountId, int]


def posting(key: str, *moves: Move, linked: bool = False) -> Posting:
    """One entry of a batch."""
    transfers = [Transfer(debit, credit, shillings(amount)) for debit, credit, amount in moves]
    return Posting(key=key, transfers=transfers, description=key, linked=linked)


def posted(*postings: Posting) -> list[Any]:
    """The answers: `posted`, `replayed` or the kind of refusal."""
    with transaction.atomic():
        answers = post_batch(postings)
    return [_word(answer) for answer in answers]


def _word(answer: Entry | Refusal) -> Any:
    if isinstance(answer, Refusal):
        return type(answer)
    return "replayed" if answer.replayed else "posted"


def test_gives_each_its_answer_and_sets_bad_ones_apart(books: Books) -> None:
    answers = posted(
        posting("in", (books.rail, books.asha, 100)),
        posting("too much", (books.asha, books.baraka, 101)),
        posting("over", (books.asha, books.baraka, 60)),
        posting("again too much", (books.asha, books.baraka, 41)),
        posting("rest", (books.asha, books.baraka, 40)),
    )

    assert answers == ["posted", InsufficientFunds, "posted", InsufficientFunds, "posted"]
    assert (books.posted(books.asha), books.posted(books.baraka)) == (0, 100)
    assert verify() == []


def test_checks_floors_step_by_step_in_order(books: Books) -> None:
    answers = posted(
        posting("out", (books.asha, books.baraka, 10)),
        posting("in", (books.rail, books.asha, 10)),
        posting("out now", (books.asha, books.baraka, 10)),
    )

    assert answers == [InsufficientFunds, "posted", "posted"]


def test_posts_a_chain_whole_or_not_at_all(books: Books) -> None:
    answers = posted(
        posting("a1", (books.rail, books.asha, 50), linked=True),
        posting("a2", (books.asha, books.baraka, 51), linked=True),
        posting("a3", (books.rail, books.baraka, 1)),
        posting("b1", (books.rail, books.asha, 50), linked=True),
        posting("b2", (books.asha, books.baraka, 50)),
    )

    assert answers == [LinkedRefused, InsufficientFunds, LinkedRefused, "posted", "posted"]
    assert (books.posted(books.asha), books.posted(books.baraka)) == (0, 50)
    assert verify() == []


def test_repeats_its_answers(books: Books) -> None:
    batch = [
        posting("in", (books.rail, books.asha, 100)),
        posting("too much", (books.asha, books.baraka, 101)),
        posting("c1", (books.asha, books.baraka, 60), linked=True),
        posting("c2", (books.baraka, books.asha, 10)),
    ]

    assert posted(*batch) == ["posted", InsufficientFunds, "posted", "posted"]
    books.fill(books.asha, 500)
    assert posted(*batch) == ["replayed", InsufficientFunds, "replayed", "replayed"]
    assert books.posted(books.asha) == 550


def test_answers_a_key_that_comes_twice_in_one_batch(books: Books) -> None:
    answers = posted(
        posting("in", (books.rail, books.asha, 100)),
        posting("in", (books.rail, books.asha, 100)),
        posting("in", (books.rail, books.asha, 200)),
        posting("poor", (books.asha, books.baraka, 101)),
        posting("poor", (books.asha, books.baraka, 101)),
    )

    assert answers == ["posted", "replayed", KeyReused, InsufficientFunds, InsufficientFunds]
    assert books.posted(books.asha) == 100


def test_refuses_a_chain_of_old_and_new(books: Books) -> None:
    posted(posting("old", (books.rail, books.asha, 1)))

    answers = posted(
        posting("new", (books.rail, books.asha, 10), linked=True),
        posting("old", (books.rail, books.asha, 1)),
    )

    assert answers == [LinkedRefused, KeyReused]
    assert posted(posting("new", (books.rail, books.asha, 10))) == ["posted"]


def test_keeps_notes_with_their_transfers(books: Books) -> None:
    from pamoja.foundation import clock
    from pamoja.kernel.ledger.public import statement

    with transaction.atomic():
        transfers = [
            Transfer(books.rail, books.asha, shillings(5)),
            Transfer(books.rail, books.asha, shillings(6), note="late fee"),
        ]
        post_batch([Posting(key="noted", transfers=transfers, description="two")])

    now = clock.now()
    lines = statement(books.asha, now.replace(year=now.year - 1), now.replace(year=now.year + 1)).lines
    assert [(line.amount_minor, line.note) for line in lines] == [(5, ""), (6, "late fee")]


def test_posts_thousands_at_once(books: Books, open_new: Callable[..., AccountId]) -> None:
    others = [open_new(f"member:{number}") for number in range(20)]
    batch = [posting(f"in {n}", (books.rail, others[n % 20], 10)) for n in range(2_000)]
    batch += [posting(f"over {n}", (others[n % 20], books.asha, 7)) for n in range(2_000)]

    answers = posted(*batch)

    assert answers == ["posted"] * 4_000
    assert books.posted(books.asha) == 14_000
    assert verify() == []


def test_takes_an_empty_batch(books: Books) -> None:
    assert posted() == []
