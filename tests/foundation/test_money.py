"""Money is whole minor units of one currency."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamoja.foundation.money import AmountUnreadable, CurrencyMixed, CurrencyUnknown, Money, total

amounts = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(500_000, "KES"), "KSh 5,000"),
        (Money(500_050, "KES"), "KSh 5,000.50"),
        (Money(2_500, "GBP"), "£25.00"),
        (Money(-320, "GBP"), "−£3.20"),
        (Money(1_500, "UGX"), "USh 1,500"),
        (Money(1_250_000, "USDC"), "USDC 1.25"),
        (Money(1_000_001, "USDC"), "USDC 1.000001"),
        (Money(3_000_000, "CREDIT"), "3.00 credits"),
    ],
)
def test_is_written_as_people_write_it(money: Money, text: str) -> None:
    assert money.text == text


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("2,500", "KES", 250_000),
        ("2500.50", "KES", 250_050),
        (" KSh 2 500 ", "KES", 250_000),
        ("£25", "GBP", 2_500),
        ("0.000001", "USDC", 1),
        ("1500", "UGX", 1_500),
    ],
)
def test_reads_what_people_type(typed: str, currency: str, minor: int) -> None:
    assert Money.read(typed, currency) == Money(minor, currency)


@pytest.mark.parametrize("typed", ["", "abc", "-5", "1e9", "12.345", "1.2.3", "٣", "9" * 40, "NaN", "5 shillings"])
def test_refuses_what_is_no_amount(typed: str) -> None:
    with pytest.raises(AmountUnreadable):
        Money.read(typed, "KES")


def test_refuses_floats() -> None:
    with pytest.raises(TypeError):
        Money(1.5, "KES")  # type: ignore[arg-type]  # the point of the test


def test_refuses_a_currency_nobody_knows() -> None:
    with pytest.raises(CurrencyUnknown):
        Money(1, "XXX")


def test_never_adds_two_currencies() -> None:
    with pytest.raises(CurrencyMixed):
        Money(1, "KES") + Money(1, "GBP")


@given(amounts, st.integers(1, 50))
def test_splits_without_losing_a_cent(minor: int, parts: int) -> None:
    shares = Money(minor, "KES").split(parts)

    assert total(shares, "KES") == Money(minor, "KES")
    assert max(shares).amount_minor - min(shares).amount_minor <= 1


@given(st.integers(0, 10**12))
def test_reads_back_its_own_figure(minor: int) -> None:
    money = Money(minor, "KES")

    assert Money.read(money.figure, "KES") == money
