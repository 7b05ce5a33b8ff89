"""The second half of a payout by Stripe: from the member's account there to their bank, or back to us.

Source: contract Stripe §4.11; why so: decision 0015.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum


class OnwardState(StrEnum):
    """Money that is at Stripe in the member's name."""

    REQUESTED = "requested"  # Stripe is to send it to the bank
    SENT = "sent"  # Stripe may have been told
    MOVING = "moving"  # Stripe has it on the way
    PAID = "paid"  # the bank has it; some banks send it back all the same
    COMING_BACK = "coming_back"  # it did not reach the bank: the transfer is to be reversed
    CAME_BACK = "came_back"  # it is in the member's wallet again
    STUCK = "stuck"  # Stripe cannot give it back: a person must look


S = OnwardState

ONWARD_MOVES: dict[OnwardState, frozenset[OnwardState]] = {
    S.REQUESTED: frozenset({S.SENT, S.COMING_BACK}),
    S.SENT: frozenset({S.REQUESTED, S.MOVING, S.PAID, S.COMING_BACK}),
    S.MOVING: frozenset({S.PAID, S.COMING_BACK}),
    S.PAID: frozenset({S.COMING_BACK}),
    S.COMING_BACK: frozenset({S.CAME_BACK, S.STUCK}),
    S.CAME_BACK: frozenset(),
    S.STUCK: frozenset({S.COMING_BACK}),
}

RECALLABLE = (S.REQUESTED, S.SENT, S.MOVING, S.STUCK)
"""What staff may take back."""

_SCHEDULE = (
    timedelta(seconds=20), timedelta(minutes=2), timedelta(minutes=20), timedelta(hours=2), timedelta(hours=12),
    timedelta(days=1), timedelta(days=2), timedelta(days=3), timedelta(days=4), timedelta(days=5), timedelta(days=7),
    timedelta(days=10), timedelta(days=14),
)  # fmt: skip
_AGAIN, _AGAIN_MOST = timedelta(seconds=20), timedelta(hours=6)
# A payout that is called paid may still fail within five business days.
_AFTER_PAID = (timedelta(days=3), timedelta(days=8))

REASONS = {
    "account_closed": "The bank account is closed.",
    "account_frozen": "The bank account is frozen.",
    "bank_account_restricted": "The bank account takes no such payments.",
    "bank_ownership_changed": "The bank account has another owner now.",
    "could_not_process": "The bank could not process it.",
    "debit_not_authorized": "The bank account takes no such payments.",
    "declined": "The bank declined it.",
    "incorrect_account_holder_name": "The name on the bank account is another.",
    "invalid_account_number": "The bank knows no such account.",
    "invalid_currency": "The bank account is in another currency.",
    "no_account": "The bank knows no such account.",
    "payouts_not_allowed": "Stripe needs more from you before it pays you.",
    "canceled": "It was cancelled at Stripe.",
    "taken_back": "The community took it back.",
}
REASON = "The bank did not take it."


CAME_BACK = "It did not reach the bank, and is in the wallet again."


def reason_of(code: str) -> str:
    """What the member is told of money that did not reach their bank."""
    return REASONS.get(code, REASON)


def next_query_at(
    state: OnwardState, *, since: datetime, paid_at: datetime | None, tries: int, now: datetime
) -> datetime | None:
    """When Stripe is asked or told next by itself, should no event come before; none when it is over."""
    if state in (S.CAME_BACK, S.STUCK):
        return None
    if state == S.COMING_BACK:
        return now + min(_AGAIN * (1 << min(tries, 12)), _AGAIN_MOST)
    if state == S.PAID:
        return next((paid_at + each for each in _AFTER_PAID if paid_at + each > now), None) if paid_at else None
    return next((since + each for each in _SCHEDULE if since + each > now), now + timedelta(days=1))
