"""Who is asked about next: due attempts and payouts, taken so that no two sweeps ask about the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor, action
from pamoja.kernel.payments.actions.collecting import order_of
from pamoja.kernel.payments.actions.paying_out import doubt_payout
from pamoja.kernel.payments.models import CollectionAttempt
from pamoja.kernel.payments.queries import collections, payouts, settings
from pamoja.kernel.payments.rules import rails, timing
from pamoja.kernel.payments.rules.messages import CollectOrder, NoticeKind
from pamoja.kernel.payments.rules.states import Doubt, PayoutState

# When the schedule is over and the last answer was lost on the way, it is asked for until it comes.
_AFTER_THE_LAST = timedelta(minutes=10)
# How long a member may take to confirm a payment with their bank.
_TO_CONFIRM = timedelta(minutes=55)


@dataclass(frozen=True)
class Question:
    """Ask the rail about this attempt by its own id for it; when that is a guess, by those that webhooks claimed.

    `order`: where the rail does a thing once however often it is told, what became of it is found by the order itself.
    `is_over`: the member was here to confirm with their bank, and had time enough.
    """

    attempt_id: UUID
    rail: str
    rail_ids: tuple[str, ...]
    is_guess: bool
    order: CollectOrder | None = None
    is_over: bool = False


@dataclass(frozen=True)
class PayoutQuestion:
    """Ask the rail about this payout; the answer comes to the address with the token."""

    payout_id: UUID
    rail: str
    originator_id: str
    token: str


@action
def take_due_attempts(*, by: Actor = SYSTEM, limit: int = 100) -> list[Question]:
    """The attempts to ask about now; each gets its next time first, so that a crash only delays."""
    now = clock.now()
    return [_question(attempt, now) for attempt in collections.attempts_to_query(now, limit)]


@action
def take_doubtful_attempts(*, by: Actor = SYSTEM, collection_ids: Sequence[UUID]) -> list[tuple[UUID, Question]]:
    """The earlier attempts of these collections that may have been paid after all, each with its collection.

    They are to be asked about before the next attempt.
    """
    now = clock.now()
    doubtful = collections.doubtful_attempts_for_update(collection_ids)
    return [(attempt.collection_id, _question(attempt, now)) for attempt in doubtful]


@action
def take_due_payouts(*, by: Actor = SYSTEM, limit: int = 100) -> list[PayoutQuestion]:
    """The payouts to ask about now; those that stayed unanswered to the end go to a person."""
    now = clock.now()
    questions = []
    for payout in payouts.payouts_to_query(now, limit):
        since = payout.sent_at or payout.requested_at
        has_ended = payout.state == PayoutState.FAILED
        if now >= timing.last_word_at(since) and not has_ended:
            doubt_payout(payout, Doubt.SILENCE)
            continue
        # One that ended is asked about once more, because a webhook said otherwise.
        next_at = timing.next_query_at(since, now) or timing.last_word_at(since)
        payout.next_query_at = None if has_ended else next_at
        payout.queries_made += 1
        payout.save(update_fields=["next_query_at", "queries_made"])
        token = settings.webhook_token(NoticeKind.PAYOUT_STATE, payout.pk)
        questions.append(PayoutQuestion(payout.pk, payout.rail, payout.originator_id, token))
    return questions


@action
def take_due_submissions(*, by: Actor = SYSTEM, limit: int = 100) -> tuple[list[UUID], list[UUID]]:
    """Collections and payouts whose time has come: what a lost job or a finished wait left behind."""
    now = clock.now()
    due = [each.pk for each in collections.collections_to_submit(now, limit)]
    return due, [each.pk for each in payouts.payouts_to_submit(now, limit)]


def _question(attempt: CollectionAttempt, now: datetime) -> Question:
    known = attempt.checkout_request_id
    known_facts = rails.facts_of(attempt.rail)
    next_at = timing.next_query_at(attempt.began_at, now, known_facts.query_after_s)
    if known is None and known_facts.can_repeat:
        pass
    elif known is None:
        # Without an id there is an end to asking; until the hold is over, it is looked for whether one came.
        silent_at = timing.silent_at(attempt.began_at)
        next_at = silent_at if now < silent_at else next_at
    elif next_at is None:
        next_at = now + _AFTER_THE_LAST
    attempt.next_query_at = next_at
    attempt.queries_made += 1
    attempt.save(update_fields=["next_query_at", "queries_made"])
    if known is None and known_facts.can_repeat:
        order = order_of(attempt.collection, attempt)
        return Question(attempt.pk, attempt.rail, (), is_guess=True, order=order)
    rail_ids = (known,) if known else tuple(collections.candidate_ids(attempt))
    is_over = bool(attempt.action_url) and now >= attempt.began_at + _TO_CONFIRM
    return Question(attempt.pk, attempt.rail, rail_ids, is_guess=known is None, is_over=is_over)
