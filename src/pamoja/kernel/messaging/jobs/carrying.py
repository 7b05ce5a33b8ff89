"""A stream of letters to one provider: taken up as they become due, begun at its pace, recorded as they end."""

from __future__ import annotations

import functools
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ALL_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from pamoja.foundation import clock
from pamoja.foundation.errors import ProviderFailure
from pamoja.kernel.messaging import actions, rules
from pamoja.kernel.messaging.actions import Claimed, Outcome
from pamoja.kernel.messaging.actions.contents import remember_content
from pamoja.kernel.messaging.errors import OutcomeUnknown, ProviderAway
from pamoja.kernel.messaging.jobs.sorting import sorted_out
from pamoja.kernel.messaging.providers import Carrier, HandOver, Keeper
from pamoja.kernel.messaging.queries import handing, pacing
from pamoja.kernel.messaging.queries.handing import Letter
from pamoja.kernel.messaging.rules import Channel, Form

log = logging.getLogger("pamoja.messaging")

TICK_S = 0.02
# How often it is looked for what has become due, and for how long while nothing is.
CLAIM_EVERY_S, CLAIM_EVERY_S_MAX = 0.1, 0.5
# What becomes due so soon is in hand already, sorted out, when its moment comes.
NEARLY = timedelta(seconds=0.25)
# Where a sender's allowance is spoken for beyond this, nothing more is taken into one's hands.
HELD_S_MAX = 1.0


class Stream:
    """What one community has due on one channel, many under way at a time; none waits for another's answer.

    Everything but the hand-over itself happens in the thread that runs it.
    """

    def __init__(self, carrier: Carrier, channel: Channel, *, batch: int, goes_on: Callable[[], bool]) -> None:
        self._carrier, self._channel, self._batch, self._goes_on = carrier, channel, batch, goes_on
        self._keeper: Keeper | None = carrier if hasattr(carrier, "found") else None  # type: ignore[assignment]  # a Keeper by its shape
        self._ready: list[Letter] = []
        self._slots: deque[float] = deque()  # when this sender may begin one more, by time.monotonic()
        self._under_way: dict[Future[Outcome], Letter] = {}
        self._looked_for: dict[Future[list[str]], Letter] = {}
        self._claims_at_s, self._pause_s = 0.0, CLAIM_EVERY_S
        self._found = self._claimed_some = True
        self._away: ProviderAway | None = None

    def run(self, *, lingers: Callable[[], bool] = lambda: False, look_ahead: timedelta = timedelta()) -> None:
        """Until nothing is due and there is nothing to linger for, the turn is over, or the provider is away."""
        with ExitStack() as opened:
            try:
                hand_over = opened.enter_context(self._carrier.connected())
            except ProviderAway as away:
                self._heed(away)
                return
            while self._is_busy():
                if self._takes_more() and self._is_time():
                    self._take_up(look_ahead)
                    self._found = self._found or lingers()
                self._begin(hand_over)
                self._end()
        self._let_go()

    def _is_busy(self) -> bool:
        """What is under way is always awaited; what is in hand, where it may begin soon."""
        if self._under_way or self._looked_for:
            return True
        if self._away:
            return False
        if self._ready:
            return self._goes_on() or self._held_s() <= NEARLY.total_seconds()
        return self._goes_on() and self._found

    @property
    def _in_hand(self) -> int:
        return len(self._ready) + len(self._under_way) + len(self._looked_for)

    def _held_s(self) -> float:
        return self._slots[0] - time.monotonic() if self._slots else 0.0

    def _takes_more(self) -> bool:
        return self._away is None and self._goes_on() and self._held_s() <= HELD_S_MAX

    def _is_time(self) -> bool:
        room = self._batch - len(self._ready) - len(self._looked_for)
        # What comes behind something in its lane can be claimed as soon as that is done.
        is_done = self._claimed_some and not self._in_hand
        return room > 0 and (is_done or time.monotonic() >= self._claims_at_s)

    def _take_up(self, look_ahead: timedelta) -> None:
        """Claim what is due, as long as its sender may say more soon."""
        room = self._batch - len(self._ready) - len(self._looked_for)
        is_held = not self._slots and pacing.held_for_s(self._carrier.sender) > HELD_S_MAX
        claimed = [] if is_held else actions.claim_due(limit=room, channel=self._channel, look_ahead=look_ahead)
        self._found = self._claimed_some = bool(claimed)
        self._pause_s = CLAIM_EVERY_S if claimed else min(2 * self._pause_s, CLAIM_EVERY_S_MAX)
        self._claims_at_s = time.monotonic() + (0.0 if len(claimed) == room else self._pause_s)
        for letter in self._with_contents(sorted_out(claimed)):
            if letter.is_doubtful and self._keeper:
                looked_for = self._pool().submit(self._keeper.found, letter)
                self._looked_for[looked_for] = letter
            else:
                self._ready.append(letter)

    def _begin(self, hand_over: HandOver) -> None:
        """As many as are due and as the provider's pace allows."""
        room = self._carrier.at_once - len(self._under_way)
        if self._away or room <= 0 or not self._ready:
            return
        now = clock.now()
        due = list(islice((each for each in self._ready if each.next_attempt_at <= now), room))
        if len(due) > len(self._slots):
            # At once for all in hand, for they are due within a moment.
            missing = len(self._ready) - len(self._slots)
            a_second = self._carrier.a_second
            wait_s = actions.reserve(sender=self._carrier.sender, wanted=missing, a_second=a_second)
            first_s = time.monotonic() + wait_s
            self._slots.extend(first_s + number / a_second for number in range(missing))
        now_s = time.monotonic()
        wave = []
        for letter in due:
            if self._slots[0] > now_s:
                break
            self._slots.popleft()
            self._ready.remove(letter)
            wave.append(letter)
        for letter in _still_wanted(wave):
            self._under_way[self._pool().submit(_handed_over, hand_over, letter)] = letter

    def _end(self) -> None:
        """Wait a moment, and record what has ended meanwhile; many together, for each record is a commit."""
        running: list[Future[Any]] = [*self._under_way, *self._looked_for]
        if not running:
            time.sleep(TICK_S)
            return
        # Whatever ends may have been in the way of something in its lane.
        self._found = self._claimed_some = True
        wait(running, timeout=TICK_S, return_when=ALL_COMPLETED)
        ended = [each for each in self._under_way if each.done()]
        if ended:
            self._record([(each, self._under_way.pop(each)) for each in ended])
        for future in [each for each in self._looked_for if each.done()]:
            self._settle_doubt(future, self._looked_for.pop(future))

    def _record(self, ended: Sequence[tuple[Future[Outcome], Letter]]) -> None:
        outcomes = []
        for future, letter in ended:
            failure = future.exception()
            if failure is None:
                outcomes.append(future.result())
            elif isinstance(failure, ProviderFailure):
                outcomes.append(_failed(letter, failure, clock.now()))
                self._heed(failure)
            else:
                raise failure
        actions.record_outcomes(outcomes=outcomes)

    def _settle_doubt(self, future: Future[list[str]], letter: Letter) -> None:
        """Twilio takes no key that would make sending twice harmless: what may be there was looked for before.

        An id that belongs to another message of ours is not this one, though the words be the same.
        """
        failure = future.exception()
        if isinstance(failure, ProviderFailure):
            self._heed(failure)
            # Nothing was learnt: as doubtful as before.
            unknown = OutcomeUnknown(str(failure), code=failure.code)
            actions.record_outcomes(outcomes=[_failed(letter, unknown, clock.now())])
            return
        if failure is not None:
            raise failure
        candidates = future.result()
        known = handing.provider_ids_known(candidates)
        unknown_ids = [each for each in candidates if each not in known]
        if unknown_ids:
            found = Outcome(letter.id, clock.now(), provider_id=unknown_ids[0], is_taken=True)
            actions.record_outcomes(outcomes=[found])
        else:
            self._ready.append(letter)

    def _heed(self, failure: ProviderFailure) -> None:
        """What a failure says about the provider, beyond one letter."""
        if isinstance(failure, ProviderAway) and self._away is None:
            log.warning("the provider of %s is away: %s", self._channel.value, failure.code)
            self._away = failure
        meaning = rules.meaning_of(failure.code)
        if meaning.is_ours:
            log.error("the provider refuses us: %s %s", failure.code, failure, extra={"sender": self._carrier.sender})
        if meaning.holds_sender_for:
            actions.hold_sender(sender=self._carrier.sender, for_=meaning.holds_sender_for)

    def _let_go(self) -> None:
        """What was not begun is put back, or tried later where the provider is away."""
        left, self._ready = self._ready, []
        if left and self._away:
            now = clock.now()
            actions.record_outcomes(outcomes=[_failed(each, self._away, now) for each in left])
        elif left:
            actions.put_back(claimed=[Claimed(each.id, each.is_doubtful) for each in left])

    def _with_contents(self, letters: list[Letter]) -> list[Letter]:
        """Where the words need a content at the provider, its id; made once and remembered."""
        keeper = self._keeper
        keys = {each.id: keeper.content_key(each) for each in letters if each.form == Form.FREE} if keeper else {}
        if keeper is None or not any(keys.values()):
            return letters
        known = handing.contents_known(keys.values())
        fit = []
        for letter in letters:
            key = keys.get(letter.id, "")
            if key and key not in known:
                try:
                    known[key] = keeper.keep(letter)
                except ProviderFailure as failure:
                    self._heed(failure)
                    actions.record_outcomes(outcomes=[_failed(letter, failure, clock.now())])
                    continue
                remember_content(key=key, name="session", language=letter.language, provider_id=known[key])
            fit.append(replace(letter, content_id=known.get(key, "")))
        return fit

    def _pool(self) -> ThreadPoolExecutor:
        return _pool_of(self._carrier.sender, self._carrier.at_once)


def wait_for(moment: datetime) -> None:
    """Returns at this moment of the platform's clock, which was at most a look ahead."""
    ahead_s = (moment - clock.now()).total_seconds()
    if ahead_s > 0:
        time.sleep(min(ahead_s, 2.0))


def _still_wanted(wave: Sequence[Letter]) -> list[Letter]:
    """Without those whose recipient has said STOP since they were taken up."""
    if not wave:
        return []
    stopped = handing.stopped_since([each.id for each in wave if not each.content.ignores_stop])
    if stopped:
        actions.turn_away(message_ids=stopped, code="stopped", is_wish=True)
    return [each for each in wave if each.id not in stopped]


def _handed_over(hand_over: HandOver, letter: Letter) -> Outcome:
    provider_id = hand_over(letter)
    return Outcome(letter.id, clock.now(), provider_id=provider_id, is_taken=True)


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


@functools.cache
def _pool_of(sender: str, threads: int) -> ThreadPoolExecutor:
    """Threads that only speak to providers, so many for each sender: none of them touches the database."""
    return ThreadPoolExecutor(threads, thread_name_prefix=f"carrier {sender}")
