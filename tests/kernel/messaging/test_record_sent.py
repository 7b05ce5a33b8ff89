"""Recording that a message was sent ends it, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from pamoja.kernel.messaging.actions import claim_due, record_failures, record_sent
from pamoja.kernel.messaging.public import State
from tests.kernel.messaging.mail_servers import reloaded

pytestmark = pytest.mark.committed


def test_keeps_when_and_what_the_provider_answered(queued: Callable[..., UUID], clock: Any) -> None:
    message_id = queued()
    claim_due(limit=1)

    record_sent(message_id=message_id, provider_id="2.0.0 OK\nqueued as 4711")

    message = reloaded(message_id)
    assert (message.state, message.sent_at, message.claimed_at) == (State.SENT, clock.now, None)
    assert message.provider_id == "2.0.0 OK queued as 4711"


def test_a_second_record_of_any_kind_changes_nothing(queued: Callable[..., UUID], clock: Any) -> None:
    message_id = queued()
    claim_due(limit=1)
    record_sent(message_id=message_id, provider_id="first")
    sent_at = clock.now
    clock.turn_by(minutes=1)

    record_sent(message_id=message_id, provider_id="second")
    record_failures(message_ids=[message_id], code="550", reason="no", permanent=True)

    message = reloaded(message_id)
    assert (message.state, message.provider_id, message.sent_at) == (State.SENT, "first", sent_at)
