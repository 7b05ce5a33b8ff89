"""Claiming gives what is due to one dispatcher, most urgent first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from pamoja.kernel.communities.public import Community, entered
from pamoja.kernel.messaging import actions
from pamoja.kernel.messaging.actions import put_back, record_failures
from pamoja.kernel.messaging.public import Priority, State
from tests.kernel.messaging.mail_servers import reloaded

pytestmark = pytest.mark.committed


def claim_due(limit: int) -> list[UUID]:
    """The ids of what is claimed."""
    return [each.id for each in actions.claim_due(limit=limit)]


def test_security_goes_before_money_before_the_rest(queued: Callable[..., UUID], clock: Any) -> None:
    rest = queued()
    money = queued(priority=Priority.MONEY)
    clock.turn_by(minutes=1)
    security = queued(priority=Priority.SECURITY)

    assert claim_due(limit=2) == [security, money]
    assert claim_due(limit=2) == [rest]


def test_nothing_before_its_time(queued: Callable[..., UUID], clock: Any) -> None:
    later = queued(due_at=clock.now + timedelta(hours=1))

    assert claim_due(limit=10) == []
    clock.turn_by(hours=1)
    assert claim_due(limit=10) == [later]


def test_what_is_in_somebodys_hands_is_not_given_again_until_the_lease_ends(
    queued: Callable[..., UUID], clock: Any
) -> None:
    message_id = queued()
    claim_due(limit=10)

    clock.turn_by(days=3)  # the platform's clock may be turned; a lease is a matter of real minutes
    assert claim_due(limit=10) == []
    _pretend_it_was_claimed("4 minutes 50 seconds")
    assert claim_due(limit=10) == []
    _pretend_it_was_claimed("5 minutes 1 second")
    assert claim_due(limit=10) == [message_id]
    assert (reloaded(message_id).state, reloaded(message_id).attempts) == (State.SENDING, 2)


def test_what_another_session_has_locked_is_skipped(
    queued: Callable[..., UUID], owner_connection: psycopg.Connection[Any]
) -> None:
    first, second = queued(), queued(address="other@example.org")
    owner_connection.execute("SELECT 1 FROM messaging_message WHERE id = %s FOR UPDATE", [first])

    assert claim_due(limit=10) == [second]


def test_nothing_of_another_community(
    queued: Callable[..., UUID], community: Community, other_community: Community
) -> None:
    queued()

    with entered(other_community.pk):
        assert claim_due(limit=10) == []


def test_what_is_put_back_is_given_again(queued: Callable[..., UUID]) -> None:
    message_id = queued()
    put_back(claimed=actions.claim_due(limit=10))

    assert reloaded(message_id).state == State.SENDING
    assert claim_due(limit=10) == [message_id]


def test_what_failed_is_given_again_when_its_pause_is_over(queued: Callable[..., UUID], clock: Any) -> None:
    message_id = queued()
    record_failures(message_ids=claim_due(limit=10), code="451", reason="later", permanent=False)

    clock.turn_by(seconds=29)
    assert claim_due(limit=10) == []
    clock.turn_by(seconds=1)
    assert claim_due(limit=10) == [message_id]


def _pretend_it_was_claimed(ago: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE messaging_message SET claimed_at = now() - %s::interval", [ago])
