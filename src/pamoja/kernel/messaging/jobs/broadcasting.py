"""Spreading bulk messages: whoever's turn has come is put into the outbox."""

from __future__ import annotations

from pamoja.foundation.jobs import every
from pamoja.kernel.communities.public import each_community
from pamoja.kernel.messaging import actions
from pamoja.kernel.messaging.models import Broadcast

# A pause takes effect within one of these.
AT_ONCE = 100
BATCHES_MAX = 5


@every(seconds=5, name="messaging.spread", queue="sweeps")
def spread() -> None:
    """For every bulk message that runs; one community after the other, a bounded part of each."""
    for _ in each_community():
        running = Broadcast.objects.filter(state=Broadcast.State.RUNNING).order_by("started_at")
        for broadcast_id in list(running.values_list("pk", flat=True)):
            for _ in range(BATCHES_MAX):
                if actions.queue_broadcast(broadcast_id=broadcast_id, limit=AT_ONCE) < AT_ONCE:
                    break
