"""Which states subscriptions, invoices and questions have, and what time alone makes of a subscription.

The database enforces the same tables (`sql/billing.sql`); a specification compares the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class SubscriptionState(StrEnum):
    """How a subscription stands."""

    INCOMPLETE = "incomplete"  # the first invoice is not paid yet
    TRIALING = "trialing"  # tried without paying
    ACTIVE = "active"
    PAST_DUE = "past_due"  # an invoice was not paid; what it grants goes on through the grace
    PAUSED = "paused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"  # the first invoice was never paid


class InvoiceState(StrEnum):
    """How an invoice stands."""

    DRAFT = "draft"  # its lines are being written
    OPEN = "open"  # numbered, and to be paid
    PAID = "paid"
    REFUNDED = "refunded"  # all of it was given back
    VOID = "void"  # not owed any more
    UNCOLLECTIBLE = "uncollectible"  # owed, and not asked for any more


class QuestionState(StrEnum):
    """How a question about billing stands."""

    OPEN = "open"  # the community is to answer
    ANSWERED = "answered"  # the member is to read
    RESOLVED = "resolved"


S, N, Q = SubscriptionState, InvoiceState, QuestionState

SUBSCRIPTION_MOVES: dict[SubscriptionState, frozenset[SubscriptionState]] = {
    S.INCOMPLETE: frozenset({S.TRIALING, S.ACTIVE, S.CANCELLED, S.EXPIRED}),
    S.TRIALING: frozenset({S.ACTIVE, S.PAUSED, S.CANCELLED}),
    S.ACTIVE: frozenset({S.PAST_DUE, S.PAUSED, S.CANCELLED}),
    S.PAST_DUE: frozenset({S.ACTIVE, S.PAUSED, S.CANCELLED}),
    S.PAUSED: frozenset({S.TRIALING, S.ACTIVE, S.CANCELLED}),
    S.CANCELLED: frozenset(),
    S.EXPIRED: frozenset(),
}
INVOICE_MOVES: dict[InvoiceState, frozenset[InvoiceState]] = {
    N.DRAFT: frozenset({N.OPEN}),
    N.OPEN: frozenset({N.PAID, N.VOID, N.UNCOLLECTIBLE}),
    N.PAID: frozenset({N.REFUNDED}),
    N.REFUNDED: frozenset(),
    N.VOID: frozenset(),
    N.UNCOLLECTIBLE: frozenset(),
}
QUESTION_MOVES: dict[QuestionState, frozenset[QuestionState]] = {
    Q.OPEN: frozenset({Q.ANSWERED, Q.RESOLVED}),
    Q.ANSWERED: frozenset({Q.OPEN, Q.RESOLVED}),
    Q.RESOLVED: frozenset({Q.OPEN}),
}

ENDED = (S.CANCELLED, S.EXPIRED)
RUNNING = (S.TRIALING, S.ACTIVE, S.PAST_DUE)
"""While one of these stands, the member has what the plan grants."""


class AfterGrace(StrEnum):
    """What a plan does when nobody paid through the grace."""

    CANCEL = "cancel"
    PAUSE = "pause"


class Reason(StrEnum):
    """Why an invoice was made."""

    FIRST = "first"
    RENEWAL = "renewal"
    CHANGE = "change"
    LAST_USE = "last_use"  # what was used before the end
    SINGLE = "single"  # for something bought once


class LineKind(StrEnum):
    """What a line of an invoice is about."""

    PLAN = "plan"
    USE = "use"
    CHANGE = "change"  # the rest of a period by a new price
    UNUSED = "unused"  # given back for the rest of a period
    SINGLE = "single"
    CREDIT = "credit"  # carried from or to another invoice
    DISCOUNT = "discount"
    TAX = "tax"


class Step(StrEnum):
    """What time makes of a subscription."""

    WAIT = "wait"
    EXPIRE = "expire"
    END_TRIAL = "end_trial"
    RENEW = "renew"
    CANCEL = "cancel"
    GIVE_UP_CANCEL = "give_up_cancel"
    GIVE_UP_PAUSE = "give_up_pause"
    RESUME = "resume"


@dataclass(frozen=True)
class Standing:
    """What a subscription's next step depends on."""

    state: SubscriptionState
    period_ends_at: datetime
    trial_ends_at: datetime | None = None
    expires_at: datetime | None = None
    grace_ends_at: datetime | None = None
    resumes_at: datetime | None = None
    ends_with_period: bool = False
    has_open_invoice: bool = False
    after_grace: AfterGrace = AfterGrace.CANCEL


def next_step_at(standing: Standing) -> datetime | None:
    """When time will change it next; None when only somebody can."""
    return {
        S.INCOMPLETE: standing.expires_at,
        S.TRIALING: standing.trial_ends_at,
        S.ACTIVE: standing.period_ends_at,
        S.PAST_DUE: standing.grace_ends_at,
        S.PAUSED: standing.resumes_at,
    }.get(standing.state)


def step_due(standing: Standing, now: datetime) -> Step:
    """What is to be done now. An invoice still being asked for keeps the next one from being made."""
    due_at = next_step_at(standing)
    if due_at is None or due_at > now:
        return Step.WAIT
    if standing.state in _ALONE:
        return _ALONE[standing.state]
    if standing.state == S.PAST_DUE:
        return Step.GIVE_UP_PAUSE if standing.after_grace == AfterGrace.PAUSE else Step.GIVE_UP_CANCEL
    if standing.ends_with_period:
        return Step.CANCEL
    if standing.state == S.TRIALING:
        return Step.END_TRIAL
    return Step.WAIT if standing.has_open_invoice else Step.RENEW


_ALONE = {S.INCOMPLETE: Step.EXPIRE, S.PAUSED: Step.RESUME}


def grants_now(state: SubscriptionState, grace_ends_at: datetime | None, now: datetime) -> bool:
    """Whether the member has what the plan grants, however late the sweep is."""
    if state == S.PAST_DUE and grace_ends_at is not None:
        return now < grace_ends_at
    return state in RUNNING


def next_attempt_at(
    *, failed_first_at: datetime, failures: int, retry_days: Sequence[int], grace_ends_at: datetime | None
) -> datetime | None:
    """When an invoice is asked for again: so many days after its first failure, if that is within the grace."""
    if not 1 <= failures <= len(retry_days):
        return None
    again_at = failed_first_at + timedelta(days=retry_days[failures - 1])
    return again_at if grace_ends_at is None or again_at < grace_ends_at else None
