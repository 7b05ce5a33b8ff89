"""Bulk messages: drafted, begun, spread over hours, paused, stopped; nobody gets one twice."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor, action
from pamoja.foundation.events import announce
from pamoja.kernel.identity.public import member_with_id
from pamoja.kernel.messaging.actions.queueing import send
from pamoja.kernel.messaging.errors import BroadcastUnderWay, NobodyToReach, NotAMembersWish, SaidJustBefore
from pamoja.kernel.messaging.events import BroadcastStarted
from pamoja.kernel.messaging.models import Broadcast, BroadcastRecipient
from pamoja.kernel.messaging.queries import broadcasting
from pamoja.kernel.messaging.rules import Kind

PERMISSION = "messaging.broadcast"
State = Broadcast.State


@action
def draft_broadcast(
    *,
    by: Actor,
    name: str,
    subject: str,
    text: str,
    subject_sw: str,
    text_sw: str,
    audience: dict[str, Any],
    spread_minutes: int,
) -> Broadcast:
    """Write it down; nobody gets anything yet.

    Raises: NotAllowed without the permission to send to many.
    """
    by.require(PERMISSION)
    if by.member_id is None:
        raise NotAMembersWish()
    return Broadcast.objects.create(
        name=name,
        subject=" ".join(subject.split()),
        text=text,
        subject_sw=" ".join(subject_sw.split()),
        text_sw=text_sw,
        audience=audience,
        spread_minutes=spread_minutes,
        fingerprint=_fingerprint(subject, text, audience),
        made_by_id=by.member_id,
    )


@action
def start_broadcast(*, by: Actor, broadcast_id: UUID, even_if_said: bool = False) -> None:
    """It goes out from now on, to whoever is in the audience at this moment, spread evenly over its hours.

    Raises: NotAllowed; BroadcastNotFound; BroadcastUnderWay when it was begun before; SaidJustBefore when the same went
    to the same people within a day, unless that is meant; NobodyToReach.
    """
    by.require(PERMISSION)
    broadcast = broadcasting.broadcast_for_update(broadcast_id)
    _must_be(broadcast, State.DRAFT)
    if not even_if_said and broadcasting.said_lately(broadcast.fingerprint):
        raise SaidJustBefore()
    members = list(broadcasting.audience(broadcast.audience).values_list("pk", flat=True))
    if not members:
        raise NobodyToReach()
    apart_s = broadcast.spread_minutes * 60 / len(members)
    BroadcastRecipient.objects.bulk_create(
        [
            BroadcastRecipient(broadcast=broadcast, member_id=member_id, due_after_s=place * apart_s)
            for place, member_id in enumerate(members)
        ],
        batch_size=1000,
    )
    broadcast.state, broadcast.started_at = State.RUNNING, clock.now()
    broadcast.save(update_fields=["state", "started_at"])
    announce(BroadcastStarted(broadcast_id=broadcast.pk, title=broadcast.name, members=len(members)))


@action
def pause_broadcast(*, by: Actor, broadcast_id: UUID) -> None:
    """Nobody more gets it until it is resumed.

    Raises: NotAllowed; BroadcastNotFound; BroadcastUnderWay when it does not run.
    """
    by.require(PERMISSION)
    broadcast = broadcasting.broadcast_for_update(broadcast_id)
    _must_be(broadcast, State.RUNNING)
    broadcast.state, broadcast.paused_at = State.PAUSED, clock.now()
    broadcast.save(update_fields=["state", "paused_at"])


@action
def resume_broadcast(*, by: Actor, broadcast_id: UUID) -> None:
    """It goes on where it was, as if no time had passed.

    Raises: NotAllowed; BroadcastNotFound; BroadcastUnderWay when it is not paused.
    """
    by.require(PERMISSION)
    broadcast = broadcasting.broadcast_for_update(broadcast_id)
    _must_be(broadcast, State.PAUSED)
    assert broadcast.started_at is not None
    assert broadcast.paused_at is not None
    broadcast.started_at += clock.now() - broadcast.paused_at
    broadcast.state, broadcast.paused_at = State.RUNNING, None
    broadcast.save(update_fields=["state", "started_at", "paused_at"])


@action
def stop_broadcast(*, by: Actor, broadcast_id: UUID) -> None:
    """Nobody more gets it, for good.

    Raises: NotAllowed; BroadcastNotFound; BroadcastUnderWay when it is over.
    """
    by.require(PERMISSION)
    broadcast = broadcasting.broadcast_for_update(broadcast_id)
    _must_be(broadcast, State.DRAFT, State.RUNNING, State.PAUSED)
    broadcast.state, broadcast.finished_at = State.STOPPED, clock.now()
    broadcast.save(update_fields=["state", "finished_at"])


@action
def queue_broadcast(*, by: Actor = SYSTEM, broadcast_id: UUID, limit: int) -> int:
    """Queue it for those whose turn has come; gives for how many. Who left or was suspended meanwhile gets none."""
    broadcast = broadcasting.broadcast_for_update(broadcast_id)
    if broadcast.state != State.RUNNING or broadcast.started_at is None:
        return 0
    since_s = (clock.now() - broadcast.started_at).total_seconds()
    waiting = broadcast.recipients.filter(is_queued=False).order_by("due_after_s", "pk")
    turn = list(waiting.filter(due_after_s__lte=since_s).select_for_update()[:limit])
    for recipient in turn:
        if member_with_id(recipient.member_id).is_active:
            recipient.message_id = _say(broadcast, recipient.member_id)
        recipient.is_queued = True
    BroadcastRecipient.objects.bulk_update(turn, ["is_queued", "message_id"])
    if not waiting.exists():
        broadcast.state, broadcast.finished_at = State.DONE, clock.now()
        broadcast.save(update_fields=["state", "finished_at"])
    return len(turn)


def _say(broadcast: Broadcast, member_id: UUID) -> UUID:
    language = member_with_id(member_id).person.language
    is_swahili = language == "sw" and bool(broadcast.text_sw)
    return send(
        member_id=member_id,
        template="messaging/broadcast",
        data={
            "subject_line": broadcast.subject_sw if is_swahili else broadcast.subject,
            "words": broadcast.text_sw if is_swahili else broadcast.text,
        },
        dedupe_key=f"broadcast:{broadcast.pk}:{member_id}",
        kind=Kind.NEWS,
    )


def _must_be(broadcast: Broadcast, *states: str) -> None:
    if broadcast.state not in states:
        raise BroadcastUnderWay(state=broadcast.get_state_display().lower())


def _fingerprint(subject: str, text: str, audience: dict[str, Any]) -> str:
    said = [" ".join(subject.casefold().split()), " ".join(text.casefold().split()), audience]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
