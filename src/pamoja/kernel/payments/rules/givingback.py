"""Money that goes back: the states of refunds and disputes, their moves, and who bears what."""

from __future__ import annotations

from enum import StrEnum


class RefundState(StrEnum):
    """Money on its way back to the payer."""

    REQUESTED = "requested"  # held, or waiting for a second person
    SENT = "sent"  # the rail may have been told
    PENDING = "pending"  # the rail took it
    SUCCEEDED = "succeeded"  # it is gone; the hold is captured
    FAILED = "failed"  # it did not go, or came back
    REVIEW = "review"  # a person must look


class DisputeState(StrEnum):
    """A payment that its payer's bank questions."""

    OPEN = "open"  # we may answer
    ANSWERED = "answered"  # the bank decides
    WON = "won"
    LOST = "lost"


class CaseKind(StrEnum):
    """Why a person must look."""

    UNMATCHED = "unmatched"  # money came of which nobody knows whose it is
    DIFFERENCE = "difference"  # our books and the provider's disagree
    DISPUTE = "dispute"  # a payer's bank questions a payment
    REFUND = "refund"  # a refund did not go as it should
    PAYOUT = "payout"  # money that was sent can neither arrive nor come back by itself


R, D = RefundState, DisputeState

# One that had succeeded may still come back days later.
REFUND_MOVES: dict[RefundState, frozenset[RefundState]] = {
    R.REQUESTED: frozenset({R.SENT, R.FAILED}),
    R.SENT: frozenset({R.PENDING, R.SUCCEEDED, R.FAILED, R.REVIEW}),
    R.PENDING: frozenset({R.SUCCEEDED, R.FAILED, R.REVIEW}),
    R.SUCCEEDED: frozenset({R.FAILED}),
    R.FAILED: frozenset(),
    R.REVIEW: frozenset({R.SUCCEEDED, R.FAILED}),
}
DISPUTE_MOVES: dict[DisputeState, frozenset[DisputeState]] = {
    D.OPEN: frozenset({D.ANSWERED, D.WON, D.LOST}),
    D.ANSWERED: frozenset({D.WON, D.LOST}),
    D.WON: frozenset(),
    D.LOST: frozenset(),
}

# Stripe's states of a dispute in ours. Source: contract Stripe §4.10.
DISPUTE_STATES = {
    "needs_response": D.OPEN,
    "warning_needs_response": D.OPEN,
    "under_review": D.ANSWERED,
    "warning_under_review": D.ANSWERED,
    "won": D.WON,
    "warning_closed": D.WON,
    "prevented": D.WON,
    "lost": D.LOST,
}


def borne_by_member(*, amount_minor: int, held_minor: int) -> tuple[int, int]:
    """Of a lost dispute, what the member gives back out of what was kept, and what the community loses.

    The member has the money back from their bank, so what of it is still in their wallet is not theirs any more; what
    has gone into a pot meanwhile belongs to others, and is the community's loss.
    """
    given_back = min(amount_minor, held_minor)
    return given_back, amount_minor - given_back
