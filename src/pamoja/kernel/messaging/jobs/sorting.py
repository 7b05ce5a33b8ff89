"""Sorting out what was claimed: what may be handed over now and how; the rest waits, goes another way, is withheld."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from pamoja.foundation import clock
from pamoja.kernel.messaging import actions
from pamoja.kernel.messaging.actions import Claimed
from pamoja.kernel.messaging.queries import handing
from pamoja.kernel.messaging.queries.handing import Letter
from pamoja.kernel.messaging.rules import Go, Turn, Wait, decide


def sorted_out(claimed: Sequence[Claimed]) -> list[Letter]:
    """Those that may be handed over, in the order given; what becomes of the others is recorded."""
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
    return ready
