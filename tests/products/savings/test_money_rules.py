"""What is owed, paid out and shared"""

from datetime import UTC, datetime, timedelta

import pytest

from pamoja.foundation.money import Money
from pamoja.products.savings.rules import money

NOW = datetime(2027, 2, 1, tzinfo=UTC)
FEE, NOTHING = Money(20_000, "KES"), Money.zero("KES")
POT = Money(1_500_000, "KES")


@pytest.mark.parametrize(
    ("fee", "charged", "due_in", "is_being_paid", "expected"),
    [
        (FEE, NOTHING, timedelta(0), False, FEE),
        (FEE, NOTHING, timedelta(seconds=1), False, NOTHING),
        (FEE, FEE, timedelta(-9), False, NOTHING),
        (FEE, NOTHING, timedelta(-9), True, NOTHING),
        (NOTHING, NOTHING, timedelta(-9), False, NOTHING),
    ],
)
def test_a_late_fee_is_added_once_after_grace(
    fee: Money, charged: Money, due_in: timedelta, is_being_paid: bool, expected: Money
) -> None:
    found = money.late_fee_now(fee=fee, charged=charged, fee_due_at=NOW + due_in, now=NOW, is_being_paid=is_being_paid)

    assert found == expected


@pytest.mark.parametrize(
    ("paid", "rule", "shortfall_in", "pays", "amount"),
    [
        (POT, "wait", None, True, POT),
        (POT, "pay_what_is_in", timedelta(9), True, POT),
        (Money(1_000_000, "KES"), "wait", None, False, Money(1_000_000, "KES")),
        (Money(1_000_000, "KES"), "pay_what_is_in", timedelta(1), False, Money(1_000_000, "KES")),
        (Money(1_000_000, "KES"), "pay_what_is_in", timedelta(0), True, Money(1_000_000, "KES")),
        (NOTHING, "pay_what_is_in", timedelta(-9), False, NOTHING),
    ],
)
def test_a_pot_goes_out_full_or_by_the_written_rule(
    paid: Money, rule: money.ShortfallRule, shortfall_in: timedelta | None, pays: bool, amount: Money
) -> None:
    shortfall_at = None if shortfall_in is None else NOW + shortfall_in

    found = money.pot_decision(paid=paid, full=POT, rule=rule, shortfall_at=shortfall_at, now=NOW)

    assert found == money.PotDecision(pays, amount)


def test_says_what_each_place_puts_at_stake() -> None:
    amount = Money(500_000, "KES")

    first, last = money.exposure(amount, 3, 1), money.exposure(amount, 3, 3)

    assert (first.pays_before, first.receives, first.owes_after) == (NOTHING, POT, amount * 2)
    assert (last.pays_before, last.receives, last.owes_after) == (amount * 2, POT, NOTHING)


def test_shares_of_fees_add_up() -> None:
    shares = money.fee_shares(Money(20_000, "KES"), 3)

    assert [share.amount_minor for share in shares] == [6_667, 6_667, 6_666]
