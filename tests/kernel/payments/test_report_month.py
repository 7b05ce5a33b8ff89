"""The report of a month ..."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from pamoja.kernel.messaging.public import messages_of
from pamoja.kernel.payments.actions.reporting import report_month
from pamoja.kernel.payments.models import PaymentSettings
from tests.kernel.payments.cast import answered, ask, submitted

if TYPE_CHECKING:
    from tests.world import Cast

pytestmark = pytest.mark.django_db


def _told(cast: Cast) -> list[str]:
    said = [*messages_of(cast.owner.pk), *messages_of(cast.member.pk)]
    return [each.template for each in said if each.template.startswith("payments/month")]


def test_is_told_to_who_looks_after_payments_once_the_month_is_over(cast: Cast, clock: Any) -> None:
    clock.turn_to(datetime(2026, 10, 20, 9, tzinfo=UTC))
    answered(submitted(ask(member_id=cast.member.pk, shillings=500)), "0")
    assert not report_month()

    clock.turn_to(datetime(2026, 11, 1, 9, tzinfo=UTC))

    assert [report_month(), report_month()] == [True, False]
    assert _told(cast) == ["payments/month_reported"]


def test_is_not_made_of_a_month_without_payments(cast: Cast, clock: Any) -> None:
    clock.turn_to(datetime(2026, 11, 1, 9, tzinfo=UTC))

    assert not report_month()
    assert _told(cast) == []
    assert PaymentSettings.objects.get().reported_until is not None
