"""Reversing an entry"""

import pytest
from django.db import transaction

from pamoja.kernel.ledger.public import (
    AlreadyReversed,
    Entry,
    EntryId,
    EntryUnknown,
    InsufficientFunds,
    KeyReused,
    Transfer,
    hold,
    post,
    reverse,
)
from pamoja.kernel.ledger.queries.verifying import verify
from tests.kernel.ledger.cast import Books, shillings


def undo(entry_id: EntryId, key: str) -> Entry:
    """Reverse in a transaction of its own."""
    with transaction.atomic():
        return reverse(key=key, entry_id=entry_id, description="undone")


def test_posts_the_opposite_of_all_its_transfers(books: Books) -> None:
    books.fill(books.asha, 500)
    with transaction.atomic():
        transfers = [
            Transfer(books.asha, books.baraka, shillings(300)),
            Transfer(books.baraka, books.asha, shillings(100)),
        ]
        entry = post(key="two", transfers=transfers, description="")

    undo(entry.id, "undo")

    assert (books.posted(books.asha), books.posted(books.baraka)) == (500, 0)
    assert verify() == []


def test_happens_once(books: Books) -> None:
    entry = books.fill(books.asha, 500)
    first = undo(entry.id, "undo")

    again = undo(entry.id, "undo")

    assert (again.id, again.replayed) == (first.id, True)
    with pytest.raises(AlreadyReversed):
        undo(entry.id, "undo once more")
    assert books.posted(books.asha) == 0


def test_may_itself_be_reversed(books: Books) -> None:
    entry = books.fill(books.asha, 500)

    undo(undo(entry.id, "undo").id, "redo")

    assert books.posted(books.asha) == 500
    assert verify() == []


def test_refuses_when_the_money_is_gone(books: Books) -> None:
    entry = books.fill(books.asha, 500)
    books.move(books.asha, books.baraka, 1)

    with pytest.raises(InsufficientFunds):
        undo(entry.id, "undo")

    assert books.posted(books.asha) == 499


def test_refuses_what_moved_nothing(books: Books) -> None:
    books.fill(books.asha, 500)
    with transaction.atomic():
        held = hold(key="h", account=books.asha, amount=shillings(5), expires_at=None, description="")

    for unknown in (EntryId(held), EntryId(books.asha)):
        with pytest.raises(EntryUnknown):
            undo(unknown, "undo")


def test_refuses_a_key_of_something_else(books: Books) -> None:
    first, second = books.fill(books.asha, 500), books.fill(books.asha, 500)
    undo(first.id, "undo")

    with pytest.raises(KeyReused):
        undo(second.id, "undo")
    with pytest.raises(KeyReused):
        books.move(books.asha, books.rail, 500, key="undo")
