"""What a rail's word about a payment lets us conclude, in our own terms."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What a result code lets us conclude."""

    PAID = "paid"
    PENDING = "pending"
    MAY_RETRY = "may_retry"
    FINAL = "final"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Meaning:
    """A verdict, the sentence for the member, and what to mind before asking again.

    `may_still_be_paid`: some have seen money move after this code, so the rail is asked again.
    `lacks_money`: the member had not enough, so that the next attempt had better wait for a day with money.
    `needs_member`: only the member can go on (their bank wants to ask them), so it is not tried without them.
    """

    verdict: Verdict
    reason: str = ""
    may_still_be_paid: bool = False
    wait_s: int = 0
    lacks_money: bool = False
    needs_member: bool = False
