"""Many letters under way to one provider at a time, at its pace, and none of them twice."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import datetime

from pamoja.foundation import clock
from pamoja.foundation.errors import ProviderFailure
from pamoja.kernel.messaging import actions, rules
from pamoja.kernel.messaging.actions import Outcome
from pamoja.kernel.messaging.actions.contents import remember_content
from pamoja.kernel.messaging.errors import OutcomeUnknown, ProviderAway
from pamoja.kernel.messaging.providers import Carrier, HandOver, Keeper
from pamoja.kernel.messaging.queries import handing
from pamoja.kernel.messaging.queries.handing import Letter
from pamoja.kernel.messaging.rules import Form

log = logging.getLogger("pamoja.messaging")

TICK_S = 0.02
THREADS = 16


def hand_over_many(carrier: Carrier, ready: list[Letter], until_s: float) -> None:
    """As many at once as the provider bears; takes from `ready` what has been tried.

    Raises: ProviderAway.
    """
    if not ready:
        return
    _find_what_is_there(carrier, ready)
    _fill_in_contents(carrier, ready)
    start_s = time.monotonic() + actions.reserve(sender=carrier.sender, wanted=len(ready), a_second=carrier.a_second)
    under_way: dict[Future[str], Letter] = {}
    away: ProviderAway | None = None
    begun = 0
    with carrier.connected() as hand_over:
        while under_way or (ready and away is None and time.monotonic() < until_s):
            wave: list[Letter] = []
            while (
                ready
                and away is None
                and len(under_way) + len(wave) < carrier.at_once
                and _may_go(ready[0], start_s + begun / carrier.a_second)
            ):
                wave.append(ready.pop(0))
                begun += 1
            for letter in _still_wanted(wave):
                under_way[_pool().submit(_given, hand_over, letter)] = letter
            if not under_way:
                time.sleep(TICK_S)
                continue
            done, _ = wait(under_way, timeout=TICK_S, return_when=FIRST_COMPLETED)
            away = _record(carrier, [(each, under_way.pop(each)) for each in done]) or away
    if away:
        raise away


def wait_for(moment: datetime) -> None:
    """Returns at this moment of the platform's clock, which was at most a look ahead."""
    ahead_s = (moment - clock.now()).total_seconds()
    if ahead_s > 0:
        time.sleep(min(ahead_s, 2.0))


def _may_go(letter: Letter, slot_s: float) -> bool:
    return time.monotonic() >= slot_s and clock.now() >= letter.next_attempt_at


def _given(hand_over: HandOver, letter: Letter) -> str:
    return hand_over(letter)


def _still_wanted(wave: Sequence[Letter]) -> list[Letter]:
    """Without those whose recipient has said STOP since the batch was put together."""
    if not wave:
        return []
    stopped = handing.stopped_since([each.id for each in wave if not each.content.ignores_stop])
    if stopped:
        actions.turn_away(message_ids=stopped, code="stopped", is_wish=True)
    return [each for each in wave if each.id not in stopped]


def _record(carrier: Carrier, done: Sequence[tuple[Future[str], Letter]]) -> ProviderAway | None:
    outcomes, away = [], None
    now = clock.now()
    for future, letter in done:
        failure = future.exception()
        if failure is None:
            outcomes.append(Outcome(letter.id, now, provider_id=future.result(), is_taken=True))
        elif isinstance(failure, ProviderFailure):
            outcomes.append(_failed(letter, failure, now))
            away = failure if isinstance(failure, ProviderAway) else away
            _slow_down(carrier, failure)
        else:
            raise failure
    if outcomes:
        actions.record_outcomes(outcomes=outcomes)
    return away


def _failed(letter: Letter, failure: ProviderFailure, now: datetime) -> Outcome:
    return Outcome(
        letter.id,
        now,
        code=failure.code,
        reason=str(failure),
        is_permanent=failure.permanent,
        # Who could not be reached changes nothing about an earlier try whose end is unknown.
        is_doubtful=isinstance(failure, OutcomeUnknown) or (isinstance(failure, ProviderAway) and letter.is_doubtful),
    )


def _slow_down(carrier: Carrier, failure: ProviderFailure) -> None:
    meaning = rules.meaning_of(failure.code)
    if meaning.is_ours:
        log.error("the provider refuses us: %s %s", failure.code, failure, extra={"sender": carrier.sender})
    if meaning.holds_sender_for:
        actions.hold_sender(sender=carrier.sender, for_=meaning.holds_sender_for)


def _find_what_is_there(carrier: Carrier, ready: list[Letter]) -> None:
    """Twilio takes no key that would make sending twice harmless: what may be there is looked for before.

    An id that belongs to another message of ours is not this one, though the words be the same.
    """
    keeper = _keeper(carrier)
    for letter in [each for each in ready if each.is_doubtful] if keeper else []:
        try:
            candidates = keeper.found(letter)  # type: ignore[union-attr]  # asked above
        except ProviderAway:
            raise
        except ProviderFailure as failure:
            ready.remove(letter)
            unknown = replace(letter, is_doubtful=True)
            outcome = _failed(unknown, OutcomeUnknown(str(failure), code=failure.code), clock.now())
            actions.record_outcomes(outcomes=[outcome])
            continue
        known = handing.provider_ids_known(candidates)
        unknown_ids = [each for each in candidates if each not in known]
        if unknown_ids:
            ready.remove(letter)
            found = Outcome(letter.id, clock.now(), provider_id=unknown_ids[0], is_taken=True)
            actions.record_outcomes(outcomes=[found])


def _fill_in_contents(carrier: Carrier, ready: list[Letter]) -> None:
    """Where the words need a content at the provider, its id; made once and remembered."""
    keeper = _keeper(carrier)
    if keeper is None:
        return
    keys = {letter.id: keeper.content_key(letter) for letter in ready if letter.form == Form.FREE}
    if not any(keys.values()):
        return
    known = handing.contents_known(keys.values())
    for place, letter in list(enumerate(ready)):
        key = keys.get(letter.id, "")
        if key and key not in known:
            try:
                known[key] = keeper.keep(letter)
            except ProviderFailure as failure:
                actions.record_outcomes(outcomes=[_failed(letter, failure, clock.now())])
                continue
            remember_content(key=key, name="session", language=letter.language, provider_id=known[key])
        ready[place] = replace(letter, content_id=known.get(key, ""))
    ready[:] = [each for each in ready if not keys.get(each.id) or each.content_id]


def _keeper(carrier: Carrier) -> Keeper | None:
    return carrier if hasattr(carrier, "found") else None  # type: ignore[return-value]  # a Keeper by its shape


@functools.cache
def _pool() -> ThreadPoolExecutor:
    """Threads that only speak to providers: none of them touches the database."""
    return ThreadPoolExecutor(THREADS, thread_name_prefix="carrier")
