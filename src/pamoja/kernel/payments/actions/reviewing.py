"""What a person does about a payment in doubt: ask the rail again, or decide and say why."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, action
from pamoja.foundation.events import announce
from pamoja.kernel.payments.actions.paying_out import confirm_payout, fail_payout
from pamoja.kernel.payments.actions.settling import fail_attempt, grant, keep_receipt
from pamoja.kernel.payments.errors import NothingToReview, ReasonMissing
from pamoja.kernel.payments.events import CollectionResolved, PayoutResolved
from pamoja.kernel.payments.models import CollectionAttempt, Payout
from pamoja.kernel.payments.queries import collections, payouts
from pamoja.kernel.payments.rules.states import AttemptState, Doubt, PayoutState

MANAGE = "payments.manage"
Outcome = Literal["paid", "not_paid", "seen"]


@action
def query_attempt_again(*, by: Actor, attempt_id: UUID) -> None:
    """Ask the rail about the attempt now.

    Raises: NotAllowed, PaymentNotFound; NothingToReview when it is paid.
    """
    by.require(MANAGE)
    _, attempt = collections.attempt_for_update(attempt_id)
    if attempt.state == AttemptState.PAID:
        raise NothingToReview()
    attempt.next_query_at = clock.now()
    attempt.save(update_fields=["next_query_at"])


@action
def query_payout_again(*, by: Actor, payout_id: UUID) -> None:
    """Ask the rail about the payout now.

    Raises: NotAllowed, PaymentNotFound; NothingToReview when it has arrived or was never sent.
    """
    by.require(MANAGE)
    payout = payouts.payout_for_update(payout_id)
    if payout.state in (PayoutState.CONFIRMED, PayoutState.REQUESTED):
        raise NothingToReview()
    payout.next_query_at = clock.now()
    payout.save(update_fields=["next_query_at"])


@action
def resolve_attempt(
    *, by: Actor, attempt_id: UUID, outcome: Outcome, reason: str, receipt: str = ""
) -> CollectionAttempt:
    """Decide about an attempt in doubt: `paid` posts the money once, `not_paid` ends it, `seen` only closes the doubt.

    Raises: NotAllowed, PaymentNotFound, ReasonMissing; NothingToReview when there is no open doubt, or when the
        outcome does not fit what was settled already.
    """
    by.require(MANAGE)
    reason = said_why(reason)
    collection, attempt = collections.attempt_for_update(attempt_id)
    if not attempt.doubt or attempt.resolved_at is not None:
        raise NothingToReview()
    is_paid, is_reviewed = attempt.state == AttemptState.PAID, attempt.state == AttemptState.REVIEW
    if (outcome == "paid" and is_paid) or (outcome == "not_paid" and is_paid) or (outcome == "seen" and is_reviewed):
        raise NothingToReview()
    attempt.resolved_at, attempt.resolution = clock.now(), reason
    attempt.save(update_fields=["resolved_at", "resolution"])
    if outcome == "paid":
        keep_receipt(attempt, frozenset({receipt.strip()} - {""}))
        grant(collection, attempt)
    elif outcome == "not_paid" and is_reviewed:
        attempt.next_query_at = None
        fail_attempt(collection, attempt, "resolved", "We looked into it: this payment did not arrive.", again=True)
    announce(
        CollectionResolved(
            **collection.told(),
            outcome=outcome.replace("_", " "),
            reason=reason,
        )
    )
    return attempt


@action
def resolve_payout(*, by: Actor, payout_id: UUID, outcome: Outcome, reason: str) -> Payout:
    """Decide about a payout in doubt: `paid` captures the hold, `not_paid` releases it, `seen` only closes the doubt.

    Raises: NotAllowed, PaymentNotFound, ReasonMissing; NothingToReview when there is no open doubt, or when the hold
        has ended already (then only `seen` fits).
    """
    by.require(MANAGE)
    reason = said_why(reason)
    payout = payouts.payout_for_update(payout_id)
    if not payout.doubt or payout.resolved_at is not None:
        raise NothingToReview()
    if (outcome == "seen") != (payout.doubt == Doubt.LATE):
        raise NothingToReview()
    payout.resolved_at, payout.resolution = clock.now(), reason
    payout.save(update_fields=["resolved_at", "resolution"])
    if outcome == "paid":
        confirm_payout(payout)
    elif outcome == "not_paid":
        fail_payout(payout, "resolved", "We looked into it: this payment did not arrive.")
    announce(
        PayoutResolved(
            **payout.told(),
            outcome=outcome.replace("_", " "),
            reason=reason,
        )
    )
    return payout


def said_why(text: str) -> str:
    """A reason worth keeping. Raises: ReasonMissing."""
    if len(text.strip()) < 3:
        raise ReasonMissing(field="reason")
    return text.strip().rstrip(".")[:300]
