"""What changing to another price in the middle of a period gives back and costs, to the minor unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pamoja.kernel.payments.rules.exact import part_of


@dataclass(frozen=True)
class Proration:
    """`credit_minor` comes back for the time not used; `charge_minor` is for the same time by the new price."""

    credit_minor: int
    charge_minor: int

    @property
    def due_minor(self) -> int:
        """What is to be paid now; negative when the next invoice is less by it."""
        return self.charge_minor - self.credit_minor


def prorated(*, charged_minor: int, new_minor: int, starts_at: datetime, ends_at: datetime, now: datetime) -> Proration:
    """Both sides by the seconds that are left of the period, each rounded to the nearest minor unit, halves up.

    `charged_minor` is what the running period was charged at, after discounts, so that nobody is given back more than
    they were asked for. Both sides are rounded alike: changing to the same amount costs nothing, at any moment.
    """
    whole = _seconds(ends_at, starts_at)
    left = max(0, min(whole, _seconds(ends_at, now)))
    return Proration(part_of(charged_minor, left, whole), part_of(new_minor, left, whole))


def _seconds(later: datetime, earlier: datetime) -> int:
    return int((later - earlier).total_seconds())
