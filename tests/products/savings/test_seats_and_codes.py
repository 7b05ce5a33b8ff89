"""Places, steps and invitation codes"""

from datetime import date
from uuid import UUID

import pytest

from pamoja.foundation.money import Money
from pamoja.products.savings.errors import CircleSettingInvalid
from pamoja.products.savings.rules import invitations, seats
from pamoja.products.savings.rules.terms import Terms, check_terms

A, B, C = (UUID(int=number) for number in (1, 2, 3))


def test_turns_go_round() -> None:
    assert [seats.position_of_round(number, 3) for number in range(1, 8)] == [1, 2, 3, 1, 2, 3, 1]


@pytest.mark.parametrize(
    ("positions", "expected"),
    [
        ({A: 1, B: 2}, True),
        ({A: 2, B: 1}, True),
        ({A: 1, B: 1}, False),
        ({A: 1, B: 3}, False),
        ({A: 1}, False),
        ({A: 1, B: 2, C: 3}, False),
    ],
)
def test_an_order_is_complete_when_everybody_has_one_place(positions: dict[UUID, int], expected: bool) -> None:
    assert seats.is_complete_order(positions, [A, B]) is expected


@pytest.mark.parametrize(
    ("rounds_left", "expected"),
    [
        ([A, B, C], True),
        ([B, C], False),
        ([A, B, C, A, B, C], True),
        ([B, C, A, B, C], False),
        ([A, B], True),
        ([], False),
    ],
)
def test_two_swap_only_while_they_wait_for_as_many_turns(rounds_left: list[UUID], expected: bool) -> None:
    assert seats.may_swap(rounds_left, A, B) is expected


def test_nobody_swaps_with_themselves() -> None:
    assert not seats.may_swap([A, B], A, A)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("K7QM-XW3P", "K7QMXW3P"),
        (" k7qm xw3p ", "K7QMXW3P"),
        ("K7QMXW3", None),
        ("K7QM-XW3PX", None),
        ("O0IL-5S2Z", None),
        ("", None),
        ("K7QM\x00XW3", None),
    ],
)
def test_reads_codes_as_people_type_them(typed: str, expected: str | None) -> None:
    assert invitations.read_code(typed) == expected


def test_a_new_code_can_be_read_back() -> None:
    code = invitations.new_code()

    assert invitations.read_code(invitations.shown_code(code)) == code


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("name", "x" * 81),
        ("description", "x" * 501),
        ("amount", Money(0, "KES")),
        ("amount", Money(10**12 + 1, "KES")),
        ("amount", Money(500, "CREDIT")),
        ("frequency", "daily"),
        ("members_max", 1),
        ("members_max", 101),
        ("turns", 0),
        ("turns", 13),
        ("first_due_on", date(2027, 1, 3)),
        ("first_due_on", date(9999, 1, 1)),
        ("order_by", "auction"),
        ("visibility", "secret"),
        ("late_fee", Money(500_001, "KES")),
        ("late_fee", Money(-1, "KES")),
        ("late_fee", Money(100, "GBP")),
        ("grace_days", 29),
        ("shortfall_rule", "insure"),
        ("shortfall_after_days", 0),
        ("shortfall_after_days", 29),
        ("rules_text", "x" * 4001),
    ],
)
def test_terms_that_cannot_be_name_their_field(field: str, value: object) -> None:
    usual = {
        "name": "Harvest",
        "amount": Money(500_000, "KES"),
        "frequency": "monthly",
        "members_max": 12,
        "first_due_on": date(2027, 1, 31),
    }

    with pytest.raises(CircleSettingInvalid) as refused:
        check_terms(Terms(**(usual | {field: value})), today=date(2027, 1, 4))

    assert refused.value.field == field
