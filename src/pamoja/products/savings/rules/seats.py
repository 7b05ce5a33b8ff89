"""Places in a circle: who may start, whose turn it is, and which places may be exchanged."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal
from uuid import UUID

CircleStatus = Literal["gathering", "running", "paused", "completed", "ended"]
RoundState = Literal["scheduled", "open", "paid_out", "cancelled"]
ContributionState = Literal["due", "overdue", "paid", "forgiven", "refunded", "cancelled"]

# The database refuses every other step (`sql/guards.sql`); a test holds the two lists together.
CIRCLE_STEPS: Mapping[CircleStatus, frozenset[CircleStatus]] = {
    "gathering": frozenset({"running", "ended"}),
    "running": frozenset({"paused", "completed", "ended"}),
    "paused": frozenset({"running", "ended"}),
    "completed": frozenset(),
    "ended": frozenset(),
}
ROUND_STEPS: Mapping[RoundState, frozenset[RoundState]] = {
    "scheduled": frozenset({"open", "cancelled"}),
    "open": frozenset({"paid_out", "cancelled"}),
    "paid_out": frozenset(),
    "cancelled": frozenset(),
}
CONTRIBUTION_STEPS: Mapping[ContributionState, frozenset[ContributionState]] = {
    "due": frozenset({"overdue", "paid", "forgiven", "cancelled"}),
    "overdue": frozenset({"paid", "forgiven", "cancelled"}),
    "paid": frozenset({"refunded"}),
    "forgiven": frozenset(),
    "refunded": frozenset(),
    "cancelled": frozenset(),
}


def position_of_round(number: int, members: int) -> int:
    """Which position receives in round 1, 2, 3…; after the last position it is the first one's turn again."""
    return (number - 1) % members + 1


def is_complete_order(positions: Mapping[UUID, int], member_ids: Collection[UUID]) -> bool:
    """Whether every member has one position and the positions are 1, 2, 3… without a gap."""
    return set(positions) == set(member_ids) and sorted(positions.values()) == list(range(1, len(member_ids) + 1))


def may_swap(rounds_left: Sequence[UUID], one: UUID, other: UUID) -> bool:
    """Whether two members may exchange places, by the recipients of the rounds that have not opened yet.

    Both must wait for as many turns, else one of them would receive twice before the other has received once.
    """
    return one != other and rounds_left.count(one) == rounds_left.count(other) > 0
