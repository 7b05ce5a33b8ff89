"""Posting an entry"""

from collections.abc import Callable

import pytest
from django.db import transaction

from pamoja.foundation.money import Money
from pamoja.kernel.ledger.public import (
    AccountId,
    AccountUnknown,
    AmountNotPositive,
    AmountTooLarge,
    CurrencyDiffers,
    InsufficientFunds,
    KeyReused,
    OneAccount,
    Transfer,
    post,
    trial_balance,
)
from tests.kernel.ledger.cast import Books, shillings


def test_moves_money_between_two_accounts(books: Books) -> None:
    books.fill(books.asha, 1_000)

    entry = books.move(books.asha, books.baraka, 300)

    assert not entry.replayed
    assert (books.posted(books.asha), books.posted(books.baraka), books.posted(books.rail)) == (700, 300, -1_000)
    assert trial_balance().balances


def test_refuses_to_go_below_the_floor_and_moves_nothing(books: Books) -> None:
    books.fill(books.asha, 1_000)

    with pytest.raises(InsufficientFunds, match="KSh 10 is available"):
        books.move(books.asha, books.baraka, 1_001)

    assert (books.posted(books.asha), books.posted(books.baraka)) == (1_000, 0)


def test_may_go_down_to_an_agreed_limit(books: Books, open_new: Callable[..., AccountId]) -> None:
    overdrawn = open_new("member:chiku", floor_minor=-500)

    books.move(overdrawn, books.asha, 500)

    with pytest.raises(InsufficientFunds):
        books.move(overdrawn, books.asha, 1)
    assert books.posted(overdrawn) == -500


def test_posts_several_transfers_in_order_or_none(books: Books) -> None:
    with transaction.atomic():
        post(
            key="round trip",
            description="in, over, back",
            transfers=[
                Transfer(books.rail, books.asha, shillings(100)),
                Transfer(books.asha, books.baraka, shillings(100)),
                Transfer(books.baraka, books.asha, shillings(40)),
            ],
        )
        with pytest.raises(InsufficientFunds):
            post(
                key="too early",
                description="spends before it comes in",
                transfers=[
                    Transfer(books.asha, books.baraka, shillings(41)),
                    Transfer(books.rail, books.asha, shillings(100)),
                ],
            )

    assert (books.posted(books.asha), books.posted(books.baraka), books.posted(books.rail)) == (40, 60, -100)


def test_answers_a_repeated_request_as_it_did_first(books: Books) -> None:
    first = books.move(books.rail, books.asha, 100, key="once")

    again = books.move(books.rail, books.asha, 100, key="once")

    assert again.replayed
    assert (again.id, again.posted_at) == (first.id, first.posted_at)
    assert books.posted(books.asha) == 100


def test_refuses_the_same_key_for_something_else(books: Books) -> None:
    books.move(books.rail, books.asha, 100, key="once")

    with pytest.raises(KeyReused):
        books.move(books.rail, books.asha, 101, key="once")
    with pytest.raises(KeyReused):
        books.move(books.rail, books.baraka, 100, key="once")

    assert books.posted(books.asha) == 100


def test_remembers_a_refusal_under_its_key(books: Books) -> None:
    asked = {"key": "poor", "transfers": [Transfer(books.asha, books.baraka, shillings(50))], "description": ""}
    with transaction.atomic():
        with pytest.raises(InsufficientFunds) as first:
            post(**asked)
        books.fill(books.asha, 1_000)
        with pytest.raises(InsufficientFunds) as again:
            post(**asked)

    assert first.value.data == again.value.data
    assert books.posted(books.asha) == 1_000


def test_forgets_a_refusal_with_the_transaction_that_asked(books: Books) -> None:
    with pytest.raises(InsufficientFunds), transaction.atomic():
        post(key="poor", transfers=[Transfer(books.asha, books.baraka, shillings(50))], description="")
    books.fill(books.asha, 1_000)

    books.move(books.asha, books.baraka, 50, key="poor")

    assert books.posted(books.asha) == 950


def test_refuses_what_is_wrong_in_itself_and_burns_no_key(books: Books, open_new: Callable[..., AccountId]) -> None:
    pounds = open_new("member:asha", currency="GBP")
    stranger = AccountId(pounds.__class__(int=7))
    rows = [
        (AmountNotPositive, Transfer(books.rail, books.asha, shillings(0))),
        (AmountNotPositive, Transfer(books.rail, books.asha, shillings(-5))),
        (AmountNotPositive, Transfer(books.rail, books.asha, shillings(-(10**30)))),
        (AmountTooLarge, Transfer(books.rail, books.asha, shillings(10**15 + 1))),
        (AmountTooLarge, Transfer(books.rail, books.asha, shillings(10**30))),
        (OneAccount, Transfer(books.asha, books.asha, shillings(5))),
        (AccountUnknown, Transfer(books.rail, stranger, shillings(5))),
        (AccountUnknown, Transfer(stranger, books.asha, shillings(5))),
        (CurrencyDiffers, Transfer(books.rail, pounds, shillings(5))),
        (CurrencyDiffers, Transfer(books.rail, books.asha, Money(5, "GBP"))),
    ]

    for refusal, transfer in rows:
        for transfers in ([transfer], [transfer, Transfer(books.rail, books.asha, shillings(1))]):
            with pytest.raises(refusal), transaction.atomic():
                post(key="wrong", transfers=transfers, description="")

    assert books.move(books.rail, books.asha, 5, key="wrong").replayed is False


def test_must_be_part_of_somebodys_transaction(books: Books) -> None:
    from django.db import connection

    depth, connection.in_atomic_block = connection.in_atomic_block, False
    try:
        with pytest.raises(RuntimeError, match="inside an action's transaction"):
            post(key="alone", transfers=[], description="")
    finally:
        connection.in_atomic_block = depth
