"""Recording a failure sets the next try, or ends the message and says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from pamoja.kernel.audit.public import facts, feed
from pamoja.kernel.identity.public import Member
from pamoja.kernel.messaging.actions import claim_due, record_failures
from pamoja.kernel.messaging.public import State
from tests.kernel.messaging.mail_servers import reloaded

pytestmark = pytest.mark.committed


def test_a_passing_failure_is_tried_again(queued: Callable[..., UUID], clock: Any) -> None:
    message_id = queued()
    claim_due(limit=1)

    record_failures(message_ids=[message_id], code="451", reason="try\nlater", permanent=False)

    message = reloaded(message_id)
    assert (message.state, message.claimed_at) == (State.SENDING, None)
    assert message.next_attempt_at == clock.now + timedelta(seconds=30)
    assert (message.error_code, message.error) == ("451", "try later")
    assert not facts(name="messaging.given_up").exists()


def test_a_lasting_failure_ends_it_and_is_a_fact_in_the_members_feed(
    queued: Callable[..., UUID], amina: Member
) -> None:
    message_id = queued(address=None, member_id=amina.pk)
    claim_due(limit=1)

    record_failures(message_ids=[message_id], code="550", reason="no such box", permanent=True)

    assert reloaded(message_id).state == State.FAILED
    assert [line.sentence for line in feed(f"member:{amina.pk}")] == ["A message to Amina W. could not be delivered."]
    assert "amina@example.org" not in str(facts(name="messaging.given_up").get().data)


def test_after_two_days_it_is_given_up(queued: Callable[..., UUID], clock: Any) -> None:
    message_id = queued()
    for _ in range(4):
        claim_due(limit=1)
        record_failures(message_ids=[message_id], code="451", reason="later", permanent=False)
        assert reloaded(message_id).state == State.SENDING
        clock.turn_by(days=0.5)
    claim_due(limit=1)

    record_failures(message_ids=[message_id], code="451", reason="later", permanent=False)

    assert reloaded(message_id).state == State.GIVEN_UP
    assert facts(name="messaging.given_up").get().data["reason_code"] == "451"
