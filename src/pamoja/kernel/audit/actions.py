"""Writing the stream: recording what was announced, and sealing what can no longer change."""

from __future__ import annotations

import time

from pamoja.foundation import trace
from pamoja.foundation.actions import SYSTEM, Actor, action, current_actor
from pamoja.foundation.events import Event
from pamoja.kernel.audit import queries, rules
from pamoja.kernel.audit.models import Fact, Seal

# How long a sealing pass waits for transactions that were open when it began; the next pass tries again.
_PATIENCE_S = 5.0


def record(event: Event) -> None:
    """Keep the announced event; called by `announce`, in its transaction."""
    by = current_actor()
    Fact.objects.create(
        name=event.name,
        actor_kind=by.kind,
        actor_id=by.member_id or by.person_id,
        actor_label=by.label,
        subjects=list(event.subjects()),
        data=event.data(),
        request_id=trace.request_id.get(),
    )


def seal_facts() -> Seal | None:
    """Seal the entered community's facts up to now; nothing when none is new or an old transaction is still open."""
    to_sequence, horizon = queries.newest_number()
    give_up_at = time.monotonic() + _PATIENCE_S
    while not queries.all_ended_before(horizon):
        if time.monotonic() > give_up_at:
            return None
        time.sleep(0.05)
    return _seal_up_to(by=SYSTEM, to_sequence=to_sequence)


@action
def _seal_up_to(*, by: Actor, to_sequence: int) -> Seal | None:
    last = queries.last_seal()
    after = last.to_sequence if last else 0
    batch = queries.batch_bytes(after, to_sequence)
    if not batch:
        return None
    # Two sealers at once would make the same number; the unique constraint lets one of them through.
    return Seal.objects.create(
        number=last.number + 1 if last else 1,
        after_sequence=after,
        to_sequence=to_sequence,
        facts=len(batch),
        digest=rules.sealed(bytes(last.digest) if last else rules.GENESIS, batch),
    )
