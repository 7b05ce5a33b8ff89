"""Who is served when: what a deed has just queued, at once; whatever becomes due or was left, by a sweep."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
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
from pamoja.kernel.messaging.jobs.carrying import NEARLY, Stream
from pamoja.kernel.messaging.jobs.sorting import sorted_out
from pamoja.kernel.messaging.models import community_if_entered
from pamoja.kernel.messaging.providers import Carrier, HandOver, carrier_of
from pamoja.kernel.messaging.queries import handing, outbox
from pamoja.kernel.messaging.queries.handing import Letter
from pamoja.kernel.messaging.rules import Channel

log = logging.getLogger("pamoja.messaging")

WAITING = Gauge("pamoja_messages_waiting", "Messages that are due and not handed over.", ["community"])
OLDEST_S = Gauge("pamoja_messages_oldest_seconds", "How long the oldest of them has waited.", ["community"])

BATCH = 50
# How long a job serves before it gives its place in the worker back. Together with the longest a single letter may
# take (four steps of 15 s) well below the lease.
TURN_S = 8.0
# After so long a community makes room for others that wait.
SHARE_S = 2.0
# A sweep begins early with what becomes due before the next one, and looks so often who else has something due.
LOOK_AHEAD = timedelta(seconds=1.5)
LOOK_EVERY_S = 0.1
# Each holds one connection to the database.
STREAMS_MAX = 4

Place = tuple[UUID | None, Channel]
"""A community and a channel; the community is none for what the installation itself says."""


@job("messaging.dispatch", queue="messages")
def dispatch() -> None:
    """Hand over what the entered community has due; queued with the deed that says something, begun at its commit."""
    here = community_if_entered()
    for community_id, channel in handing.where_due(clock.now()):
        if community_id == here and (carrier := carrier_of(channel)):
            hand_over_due(carrier, channel=channel)


@every(seconds=1, name="messaging.sweep", queue="sweeps")
def sweep() -> None:
    """Hand over what becomes due, is to be tried again, or was left by a dispatcher that died."""
    if handing.where_due(clock.now() + LOOK_AHEAD):
        _Watch(time.monotonic() + TURN_S).keep()


@every(seconds=15, name="messaging.gauge", queue="sweeps")
def gauge() -> None:
    """Say how much waits, and for how long."""
    for community in each_community():
        left = outbox.waiting()
        WAITING.labels(community.slug).set(left.messages)
        OLDEST_S.labels(community.slug).set(left.oldest_s)


class _Watch:
    """Serves each community and channel in a thread of its own, so that none waits for another's pace or trouble."""

    def __init__(self, until_s: float) -> None:
        self._until_s = until_s
        self._serving: dict[Place, Thread] = {}
        self._unserved: set[Place] = set()
        self._is_crowded = False

    def keep(self) -> None:
        """Until the turn is over, or nobody has anything due soon."""
        while True:
            if time.monotonic() < self._until_s:
                self._begin_with(handing.where_due(clock.now() + LOOK_AHEAD))
            connection.close()  # given back to the pool, for those who serve
            self._serving = {place: thread for place, thread in self._serving.items() if thread.is_alive()}
            # A request without an answer may take long: its thread ends by itself, while the next sweep goes on.
            if not self._serving or time.monotonic() > self._until_s + SHARE_S:
                return
            next(iter(self._serving.values())).join(LOOK_EVERY_S)

    def _begin_with(self, places: Sequence[Place]) -> None:
        waiting = [each for each in places if each not in self._serving and each not in self._unserved]
        free = max(0, STREAMS_MAX - len(self._serving))
        self._is_crowded = len(waiting) > free
        for place in waiting[:free]:
            thread = Thread(target=self._serve, args=place, name=f"sweep {place[1]}")
            thread.start()
            # Last in, last to be given room again.
            self._serving[place] = thread

    def _serve(self, community_id: UUID | None, channel: Channel) -> None:
        share_until_s = time.monotonic() + SHARE_S

        def goes_on() -> bool:
            now_s = time.monotonic()
            return now_s < self._until_s and not (self._is_crowded and now_s > share_until_s)

        def lingers() -> bool:
            return not self._is_crowded and (community_id, channel) in handing.where_due(clock.now() + LOOK_AHEAD)

        try:
            with entered(community_id) if community_id else nullcontext():
                carrier = carrier_of(channel)
                if carrier is None:
                    self._unserved.add((community_id, channel))
                else:
                    _hand_over(carrier, channel, goes_on, lingers=lingers, look_ahead=NEARLY)
        except Exception:
            log.exception("the sweep of %s failed", channel.value)
        finally:
            connection.close()


def hand_over_due(carrier: Carrier, *, channel: Channel = Channel.EMAIL, busy_s_max: float = TURN_S) -> None:
    """Until nothing is due, the provider is away, or it has taken long enough for others to go on."""
    until_s = time.monotonic() + busy_s_max
    _hand_over(carrier, channel, lambda: time.monotonic() < until_s)


def _hand_over(
    carrier: Carrier,
    channel: Channel,
    goes_on: Callable[[], bool],
    *,
    lingers: Callable[[], bool] = lambda: False,
    look_ahead: timedelta = timedelta(),
) -> None:
    if carrier.at_once > 1:
        stream = Stream(carrier, channel, batch=batch_of(carrier), goes_on=goes_on)
        stream.run(lingers=lingers, look_ahead=look_ahead)
    else:
        _in_turn(carrier, channel, goes_on, lingers, look_ahead)


def batch_of(carrier: Carrier) -> int:
    """Half a second's worth, so that something urgent that comes meanwhile waits no longer."""
    return min(BATCH, max(1, int(carrier.a_second / 2))) if carrier.a_second else BATCH


def _in_turn(
    carrier: Carrier,
    channel: Channel,
    goes_on: Callable[[], bool],
    lingers: Callable[[], bool],
    look_ahead: timedelta,
) -> None:
    """One after the other over one connection, batch by batch."""
    while goes_on():
        claimed = actions.claim_due(limit=batch_of(carrier), channel=channel, look_ahead=look_ahead)
        if not claimed:
            if not lingers():
                return
            time.sleep(LOOK_EVERY_S)
            continue
        now = clock.now()
        ready = sorted(sorted_out(claimed), key=lambda letter: max(letter.next_attempt_at, now))
        try:
            _hand_over_in_turn(carrier, ready, goes_on)
        except ProviderAway as away:
            log.warning("the provider of %s is away: %s", channel.value, away.code)
            _left(ready, away)
            return
        actions.put_back(claimed=[Claimed(each.id, each.is_doubtful) for each in ready])


def _left(ready: list[Letter], away: ProviderAway) -> None:
    for is_doubtful in (False, True):
        ids = [each.id for each in ready if each.is_doubtful == is_doubtful]
        if ids:
            actions.record_failures(
                message_ids=ids, code=away.code, reason=str(away), permanent=False, doubtful=is_doubtful
            )


def _hand_over_in_turn(carrier: Carrier, ready: list[Letter], goes_on: Callable[[], bool]) -> None:
    """One after the other; takes from `ready` what has been tried.

    Raises: ProviderAway when there is no connection to begin with.
    """
    while ready and goes_on():
        with carrier.connected() as hand_over:
            while ready and goes_on():
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
