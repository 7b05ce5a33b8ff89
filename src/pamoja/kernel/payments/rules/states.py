"""Which states a collection, its attempts and a payout have, and the only moves between them.

The database enforces the same tables (`sql/moves.sql`); a specification compares the two.
"""

from enum import StrEnum


class CollectionState(StrEnum):
    """Money that a member is asked for."""

    INTENDED = "intended"  # nobody was asked yet
    SUBMITTED = "submitted"  # an attempt is open
    FAILED = "failed"  # the last attempt failed; the next one has its time
    CONFIRMED = "confirmed"  # the money is posted
    GIVEN_UP = "given_up"  # not tried any more
    EXPIRED = "expired"  # its time ran out
    REVIEW = "review"  # a person must look


class AttemptState(StrEnum):
    """One prompt on one phone."""

    CREATED = "created"  # about to be sent
    SENT = "sent"  # it left, and no answer came: a prompt may be showing
    ACCEPTED = "accepted"  # the rail took it
    PAID = "paid"  # the money is posted
    FAILED = "failed"  # it ended without money
    EXPIRED = "expired"  # it was never answered for
    REVIEW = "review"  # a person must look


class PayoutState(StrEnum):
    """Money on its way to a member's phone."""

    REQUESTED = "requested"  # held in the wallet
    WAITING = "waiting"  # held in the wallet until a person agrees that it leaves
    SENT = "sent"  # it may have left
    ACCEPTED = "accepted"  # the rail took it
    CONFIRMED = "confirmed"  # it arrived; the hold is captured
    FAILED = "failed"  # it did not; the hold is released
    REVIEW = "review"  # a person must look; the hold stays


C, A, P = CollectionState, AttemptState, PayoutState

# A late success always finds its way: whatever was given up, failed or expired may still be confirmed.
COLLECTION_MOVES: dict[CollectionState, frozenset[CollectionState]] = {
    C.INTENDED: frozenset({C.SUBMITTED, C.GIVEN_UP, C.EXPIRED}),
    C.SUBMITTED: frozenset({C.CONFIRMED, C.FAILED, C.GIVEN_UP, C.EXPIRED, C.REVIEW}),
    C.FAILED: frozenset({C.SUBMITTED, C.CONFIRMED, C.GIVEN_UP, C.EXPIRED, C.REVIEW}),
    C.CONFIRMED: frozenset(),
    C.GIVEN_UP: frozenset({C.CONFIRMED}),
    C.EXPIRED: frozenset({C.CONFIRMED}),
    C.REVIEW: frozenset({C.CONFIRMED, C.FAILED, C.GIVEN_UP, C.EXPIRED}),
}
ATTEMPT_MOVES: dict[AttemptState, frozenset[AttemptState]] = {
    A.CREATED: frozenset({A.SENT, A.ACCEPTED, A.PAID, A.FAILED, A.EXPIRED, A.REVIEW}),
    A.SENT: frozenset({A.ACCEPTED, A.PAID, A.FAILED, A.EXPIRED, A.REVIEW}),
    A.ACCEPTED: frozenset({A.PAID, A.FAILED, A.REVIEW}),
    A.PAID: frozenset(),
    A.FAILED: frozenset({A.PAID, A.REVIEW}),
    A.EXPIRED: frozenset({A.PAID, A.FAILED, A.REVIEW}),
    A.REVIEW: frozenset({A.PAID, A.FAILED}),
}
PAYOUT_MOVES: dict[PayoutState, frozenset[PayoutState]] = {
    P.REQUESTED: frozenset({P.WAITING, P.SENT, P.FAILED, P.REVIEW}),
    P.WAITING: frozenset({P.REQUESTED, P.FAILED}),
    P.SENT: frozenset({P.REQUESTED, P.ACCEPTED, P.CONFIRMED, P.FAILED, P.REVIEW}),
    P.ACCEPTED: frozenset({P.CONFIRMED, P.FAILED, P.REVIEW}),
    P.CONFIRMED: frozenset(),
    P.FAILED: frozenset({P.REVIEW}),
    P.REVIEW: frozenset({P.CONFIRMED, P.FAILED}),
}

OPEN_COLLECTIONS = (C.INTENDED, C.SUBMITTED, C.FAILED, C.REVIEW)
"""While one of these stands, the same purpose is not asked for by a second collection."""

OPEN_ATTEMPTS = (A.CREATED, A.SENT, A.ACCEPTED)
"""While one of these stands, the member is not prompted again."""

UNDECIDED_ATTEMPTS = (*OPEN_ATTEMPTS, A.REVIEW)
"""A prompt may be on the phone, or waits for a person's decision."""

OPEN_PAYOUTS = (P.REQUESTED, P.WAITING, P.SENT, P.ACCEPTED, P.REVIEW)


class Doubt(StrEnum):
    """Why a person should look."""

    NONE = ""
    AMOUNT = "amount"  # somebody reported another amount than was asked for
    RECEIPT = "receipt"  # two receipts were claimed, or one that belongs to another payment
    RESULT = "result"  # a result code that nobody documents
    SILENCE = "silence"  # nothing certain was heard, and the last question was asked
    SURPLUS = "surplus"  # paid twice; both are in the wallet
    LATE = "late"  # paid out after it was reported as failed
    REFUSED = "refused"  # the rail refuses our own credentials or commands


DOUBTS: dict[Doubt, str] = {
    Doubt.AMOUNT: "Another amount was reported than was asked for.",
    Doubt.RECEIPT: "The receipt is not certain.",
    Doubt.RESULT: "The provider gave a result that nobody has documented.",
    Doubt.SILENCE: "The provider has not said how it ended.",
    Doubt.SURPLUS: "It was paid twice. Both amounts are in the wallet.",
    Doubt.LATE: "It was paid out after it had been reported as failed.",
    Doubt.REFUSED: "The provider does not accept our commands.",
}
