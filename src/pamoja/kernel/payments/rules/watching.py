"""What about a payout makes a person look first: a table of rules over plain facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum


class Verdict(IntEnum):
    """The graver wins."""

    ALLOW = 0
    HOLD = 1  # this payout waits for a person
    FREEZE = 2  # it waits, and so does whatever else the member sends out


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known when money is to leave. Units: minor, hours.

    `is_own`: the member asked for it, not a circle. `largest_minor`: the largest of `payouts_before` that arrived.
    `sharing`: how many other members pay or are paid by the same phone, card or account.
    `payouts_hour`: those before it within the hour. `filled_minor`: what the wallet was filled with within the hour.
    """

    amount_minor: int
    noticeable_minor: int
    is_own: bool = True
    failures: int = 0
    payouts_hour: int = 0
    access_changed_h: float | None = None
    payouts_before: int = 0
    largest_minor: int = 0
    sharing: int = 0
    filled_minor: int = 0

    @property
    def is_noticeable(self) -> bool:
        return self.amount_minor >= self.noticeable_minor


@dataclass(frozen=True)
class Rule:
    """`says` is for staff; a member never reads which rule it was."""

    name: str
    verdict: Verdict
    says: str
    matches: Callable[[Facts], bool]


FAILURES = 5
PAYOUTS_HOUR = 5
ACCESS_H = 24
TIMES_LARGEST, PAYOUTS_KNOWN = 10, 3
SHARING = 2
# In parts of ten: most of what just came in is to leave again.
FILLED_TENTHS = 8

RULES: tuple[Rule, ...] = (
    Rule(
        "shared_instrument",
        Verdict.FREEZE,
        f"{SHARING} or more other members use the same phone, card or bank account",
        lambda f: f.sharing >= SHARING,
    ),
    Rule(
        "straight_through",
        Verdict.FREEZE,
        "most of it was filled in within the hour before, and is to leave again",
        lambda f: f.is_own and f.is_noticeable and f.filled_minor * 10 >= f.amount_minor * FILLED_TENTHS,
    ),
    Rule(
        "access_changed",
        Verdict.HOLD,
        f"the phone, e-mail address or password was changed within {ACCESS_H} hours before",
        lambda f: f.is_noticeable and f.access_changed_h is not None and f.access_changed_h < ACCESS_H,
    ),
    Rule(
        "many_failures",
        Verdict.HOLD,
        f"{FAILURES} or more payments of the member failed within the hour before",
        lambda f: f.is_own and f.failures >= FAILURES,
    ),
    Rule(
        "many_payouts",
        Verdict.HOLD,
        f"{PAYOUTS_HOUR} or more payouts were asked for within the hour before",
        lambda f: f.is_own and f.payouts_hour >= PAYOUTS_HOUR,
    ),
    Rule(
        "unlike_before",
        Verdict.HOLD,
        f"it is more than {TIMES_LARGEST} times the largest of the member's payouts so far",
        lambda f: (
            f.is_own
            and f.is_noticeable
            and f.payouts_before >= PAYOUTS_KNOWN
            and f.amount_minor > TIMES_LARGEST * f.largest_minor
        ),
    ),
)
BY_NAME = {rule.name: rule for rule in RULES}


def judge(facts: Facts) -> Rule | None:
    """The gravest rule that matches, the first of equals; None: let it go."""
    matching = [rule for rule in RULES if rule.matches(facts)]
    return max(matching, key=lambda rule: rule.verdict, default=None)
