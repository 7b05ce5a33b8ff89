"""Who looks at a payment of theirs ..."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from pamoja.kernel.live.rules import CHANNEL
from pamoja.kernel.payments.actions import settling
from pamoja.kernel.payments.models import Collection
from pamoja.kernel.payments.rules.messages import CollectionAnswer
from tests.kernel.payments.cast import answered, submitted

pytestmark = pytest.mark.committed


@pytest.fixture
def hears(owner_connection: psycopg.Connection) -> Callable[[], list[str]]:
    """The topics that followers were told of since it was last asked."""
    owner_connection.autocommit = True
    owner_connection.execute(f'LISTEN "{CHANNEL}"')
    return lambda: [json.loads(each.payload)[1] for each in list(owner_connection.notifies(timeout=0.1))]


def test_sees_that_their_bank_wants_them_and_that_it_is_paid(
    collect: Callable[..., Collection], amina: Any, hears: Callable[[], list[str]]
) -> None:
    attempt = submitted(collect(500))
    hears()
    asks = CollectionAnswer(rail_id="ws_CO_1", code="4999", action_url="https://bank.example/confirm")

    settling.apply_answer(attempt_id=attempt.pk, answer=asks)
    assert hears() == [f"payments:{amina.pk}"]

    # Whoever hears that nothing is new fetches nothing.
    settling.apply_answer(attempt_id=attempt.pk, answer=asks)
    assert hears() == []

    answered(attempt, "0")
    assert f"payments:{amina.pk}" in hears()
