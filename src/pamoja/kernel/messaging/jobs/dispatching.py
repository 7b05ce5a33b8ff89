"""Handing over what is due: claim, decide, send, record, with no transaction open while a provider is spoken to."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from threading import Thread
from uuid import UUID

from django.db import connection
from prometheus_client import Gauge

from pamoja.foundation import clock
from pamoja.foundation.errors import ProviderFailure
from pamoja.foundation.jobs import enqueue, every, job
from pamoja.kernel.communities.public import each_community, entered
from pamoja.kernel.messaging import actions
from pamoja.kernel.messaging.actions import Claimed
from pamoja.kernel.messaging.errors import ProviderAway
from pamoja.kernel.messaging.jobs import carrying
from pamoja.kernel.messaging.providers import Carrier, HandOver, carrier_of
from pamoja.kernel.messaging.queries import handing, outbox, pacing
from pamoja.kernel.messaging.queries.handing import Letter
from pamoja.kernel.messaging.rules import Channel, Go, Turn, Wait, decide

log = logging.getLogger("pamoja.messaging")

WAITING = Gauge("pamoja_messages_waiting", "Messages that are due and not handed over.", ["community"])
OLDEST_S = Gauge("pamoja_messages_oldest_seconds", "How long the oldest of them has waited.", ["community"])

BATCH = 50
# Together with the longest a single letter may take (four steps of 15 s) well below the lease.
BUSY_S_MAX = 120.0
# So long one community is served before the next has its turn.
TURN_S = 3.0
# What becomes due so soon is taken up already and handed over at its moment.
LOOK_AHEAD = timedelta(seconds=1.5)
# Where a sender's allowance is spoken for beyond this, others are served first.
HELD_S_MAX = 1.0


@job("messaging.dispatch", queue="messages")
def dispatch() -> None:
    """Hand over what the entered community has due; queued with the deed that says something."""
    for channel in Channel:
        if carrier := carrier_of(channel):
            hand_over_due(carrier, channel=channel)


@every(seconds=1, name="messaging.sweep", queue="sweeps")
def sweep() -> None:
    """Hand over what became due, is to be tried again, or was left by a dispatcher that died."""
    by_channel: dict[Channel, list[UUID | None]] = defaultdict(list)
    for community_id, channel in handing.where_due(clock.now() + LOOK_AHEAD):
        by_channel[channel].append(community_id)
    if len(by_channel) == 1:
        ((channel, community_ids),) = by_channel.items()
        _serve(channel, community_ids)
        return
    # No channel waits for another: each has a provider and a pace of its own.
    threads = [Thread(target=_serve_and_let_go, args=each, name=f"sweep {each[0]}") for each in by_channel.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _serve_and_let_go(channel: Channel, community_ids: Sequence[UUID | None]) -> None:
    try:
        _serve(channel, community_ids)
    except Exception:
        log.exception("the sweep of %s failed", channel.value)
    finally:
        connection.close()


def _serve(channel: Channel, community_ids: Sequence[UUID | None]) -> None:
    """One community after the other; None is what the installation itself says."""
    carrier = carrier_of(channel)
    if carrier is None:
        return
    for community_id in community_ids:
        with entered(community_id) if community_id else nullcontext():
            hand_over_due(carrier, channel=channel, busy_s_max=TURN_S, look_ahead=LOOK_AHEAD)


@every(seconds=15, name="messaging.gauge", queue="sweeps")
def gauge() -> None:
    """Say how much waits, and for how long."""
    for community in each_community():
        left = outbox.waiting()
        WAITING.labels(community.slug).set(left.messages)
        OLDEST_S.labels(community.slug).set(left.oldest_s)


def hand_over_due(
    carrier: Carrier,
    *,
    channel: Channel = Channel.EMAIL,
    busy_s_max: float = BUSY_S_MAX,
    look_ahead: timedelta = timedelta(),
) -> None:
    """Batch by batch until nothing is due, the provider is away, or it has taken long enough for others to go on."""
    until_s = time.monotonic() + busy_s_max
    while time.monotonic() < until_s:
        if carrier.sender and pacing.held_for_s(carrier.sender) > HELD_S_MAX:
            return
        claimed = actions.claim_due(limit=batch_of(carrier), channel=channel, look_ahead=look_ahead)
        if not claimed:
            return
        ready = _sorted_out(claimed)
        try:
            if carrier.at_once > 1:
                carrying.hand_over_many(carrier, ready, until_s)
            else:
                _hand_over_in_turn(carrier, ready, until_s)
        except ProviderAway as away:
            log.warning("the provider of %s is away: %s", channel.value, away.code)
            _left(ready, away)
            return
        actions.put_back(claimed=[Claimed(each.id, each.is_doubtful) for each in ready])


def batch_of(carrier: Carrier) -> int:
    """Half a second's worth, so that something urgent that comes meanwhile waits no longer."""
    return min(BATCH, max(1, int(carrier.a_second / 2))) if carrier.a_second else BATCH


def _sorted_out(claimed: Sequence[Claimed]) -> list[Letter]:
    """What may be handed over now and how; the rest waits, goes another way, or is withheld."""
    letters = handing.letters([each.id for each in claimed])
    ready: list[Letter] = []
    waits: dict[Wait, list[Claimed]] = defaultdict(list)
    turned: dict[Turn, list[UUID]] = defaultdict(list)
    lost = []
    for each in claimed:
        letter = letters.get(each.id)
        if letter is None:
            lost.append(each.id)
            continue
        verdict = decide(letter.asked, max(clock.now(), letter.next_attempt_at))
        if isinstance(verdict, Go):
            ready.append(replace(letter, form=verdict.form, is_doubtful=each.is_doubtful))
        elif isinstance(verdict, Wait):
            waits[verdict].append(each)
        else:
            turned[verdict].append(each.id)
            if verdict.code == "window_closed" and letter.content.skeleton:
                actions.want_template(skeleton=letter.content.skeleton, name=letter.template, language=letter.language)
    if lost:
        reason = "its key is no longer in the ring"
        actions.record_failures(message_ids=lost, code="undecryptable", reason=reason, permanent=True)
    for wait, these in waits.items():
        actions.put_back(claimed=these, until=wait.until)
    for turn, ids in turned.items():
        actions.turn_away(message_ids=ids, code=turn.code, is_wish=turn.is_wish)
    return sorted(ready, key=lambda letter: letter.next_attempt_at) if _is_ahead(ready) else ready


def _is_ahead(ready: Sequence[Letter]) -> bool:
    now = clock.now()
    return any(letter.next_attempt_at > now for letter in ready)


def _left(ready: list[Letter], away: ProviderAway) -> None:
    for is_doubtful in (False, True):
        ids = [each.id for each in ready if each.is_doubtful == is_doubtful]
        if ids:
            actions.record_failures(
                message_ids=ids, code=away.code, reason=str(away), permanent=False, doubtful=is_doubtful
            )


def _hand_over_in_turn(carrier: Carrier, ready: list[Letter], until_s: float) -> None:
    """One after the other; takes from `ready` what has been tried.

    Raises: ProviderAway when there is no connection to begin with.
    """
    while ready and time.monotonic() < until_s:
        with carrier.connected() as hand_over:
            while ready and time.monotonic() < until_s:
                carrying.wait_for(ready[0].next_attempt_at)
                if not _try(hand_over, ready.pop(0)):
                    break


def _try(hand_over: HandOver, letter: Letter) -> bool:
    """Whether the connection still holds after this one.

    Killed between the server's answer and the record of it, the message is handed over again after the lease, with
    the same Message-ID; SMTP offers nothing better.
    """
    try:
        provider_id = hand_over(letter)
    except ProviderFailure as failure:
        actions.record_failures(
            message_ids=[letter.id], code=failure.code, reason=str(failure), permanent=failure.permanent
        )
        return not isinstance(failure, ProviderAway)
    actions.record_sent(message_id=letter.id, provider_id=provider_id)
    return True


actions.wake_with(lambda: enqueue(dispatch))
