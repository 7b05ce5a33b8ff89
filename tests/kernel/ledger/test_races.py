"""When two come at once"""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import transaction

from pamoja.foundation import clock
from pamoja.kernel.ledger.actions.keeping import roll_up
from pamoja.kernel.ledger.public import (
    AccountDiffers,
    AccountId,
    AlreadyReversed,
    Entry,
    HoldEnded,
    HoldExceeded,
    HoldId,
    InsufficientFunds,
    KeyReused,
    Posting,
    Transfer,
    capture,
    expire_holds,
    hold,
    open_account,
    post,
    post_batch,
    release,
    reverse,
    trial_balance,
)
from pamoja.kernel.ledger.queries.verifying import verify
from tests.kernel.ledger.cast import Books, shillings
from tests.kernel.ledger.racing import all_at_once, committed, one_inside_the_other, storm


@pytest.fixture
def books(committed_books: Books) -> Iterator[Books]:
    """Whatever raced, the books are true in the end."""
    yield committed_books
    assert verify() == []


def pay(debit: AccountId, credit: AccountId, amount: int, key: str) -> Callable[[], Entry]:
    """A deed: post one transfer."""
    return lambda: post(key=key, transfers=[Transfer(debit, credit, shillings(amount))], description="")


def kinds(answers: Any) -> list[str]:
    """What each was told, sorted."""
    return sorted(
        ("replayed" if each.replayed else "posted") if isinstance(each, Entry) else type(each).__name__
        for each in answers
    )


@pytest.fixture
def held(books: Books) -> HoldId:
    """100 of Asha's 100, for an hour."""
    books.fill(books.asha, 100)
    expires_at = clock.now() + timedelta(hours=1)
    return committed(
        lambda: hold(key="hold", account=books.asha, amount=shillings(100), expires_at=expires_at, description="")
    )


def test_the_same_request_posts_once(books: Books) -> None:
    answers = all_at_once(*[pay(books.rail, books.asha, 100, "once")] * 6)

    assert kinds(answers) == ["posted"] + ["replayed"] * 5
    assert len({(each.id, each.posted_at) for each in answers}) == 1
    assert books.posted(books.asha) == 100


def test_the_second_waits_for_the_first_answer(books: Books) -> None:
    same = pay(books.rail, books.asha, 100, "once")

    first, second, waited = one_inside_the_other(same, same)

    assert (waited, second.replayed, second.id) == (True, True, first.id)


def test_one_key_for_two_requests_serves_one(books: Books) -> None:
    answers = all_at_once(pay(books.rail, books.asha, 100, "k"), pay(books.rail, books.baraka, 100, "k"))

    assert kinds(answers) == ["KeyReused", "posted"]
    assert books.posted(books.rail) == -100


def test_a_key_whose_first_request_was_rolled_back_is_fresh(books: Books) -> None:
    same = pay(books.rail, books.asha, 100, "once")

    _, second, waited = one_inside_the_other(same, same, rolls_back=True)

    assert (waited, second.replayed, books.posted(books.asha)) == (True, False, 100)


def test_a_refusal_is_given_once_and_repeated(books: Books) -> None:
    poor = pay(books.asha, books.baraka, 1, "poor")

    first, second, _ = one_inside_the_other(poor, poor)

    assert (type(first), first.data) == (InsufficientFunds, second.data)


def test_the_last_shilling_is_spent_once(books: Books) -> None:
    books.fill(books.asha, 100)

    answers = all_at_once(*[pay(books.asha, books.baraka, 60, f"pay {number}") for number in range(6)])

    assert kinds(answers) == ["InsufficientFunds"] * 5 + ["posted"]
    assert books.posted(books.asha) == 40


@pytest.mark.parametrize("turned", [False, True], ids=["the debit is locked first", "the credit is locked first"])
def test_who_is_too_late_leaves_no_trace(books: Books, turned: bool) -> None:
    """Both looked while there was enough; the second has changed one account when it learns that there is no more."""
    giver, taker = sorted([books.asha, books.baraka], reverse=turned)
    books.fill(giver, 100)

    first, second, waited = one_inside_the_other(pay(giver, books.rail, 80, "first"), pay(giver, taker, 80, "second"))

    assert waited
    assert kinds([first, second]) == ["InsufficientFunds", "posted"]
    assert second.data["available"] == shillings(20)
    assert (books.posted(giver), books.posted(taker)) == (20, 0)


def test_who_comes_second_with_a_key_leaves_no_trace(books: Books) -> None:
    """Two bodies under one key over different accounts: nobody waits for an account, only for the key."""
    books.fill(books.asha, 100)
    books.fill(books.baraka, 100)

    first, second, waited = one_inside_the_other(
        pay(books.asha, books.rail, 80, "one key"), pay(books.baraka, books.rail, 80, "one key")
    )

    assert waited
    assert kinds([first, second]) == ["KeyReused", "posted"]
    assert (books.posted(books.asha), books.posted(books.baraka)) == (20, 100)


def test_an_entry_is_as_late_as_the_latest_of_its_accounts(books: Books, clock: Any) -> None:
    """The first account was changed already when the second turned out to have moved at a later moment."""
    first_locked, last_locked = sorted([books.asha, books.baraka])
    books.fill(first_locked, 100)
    earlier = clock.now

    def later() -> Entry:
        clock.turn_by(hours=1)
        try:
            return pay(books.rail, last_locked, 1, "later")()
        finally:
            clock.turn_by(hours=-1)

    ahead, behind, waited = one_inside_the_other(later, pay(first_locked, last_locked, 5, "behind"))

    assert waited
    assert behind.posted_at == ahead.posted_at > earlier


def test_money_is_spent_or_held_not_both(books: Books) -> None:
    books.fill(books.asha, 100)

    answers = all_at_once(
        pay(books.asha, books.baraka, 80, "pay"),
        lambda: hold(key="h", account=books.asha, amount=shillings(80), expires_at=None, description=""),
    )

    assert sum(isinstance(each, InsufficientFunds) for each in answers) == 1


def test_opposite_transfers_do_not_deadlock(books: Books) -> None:
    books.fill(books.asha, 1_000)
    books.fill(books.baraka, 1_000)
    number = count()

    def many(debit: AccountId, credit: AccountId) -> Callable[[], int]:
        keys = [f"{next(number)}" for _ in range(40)]

        def deed() -> int:
            for key in keys:
                with transaction.atomic():
                    pay(debit, credit, 1, key)()
            return len(keys)

        return deed

    there, back = many(books.asha, books.baraka), many(books.baraka, books.asha)
    more_there, more_back = many(books.asha, books.baraka), many(books.baraka, books.asha)

    answers = storm(there, back, more_there, more_back)

    assert answers == [40] * 4
    assert (books.posted(books.asha), books.posted(books.baraka)) == (1_000, 1_000)


def test_batches_over_the_same_accounts_do_not_deadlock(books: Books, open_new: Callable[..., AccountId]) -> None:
    accounts = [open_new(f"member:{number}") for number in range(8)]
    for account in accounts:
        books.fill(account, 1_000)

    def batch(name: str, order: list[AccountId]) -> Callable[[], Any]:
        pairs = list(zip(order, order[1:] + order[:1], strict=True))
        postings = [
            Posting(key=f"{name} {n}", transfers=[Transfer(debit, credit, shillings(1))], description="")
            for n, (debit, credit) in enumerate(pairs * 10)
        ]
        return lambda: post_batch(postings)

    answers = all_at_once(
        batch("up", accounts),
        batch("down", accounts[::-1]),
        batch("odd", accounts[::2] + accounts[1::2]),
        batch("up again", accounts),
    )

    assert [kinds(each) for each in answers] == [["posted"] * 80] * 4
    assert {books.posted(account) for account in accounts} == {1_000}


def test_a_batch_and_a_single_with_one_key_post_once(books: Books) -> None:
    transfers = [Transfer(books.rail, books.asha, shillings(5))]
    batch = [Posting(key=f"k{n}", transfers=transfers, description="") for n in range(20)]

    for key in ("k0", "k10", "k19"):
        single, many, waited = one_inside_the_other(
            pay(books.rail, books.asha, 5, key + "'"), lambda: post_batch(batch)
        )
        assert waited
        assert single.replayed is False
        assert all(isinstance(each, Entry) for each in many)

    assert books.posted(books.asha) == 20 * 5 + 3 * 5


def test_a_batch_decides_again_when_a_key_is_taken_meanwhile(books: Books, open_new: Callable[..., AccountId]) -> None:
    # Only accounts without a floor: nothing but the key makes the batch wait.
    other = open_new("rail:bank", floor_minor=None)
    transfers = [Transfer(books.rail, other, shillings(5))]
    batch = [Posting(key=f"k{n}", transfers=transfers, description="") for n in range(20)]

    single, many, waited = one_inside_the_other(pay(books.rail, other, 5, "k7"), lambda: post_batch(batch))

    assert (waited, single.replayed) == (True, False)
    assert kinds(many) == ["posted"] * 19 + ["replayed"]
    assert many[7].id == single.id
    assert books.posted(other) == 100


def test_two_batches_with_the_same_keys_post_them_once(books: Books) -> None:
    def batch() -> Any:
        transfers = [Transfer(books.rail, books.asha, shillings(5))]
        return post_batch([Posting(key=f"k{n}", transfers=transfers, description="") for n in range(50)])

    answers = all_at_once(batch, batch, batch)

    assert kinds(each for answer in answers for each in answer) == ["posted"] * 50 + ["replayed"] * 100
    assert books.posted(books.asha) == 250


def test_a_hold_is_captured_or_released(books: Books, held: HoldId) -> None:
    answers = all_at_once(
        lambda: capture(key="take", hold_id=held, credit=books.baraka),
        lambda: release(key="let go", hold_id=held),
    )

    assert kinds(answers) == ["HoldEnded", "posted"]
    assert books.available(books.asha) + books.posted(books.baraka) == 100


def test_a_hold_is_captured_whole_once(books: Books, held: HoldId) -> None:
    answers = all_at_once(
        *[lambda number=number: capture(key=f"take {number}", hold_id=held, credit=books.baraka) for number in range(4)]
    )

    assert kinds(answers) == ["HoldEnded"] * 3 + ["posted"]
    assert books.posted(books.baraka) == 100


def test_parts_captured_at_once_stay_within_the_hold(books: Books, held: HoldId) -> None:
    answers = all_at_once(
        *[
            lambda number=number: capture(key=f"part {number}", hold_id=held, credit=books.rail, amount=shillings(30))
            for number in range(5)
        ]
    )

    assert kinds(answers) == ["HoldExceeded"] * 2 + ["posted"] * 3
    assert sum(isinstance(each, HoldExceeded) for each in answers) == 2
    assert books.posted(books.asha) == 10


def test_a_capture_in_progress_outruns_the_expiry(books: Books, held: HoldId, clock: Any) -> None:
    def capture_in_time() -> Entry:
        return capture(key="take", hold_id=held, credit=books.baraka)

    def expire_later() -> int:
        clock.turn_by(hours=2)
        return expire_holds()

    taken, expired, waited = one_inside_the_other(capture_in_time, expire_later)

    assert (isinstance(taken, Entry), expired, waited) == (True, 0, False)
    assert books.posted(books.baraka) == 100


def test_an_expiry_in_progress_outruns_the_capture(books: Books, held: HoldId, clock: Any) -> None:
    clock.turn_by(hours=2)

    expired, late, waited = one_inside_the_other(
        expire_holds, lambda: capture(key="take", hold_id=held, credit=books.baraka)
    )

    assert (expired, type(late), waited) == (1, HoldEnded, True)
    assert books.available(books.asha) == 100


def test_two_sweeps_expire_each_hold_once(books: Books, clock: Any) -> None:
    books.fill(books.asha, 100)
    for number in range(20):
        committed(
            lambda number=number: hold(
                key=f"h{number}", account=books.asha, amount=shillings(5), expires_at=clock.now, description=""
            )
        )

    answers = all_at_once(expire_holds, expire_holds, expire_holds)
    rest = committed(expire_holds)

    assert sum(answers) + rest == 20
    assert books.available(books.asha) == 100


def test_an_entry_is_reversed_once(books: Books) -> None:
    entry = books.fill(books.asha, 100)

    answers = all_at_once(*[lambda n=n: reverse(key=f"undo {n}", entry_id=entry.id, description="") for n in range(4)])

    assert kinds(answers) == ["AlreadyReversed"] * 3 + ["posted"]
    assert isinstance(next(each for each in answers if not isinstance(each, Entry)), AlreadyReversed)
    assert books.posted(books.asha) == 0


def test_an_account_is_opened_once(books: Books) -> None:
    def opened(floor: int) -> Callable[[], AccountId]:
        return lambda: open_account(owner="circle:new", purpose="pot", currency="KES", floor_minor=floor)

    same = all_at_once(*[opened(0)] * 6)
    differing = one_inside_the_other(
        lambda: open_account(owner="circle:other", purpose="pot", currency="KES", floor_minor=0),
        lambda: open_account(owner="circle:other", purpose="pot", currency="KES", floor_minor=-1),
    )

    assert len(set(same)) == 1
    assert isinstance(differing[1], AccountDiffers)


def test_nobody_waits_for_an_account_without_a_floor(books: Books) -> None:
    first, second, waited = one_inside_the_other(
        pay(books.rail, books.asha, 1, "a"), pay(books.rail, books.baraka, 1, "b")
    )

    assert (kinds([first, second]), waited) == (["posted", "posted"], False)


def test_whoever_needs_the_same_floor_waits(books: Books) -> None:
    books.fill(books.asha, 10)

    _, second, waited = one_inside_the_other(pay(books.asha, books.rail, 10, "a"), pay(books.asha, books.rail, 1, "b"))

    assert (waited, type(second)) == (True, InsufficientFunds)


@pytest.mark.patient
def test_rolling_up_misses_nothing_that_is_still_open(books: Books, open_new: Callable[..., AccountId]) -> None:
    bank = open_new("rail:bank", floor_minor=None)
    many = [
        Posting(key=f"m{n}", transfers=[Transfer(books.rail, bank, shillings(1))], description="") for n in range(3_000)
    ]

    def roll_up_twice() -> int:
        committed(lambda: post_batch(many))
        roll_up_alone()
        return roll_up_alone()

    late = pay(books.rail, bank, 7, "slow")
    _, kept_meanwhile, _ = one_inside_the_other(late, lambda: _outside(roll_up_twice))
    kept = sum(_until_all_have_ended(roll_up_alone))

    assert kept_meanwhile == 0  # the open transaction has a lower number than all that came after
    assert kept == 6  # three stretches of a thousand on each side
    assert books.posted(bank) == 3_000 + 7


def _until_all_have_ended(deed: Callable[[], int]) -> Iterator[int]:
    """Transactions of other databases on this server hold rolling up as well: try for a while."""
    give_up_at = time.monotonic() + 20
    while time.monotonic() < give_up_at:
        yield (kept := deed())
        if kept:
            return
        time.sleep(0.05)


def roll_up_alone() -> int:
    """Rolling up, in a session without a transaction."""
    return storm(roll_up)[0]


def _outside(deed: Callable[[], Any]) -> Any:
    return storm(deed)[0]


def test_balances_stay_exact_while_rolling_up(books: Books, open_new: Callable[..., AccountId]) -> None:
    bank = open_new("rail:bank", floor_minor=None)

    def writer(name: str) -> Callable[[], int]:
        def deed() -> int:
            for n in range(10):
                transfers = [Transfer(books.rail, bank, shillings(1))]
                batch = [Posting(key=f"{name} {n} {i}", transfers=transfers, description="") for i in range(300)]
                with transaction.atomic():
                    post_batch(batch)
            return 3_000

        return deed

    def reader() -> int:
        for _ in range(40):
            # One statement, one moment: what one side has lost the other has gained.
            assert trial_balance().balances
        return 0

    def roller() -> int:
        return sum(roll_up() for _ in range(30))

    answers = storm(writer("a"), writer("b"), reader, roller)
    roll_up_alone()
    roll_up_alone()

    assert answers[:2] == [3_000, 3_000]
    assert books.posted(bank) == 6_000


def test_a_key_of_a_post_is_no_key_for_a_hold(books: Books) -> None:
    books.fill(books.asha, 100)

    answers = all_at_once(
        pay(books.asha, books.baraka, 10, "k"),
        lambda: hold(key="k", account=books.asha, amount=shillings(10), expires_at=None, description=""),
    )

    assert sum(isinstance(each, KeyReused) for each in answers) == 1


def test_the_verifier_looks_at_one_moment_of_a_live_ledger(books: Books) -> None:
    def writer() -> int:
        for number in range(60):
            committed(pay(books.rail, books.asha, 5, f"in {number}"))
            committed(pay(books.asha, books.baraka, 5, f"over {number}"))
        return 120

    def verifier() -> list[Any]:
        return [finding for _ in range(5) for finding in verify()]

    assert storm(writer, verifier) == [120, []]
