"""Reading the books"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import Community, entered
from pamoja.kernel.ledger.public import (
    AccountId,
    AccountUnknown,
    account_of,
    balance,
    balance_at,
    balances,
    hold,
    open_account,
    statement,
    trial_balance,
    wallet_of,
)
from tests.kernel.ledger.cast import Books, shillings


def test_a_balance_tells_what_is_posted_held_and_available(books: Books) -> None:
    books.fill(books.asha, 1_000)
    with transaction.atomic():
        hold(key="h", account=books.asha, amount=shillings(300), expires_at=None, description="")

    found = balance(books.asha)

    assert (found.posted, found.held, found.available) == (shillings(1_000), shillings(300), shillings(700))
    assert balance(books.rail).available == shillings(-1_000)


def test_an_unknown_account_is_refused(books: Books, other_community: Community) -> None:
    nobody = AccountId(UUID(int=1))
    with entered(other_community.pk), transaction.atomic():
        theirs = open_account(owner="rail:mpesa", purpose="clearing", currency="KES", floor_minor=None)

    for account in (nobody, theirs):
        for read in (
            lambda account=account: balance(account),
            lambda account=account: balance_at(account, books.now()),
            lambda account=account: statement(account, books.now(), books.now()),
            lambda account=account: balances([books.asha, account]),
        ):
            with pytest.raises(AccountUnknown):
                read()


@pytest.mark.parametrize("floored", [True, False])
def test_a_past_balance_is_that_of_its_instant(books: Books, clock: Any, floored: bool) -> None:
    account = books.asha if floored else books.rail
    moments = []
    for number in range(1, 100):
        clock.turn_by(minutes=1)
        books.fill(books.asha, number)
        moments.append(clock.now)

    total = 0
    for number, moment in enumerate(moments, start=1):
        assert abs(balance_at(account, moment - timedelta(microseconds=1)).amount_minor) == total
        total += number
        assert abs(balance_at(account, moment).amount_minor) == total
    assert balance_at(account, moments[0] - timedelta(days=9)).amount_minor == 0
    assert abs(balance_at(account, clock.now + timedelta(days=9)).amount_minor) == total


@pytest.mark.parametrize("floored", [True, False])
def test_opening_and_lines_make_the_closing_balance(books: Books, clock: Any, floored: bool) -> None:
    account = books.asha if floored else books.rail
    start = clock.now
    for number in range(70):
        clock.turn_by(hours=1)
        books.fill(books.asha, 100 + number)
        books.move(books.asha, books.rail, 50)

    for first, last in ((0, 71), (1, 1), (5, 6), (10, 50), (33, 70), (70, 99)):
        since, until = start + timedelta(hours=first), start + timedelta(hours=last)
        found = statement(account, since, until)
        assert found.adds_up
        assert found.opening == balance_at(account, since - timedelta(microseconds=1))
        assert found.closing == balance_at(account, until - timedelta(microseconds=1))
        assert len(found.lines) == 2 * max(0, min(last, 71) - max(first, 1))
        running = found.opening.amount_minor
        for line in found.lines:
            running += line.amount_minor
            assert (line.balance_minor, since <= line.at < until) == (running, True)


def test_a_statement_names_the_other_side(books: Books) -> None:
    books.fill(books.asha, 500)

    (line,) = statement(books.asha, books.now() - timedelta(days=1), books.now() + timedelta(days=1)).lines

    assert (line.amount_minor, line.sequence, line.description, line.kind) == (500, 1, "moved", "post")
    assert (line.counterparty, line.counterparty_id) == ("rail:mpesa clearing", books.rail)


def test_an_accounts_time_only_goes_forward(books: Books, clock: Any) -> None:
    later = books.fill(books.asha, 500).posted_at
    clock.turn_by(hours=-2)

    earlier = books.move(books.asha, books.baraka, 100)

    assert earlier.posted_at == later
    assert balance_at(books.asha, later) == shillings(400)


def test_the_trial_balance_sums_to_nothing_per_currency(books: Books, open_new: Callable[..., AccountId]) -> None:
    books.fill(books.asha, 1_000)
    open_new("member:asha", currency="GBP")

    found = trial_balance()

    assert found.balances
    assert found.sums == {"KES": Money(0, "KES"), "GBP": Money(0, "GBP")}
    assert {(line.owner_kind, line.purpose, line.accounts, line.balance.text) for line in found.lines} == {
        ("member", "wallet", 2, "KSh 10"),
        ("rail", "clearing", 1, "−KSh 10"),
        ("member", "wallet", 1, "£0.00"),
    }


def test_a_community_sees_only_its_own_books(books: Books, other_community: Community) -> None:
    books.fill(books.asha, 1_000)

    with entered(other_community.pk):
        assert trial_balance().lines == []
        assert account_of(owner="member:asha", purpose="wallet", currency="KES") is None
        with transaction.atomic(), pytest.raises(AccountUnknown):
            books.move(books.asha, books.baraka, 1)


def test_without_a_community_the_functions_refuse(books: Books) -> None:
    from django.db.utils import ProgrammingError

    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pamoja.community', '', false)")
    with pytest.raises(ProgrammingError, match="none is entered"):
        books.fill(books.asha, 1)


def test_an_account_is_the_same_however_often_it_is_asked_for(books: Books) -> None:
    from pamoja.kernel.ledger.public import AccountDiffers

    with transaction.atomic():
        member = UUID(int=5)
        assert wallet_of(member, "KES") == wallet_of(member, "KES")
        assert account_of(owner=f"member:{member}", purpose="wallet", currency="KES") == wallet_of(member, "KES")
        assert wallet_of(member, "KES") != wallet_of(member, "GBP")
        with pytest.raises(AccountDiffers):
            open_account(owner=f"member:{member}", purpose="wallet", currency="KES", floor_minor=-5)
