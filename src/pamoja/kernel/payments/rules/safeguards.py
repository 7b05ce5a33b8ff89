"""From which amount two people decide, and how long things wait: what a community chose, or what is usual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pamoja.kernel.payments.rules.limits import in_round

COOLING_H, COOLING_H_MAX = 24, 720
APPROVAL_H, APPROVAL_H_MAX = 72, 720
_LARGE = 1_000
_NOTICEABLE = 100


@dataclass(frozen=True)
class Safeguards:
    """`large_minor`: a payout from here on needs a second person, None: none does. Units: minor, hours."""

    large_minor: int | None
    noticeable_minor: int
    cooling_h: int
    approval_h: int


def safeguards(chosen: Mapping[str, Any], code: str) -> Safeguards:
    """What holds in a community for a currency."""
    return Safeguards(
        large_minor=chosen.get("large", {}).get(code, in_round(_LARGE, code)),
        noticeable_minor=in_round(_NOTICEABLE, code) or 0,
        cooling_h=int(chosen.get("cooling_h", COOLING_H)),
        approval_h=int(chosen.get("approval_h", APPROVAL_H)),
    )


def payable_from(added_at: datetime | None, joined_at: datetime, cooling_h: int) -> datetime | None:
    """From when money may go to a destination; None: at once. What somebody came with needs no cooling."""
    if added_at is None or added_at <= joined_at + timedelta(hours=cooling_h):
        return None
    return added_at + timedelta(hours=cooling_h)


class ApprovalKind(StrEnum):
    """What a second person decides about."""

    PAYOUT = "payout"  # a large one, before it leaves
    ADJUSTMENT = "adjustment"  # staff correct a wallet


class ApprovalState(StrEnum):
    """Where it stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"


APPROVAL_MOVES: dict[ApprovalState, frozenset[ApprovalState]] = {
    ApprovalState.WAITING: frozenset({ApprovalState.APPROVED, ApprovalState.DECLINED, ApprovalState.EXPIRED}),
    ApprovalState.APPROVED: frozenset(),
    ApprovalState.DECLINED: frozenset(),
    ApprovalState.EXPIRED: frozenset(),
}

ADJUSTED_AGAINST = {
    "adjustments": "Corrections of the books",
    "goodwill": "Goodwill of the community",
    "losses": "Losses of the community",
}
"""The community's accounts that a wallet may be corrected against, and their names."""
