"""A bulk message reaches each member of its audience once, at its pace, and stops when told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from pamoja.foundation import ids
from pamoja.foundation.actions import Actor, NotAllowed
from pamoja.kernel.communities.public import Community
from pamoja.kernel.identity.public import actor_for, suspend_member
from pamoja.kernel.messaging import actions
from pamoja.kernel.messaging.errors import BroadcastUnderWay, NobodyToReach, SaidJustBefore
from pamoja.kernel.messaging.jobs import spread
from pamoja.kernel.messaging.models import Broadcast, Message
from pamoja.kernel.messaging.queries.broadcasting import estimate, progress_of
from tests.world import Cast

pytestmark = pytest.mark.django_db


def drafted(by: Actor, **differs: Any) -> UUID:
    usual = {
        "name": "Meeting",
        "subject": "We meet",
        "text": "On Friday at five.",
        "subject_sw": "Tunakutana",
        "text_sw": "Ijumaa saa kumi na moja.",
        "audience": {},
        "spread_minutes": 0,
    }
    return actions.draft_broadcast(by=by, **(usual | differs)).pk


def queued(broadcast_id: UUID) -> int:
    return Message.objects.filter(dedupe_key__startswith=f"broadcast:{broadcast_id}").count()


def test_needs_the_permission(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        drafted(actor_for(cast.member))
    assert Broadcast.objects.count() == 0


def test_reaches_each_once_in_their_language(cast: Cast) -> None:
    by = actor_for(cast.owner)
    cast.member.person.language = "sw"
    cast.member.person.save()
    broadcast_id = drafted(by)
    expected = estimate({})

    actions.start_broadcast(by=by, broadcast_id=broadcast_id)
    for _ in range(2):
        actions.queue_broadcast(broadcast_id=broadcast_id, limit=100)

    broadcast = Broadcast.objects.get()
    assert (broadcast.state, queued(broadcast_id)) == ("done", expected.members)
    assert Message.objects.get(member=cast.member).subject == "Tunakutana"
    assert Message.objects.get(member=cast.treasurer).subject == "We meet"
    assert progress_of(broadcast).queued == expected.members


def test_goes_at_its_pace_and_a_pause_takes_no_time_from_it(cast: Cast, clock: Any) -> None:
    by = actor_for(cast.owner)
    broadcast_id = drafted(by, spread_minutes=60)
    actions.start_broadcast(by=by, broadcast_id=broadcast_id)
    actions.queue_broadcast(broadcast_id=broadcast_id, limit=100)
    assert queued(broadcast_id) == 1

    actions.pause_broadcast(by=by, broadcast_id=broadcast_id)
    clock.turn_by(hours=5)
    assert actions.queue_broadcast(broadcast_id=broadcast_id, limit=100) == 0
    actions.resume_broadcast(by=by, broadcast_id=broadcast_id)
    actions.queue_broadcast(broadcast_id=broadcast_id, limit=100)
    assert queued(broadcast_id) == 1

    clock.turn_by(hours=1)
    actions.queue_broadcast(broadcast_id=broadcast_id, limit=100)
    assert queued(broadcast_id) == estimate({}).members


def test_the_same_text_to_the_same_people_needs_a_second_word(cast: Cast, clock: Any) -> None:
    by = actor_for(cast.owner)
    actions.start_broadcast(by=by, broadcast_id=drafted(by))
    again = drafted(by, text="on  friday AT five.")

    with pytest.raises(SaidJustBefore):
        actions.start_broadcast(by=by, broadcast_id=again)
    assert Broadcast.objects.get(pk=again).recipients.count() == 0
    actions.start_broadcast(by=by, broadcast_id=again, even_if_said=True)

    clock.turn_by(seconds=timedelta(days=2).total_seconds())
    actions.start_broadcast(by=by, broadcast_id=drafted(by))


def test_cannot_be_begun_twice_nor_for_nobody(cast: Cast) -> None:
    by = actor_for(cast.owner)
    broadcast_id = drafted(by)
    actions.start_broadcast(by=by, broadcast_id=broadcast_id)

    with pytest.raises(BroadcastUnderWay):
        actions.start_broadcast(by=by, broadcast_id=broadcast_id)
    with pytest.raises(NobodyToReach):
        actions.start_broadcast(by=by, broadcast_id=drafted(by, audience={"role": "nobody"}))


def test_who_was_suspended_meanwhile_gets_none(cast: Cast, clock: Any) -> None:
    by = actor_for(cast.owner)
    broadcast_id = drafted(by, spread_minutes=60)
    actions.start_broadcast(by=by, broadcast_id=broadcast_id)
    suspend_member(by=by, member_id=cast.member.pk)

    clock.turn_by(hours=1)
    actions.queue_broadcast(broadcast_id=broadcast_id, limit=100)

    assert not Message.objects.filter(member=cast.member, dedupe_key__startswith="broadcast").exists()


def test_the_pages_lead_from_text_to_progress(cast: Cast, community: Community) -> None:
    browser = Client()
    browser.force_login(cast.owner.person)
    form = {"name": "Meeting", "subject": "We meet", "text": "On <b>Friday</b>.", "spread_hours": "0"}

    made = browser.post("/c/umoja/messages/new/", form)
    draft = browser.get(made["Location"]).content.decode()
    assert "On &lt;b&gt;Friday&lt;/b&gt;." in draft
    assert f"Send to {estimate({}).members} members" in draft

    broadcast = Broadcast.objects.get()
    page = f"/c/umoja/messages/{ids.public('broadcast', broadcast.pk)}/"
    browser.post(f"{page}change/", {"do": "start"})
    spread()
    assert "Handed over" in browser.get(page).content.decode()
    stranger = Client()
    stranger.force_login(cast.member.person)
    assert stranger.get(page).status_code == 403
