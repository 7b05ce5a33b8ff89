"""When a circle has decided something: who counts, how many must take part, and how many must be for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

TITLE_LENGTH_MAX = 120
QUORUM_PERCENT_USUAL, DAYS_USUAL, DAYS_MAX = 50, 5, 30
OPEN_MAX = 10
"""A circle that is asked more than this at once answers nothing with care."""


class Choice(StrEnum):
    """How somebody votes. Who abstains takes part and is neither for nor against."""

    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"


class Majority(StrEnum):
    """How many must be for it, of those who are for or against."""

    MORE = "more"  # more for than against
    TWO_THIRDS = "two_thirds"
    ALL = "all"  # everybody who may vote


class Outcome(StrEnum):
    """What came of a proposal."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    TOO_FEW = "too_few"


@dataclass(frozen=True)
class Tally:
    """The votes on one proposal, by those who are in the circle, of `eligible` who may vote."""

    yes: int
    no: int
    abstained: int
    eligible: int

    @property
    def voted(self) -> int:
        """Who took part."""
        return self.yes + self.no + self.abstained

    def needed(self, quorum_percent: int) -> int:
        """How many must take part: rounded up, and never nobody."""
        return max(1, -(-self.eligible * quorum_percent // 100))

    def reaches(self, quorum_percent: int) -> bool:
        """Whether enough took part."""
        return self.voted >= self.needed(quorum_percent)

    def outcome(self, *, quorum_percent: int, majority: Majority) -> Outcome:
        """What these votes decide. A tie is no majority."""
        if not self.reaches(quorum_percent):
            return Outcome.TOO_FEW
        is_for = {
            Majority.MORE: self.yes > self.no,
            Majority.TWO_THIRDS: self.yes > 0 and self.yes * 3 >= (self.yes + self.no) * 2,
            Majority.ALL: self.yes == self.eligible,
        }[majority]
        return Outcome.ACCEPTED if is_for else Outcome.REJECTED
