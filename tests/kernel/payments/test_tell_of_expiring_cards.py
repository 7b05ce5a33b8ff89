"""Telling members of cards that expire ..."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from pamoja.kernel.messaging.public import messages_of
from pamoja.kernel.payments.actions.expiring import tell_of_expiring_cards
from pamoja.kernel.payments.models import Method
from pamoja.kernel.payments.rules.methods import MethodKind, MethodState, expires_on

if TYPE_CHECKING:
    from pamoja.kernel.identity.public import Member

pytestmark = pytest.mark.django_db


def a_card(member: Member, month: int, year: int, **differs: Any) -> Method:
    from pamoja.foundation import clock

    usual: dict[str, Any] = {
        "rail": "stripe", "kind": MethodKind.CARD, "brand": "visa", "last4": "4242", "state": MethodState.VERIFIED,
        "verified_at": clock.now(), "number": "", "position": 1,
    }  # fmt: skip
    return Method.objects.create(member_id=member.pk, expires_month=month, expires_year=year, **(usual | differs))


@pytest.mark.parametrize(
    ("month", "year", "last"),
    [(2, 2028, date(2028, 2, 29)), (12, 2026, date(2026, 12, 31)), (None, 2026, None), (2, None, None)],
)
def test_knows_the_last_day_of_a_card(month: int | None, year: int | None, last: date | None) -> None:
    assert expires_on(month, year) == last


def test_happens_once_and_in_time(amina: Member, clock: Any) -> None:
    clock.turn_to(datetime(2026, 11, 20, 9, tzinfo=UTC))
    a_card(amina, 11, 2026)
    a_card(amina, 12, 2026)
    a_card(amina, 11, 2026, state=MethodState.REMOVED)
    a_card(amina, 10, 2026)

    assert [tell_of_expiring_cards(), tell_of_expiring_cards()] == [1, 0]
    clock.turn_to(datetime(2026, 12, 1, 9, tzinfo=UTC))
    assert [tell_of_expiring_cards(), tell_of_expiring_cards()] == [1, 0]
    assert [each.template for each in messages_of(amina.pk)] == ["payments/card_expires"] * 2


def test_happens_again_for_the_card_that_replaced_it(amina: Member, clock: Any) -> None:
    clock.turn_to(datetime(2026, 11, 20, 9, tzinfo=UTC))
    card = a_card(amina, 11, 2026)
    tell_of_expiring_cards()

    Method.objects.filter(pk=card.pk).update(expires_year=2029)
    clock.turn_to(datetime(2029, 11, 20, 9, tzinfo=UTC))

    assert tell_of_expiring_cards() == 1
