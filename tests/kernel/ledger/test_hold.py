"""Holding money"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from pamoja.kernel.ledger.models import Hold
from pamoja.kernel.ledger.public import (
    AccountId,
    AccountWithoutFloor,
    AmountNotPositive,
    AmountTooLarge,
    HoldEnded,
    HoldExceeded,
    HoldId,
    HoldUnknown,
    InsufficientFunds,
    KeyReused,
    capture,
    expire_holds,
    hold,
    release,
)
from pamoja.kernel.ledger.queries.verifying import verify
from tests.kernel.ledger.cast import Books, shillings


@pytest.fixture
def held(books: Books, clock: Any) -> HoldId:
    """Of Asha's 1,000, 600 are held for an hour."""
    books.fill(books.asha, 1_000)
    with transaction.atomic():
        return hold(
            key="hold",
            account=books.asha,
            amount=shillings(600),
            expires_at=clock.now + timedelta(hours=1),
            description="",
        )


def take(key: str, hold_id: HoldId, credit: AccountId, amount: int | None = None) -> Any:
    """Capture in a transaction of its own."""
    with transaction.atomic():
        money = None if amount is None else shillings(amount)
        return capture(key=key, hold_id=hold_id, credit=credit, amount=money)


def test_keeps_it_from_being_spent_but_does_not_move_it(books: Books, held: HoldId) -> None:
    assert (books.posted(books.asha), books.available(books.asha)) == (1_000, 400)

    with pytest.raises(InsufficientFunds):
        books.move(books.asha, books.baraka, 401)
    books.move(books.asha, books.baraka, 400)

    assert books.available(books.asha) == 0


def test_refuses_more_than_is_available(books: Books, held: HoldId) -> None:
    with pytest.raises(InsufficientFunds), transaction.atomic():
        hold(key="more", account=books.asha, amount=shillings(401), expires_at=None, description="")

    assert books.available(books.asha) == 400


def test_refuses_an_account_without_a_floor(books: Books) -> None:
    with pytest.raises(AccountWithoutFloor), transaction.atomic():
        hold(key="rail", account=books.rail, amount=shillings(1), expires_at=None, description="")


def test_answers_a_repeated_request_as_it_did_first(books: Books, held: HoldId, clock: Any) -> None:
    same = {"key": "hold", "account": books.asha, "expires_at": clock.now + timedelta(hours=1), "description": ""}

    with transaction.atomic():
        again = hold(amount=shillings(600), **same)

    assert again == held
    assert books.available(books.asha) == 400
    with pytest.raises(KeyReused), transaction.atomic():
        hold(amount=shillings(599), **same)


def test_is_captured_in_parts_up_to_its_amount(books: Books, held: HoldId) -> None:
    take("part one", held, books.baraka, 250)
    assert (books.posted(books.asha), books.available(books.asha)) == (750, 400)

    take("part two", held, books.baraka, 250)
    with pytest.raises(HoldExceeded, match="KSh 1 is left"):
        take("too much", held, books.baraka, 101)
    take("the rest", held, books.baraka)

    assert (books.posted(books.asha), books.posted(books.baraka)) == (400, 600)
    assert Hold.objects.get().state == "captured"
    with pytest.raises(HoldEnded, match="captured"):
        take("once more", held, books.baraka, 1)
    assert verify() == []


def test_capture_is_repeated_safely(books: Books, held: HoldId) -> None:
    first = take("part", held, books.rail, 250)

    again = take("part", held, books.rail, 250)

    assert (again.id, again.posted_at, again.replayed) == (first.id, first.posted_at, True)
    assert books.posted(books.asha) == 750
    with pytest.raises(KeyReused):
        take("part", held, books.rail, 251)


def test_capture_posts_what_was_held_whatever_the_balance_is_now(
    books: Books, held: HoldId, open_new: Callable[..., AccountId]
) -> None:
    books.move(books.asha, books.baraka, 400)

    take("all", held, open_new("member:chiku"))

    assert (books.posted(books.asha), books.available(books.asha)) == (0, 0)


def test_release_gives_back_what_is_left(books: Books, held: HoldId) -> None:
    take("part", held, books.baraka, 100)

    with transaction.atomic():
        release(key="let go", hold_id=held)
        release(key="let go", hold_id=held)
        with pytest.raises(HoldEnded, match="released"):
            release(key="let go again", hold_id=held)

    assert (books.posted(books.asha), books.available(books.asha)) == (900, 900)
    assert verify() == []


def test_expires_at_its_time(books: Books, held: HoldId, clock: Any) -> None:
    clock.turn_by(minutes=59)
    with transaction.atomic():
        assert expire_holds() == 0
    clock.turn_by(minutes=1)

    with pytest.raises(HoldEnded, match="expired"):
        take("late", held, books.baraka)
    with transaction.atomic():
        assert (expire_holds(), expire_holds()) == (1, 0)

    assert books.available(books.asha) == 1_000
    assert Hold.objects.get().state == "expired"
    assert verify() == []


def test_refuses_what_is_wrong_in_itself(books: Books, held: HoldId) -> None:
    with pytest.raises(AmountNotPositive):
        take("nothing", held, books.baraka, 0)
    with pytest.raises(HoldUnknown):
        take("nobody's", HoldId(books.asha), books.baraka)
    with pytest.raises(HoldUnknown), transaction.atomic():
        release(key="nobody's", hold_id=HoldId(books.asha))
    with pytest.raises(AmountNotPositive), transaction.atomic():
        hold(key="none", account=books.asha, amount=shillings(0), expires_at=None, description="")
    with pytest.raises(AmountTooLarge), transaction.atomic():
        hold(key="all", account=books.asha, amount=shillings(10**30), expires_at=None, description="")

    assert books.available(books.asha) == 400
