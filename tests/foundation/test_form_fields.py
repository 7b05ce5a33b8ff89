"""Amounts are typed as people write them, and come out as money."""

import pytest
from django.core.exceptions import ValidationError

from pamoja.foundation.form_fields import MoneyField
from pamoja.foundation.money import Money


@pytest.mark.parametrize("typed", ["2,500", "2500", " 2500.00 ", "KSh 2,500"])
def test_reads_what_people_type(typed):
    assert MoneyField(currency="KES").clean(typed) == Money(250_000, "KES")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("five", "This is not an amount we can read. Write it like 2,500 or 2500.50."),
        ("-5", "This is not an amount we can read. Write it like 2,500 or 2500.50."),
        ("0", "Write at least KSh 10."),
        ("9.99", "Write at least KSh 10."),
        ("", "This field is required."),
    ],
)
def test_says_what_is_wrong(typed, sentence):
    with pytest.raises(ValidationError) as refused:
        MoneyField(currency="KES", least_minor=1000).clean(typed)

    assert refused.value.messages == [sentence]


def test_nothing_typed_is_nothing_where_it_may_be():
    assert MoneyField(currency="KES", required=False).clean("") is None


def test_money_is_shown_as_a_figure():
    assert MoneyField(currency="KES").prepare_value(Money(250_000, "KES")) == "2,500"
