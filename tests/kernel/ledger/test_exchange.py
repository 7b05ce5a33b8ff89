"""Exchanging one currency for another"""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import transaction

from pamoja.foundation.money import Money
from pamoja.kernel.ledger import rules
from pamoja.kernel.ledger.models import JournalEntry
from pamoja.kernel.ledger.public import (
    AccountId,
    InsufficientFunds,
    KeyReused,
    NothingToExchange,
    balance,
    exchange,
    trial_balance,
)
from pamoja.kernel.ledger.queries.verifying import verify
from tests.kernel.ledger.cast import Books, shillings

ROWS = [
    # (amount, rate, becomes): a major unit of the first is `rate` of the second; always rounded down
    (Money(100_00, "KES"), "0.00617", Money(61, "GBP")),  # 61.7 pence
    (Money(1_00, "GBP"), "162.075", Money(162_07, "KES")),  # 162.075 shillings
    (Money(1, "GBP"), "162.9999", Money(162, "KES")),
    (Money(1_00, "USD"), "1", Money(1_000_000, "USDC")),
    (Money(1_999_999, "USDC"), "1", Money(1_99, "USD")),
    (Money(5_00, "USD"), "200", Money(1_000_000_000, "CREDIT")),
    (Money(100, "UGX"), "0.0351", Money(3_51, "KES")),
    (Money(10**15, "KES"), "0.00617", Money(6_170_000_000_000, "GBP")),
]


@pytest.mark.parametrize(("amount", "rate", "becomes"), ROWS)
def test_rounds_down_to_the_minor_unit(amount: Money, rate: str, becomes: Money) -> None:
    assert rules.converted(amount, becomes.currency, Decimal(rate)) == becomes


def test_refuses_what_comes_to_nothing() -> None:
    with pytest.raises(NothingToExchange):
        rules.converted(Money(100, "KES"), "GBP", Decimal("0.00617"))


def test_is_one_entry_over_the_clearing_accounts_and_keeps_the_rate(
    books: Books, open_new: Callable[..., AccountId]
) -> None:
    ai_credits = open_new("member:asha", currency="CREDIT")
    books.fill(books.asha, 500_00)

    with transaction.atomic():
        entry = exchange(
            key="buy",
            debit=books.asha,
            credit=ai_credits,
            amount=shillings(130_00),
            rate=Decimal("1.5"),
            to_currency="CREDIT",
            description="credits",
        )

    assert balance(ai_credits).posted == Money(195_000_000, "CREDIT")
    assert books.posted(books.asha) == 370_00
    assert JournalEntry.objects.get(number=entry.number).details == {"rate": "1.5", "rounding": "down"}
    assert trial_balance().balances
    assert verify() == []


def test_is_refused_whole_when_the_money_is_not_there(books: Books, open_new: Callable[..., AccountId]) -> None:
    pounds = open_new("member:asha", currency="GBP")
    books.fill(books.asha, 500_00)
    asked = {
        "debit": books.asha,
        "credit": pounds,
        "rate": Decimal("0.00617"),
        "to_currency": "GBP",
        "description": "",
    }

    with pytest.raises(InsufficientFunds), transaction.atomic():
        exchange(key="buy", amount=shillings(500_01), **asked)
    with transaction.atomic():
        exchange(key="buy again", amount=shillings(500_00), **asked)
    with pytest.raises(KeyReused), transaction.atomic():
        exchange(key="buy again", amount=shillings(500_00), **{**asked, "rate": Decimal("0.00618")})

    assert balance(pounds).posted == Money(3_08, "GBP")
