"""Where two books of the same payments disagree: pure, so that it is tested as a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pamoja.kernel.payments.rules.messages import Listed

_FAMILIES = {
    "charge": "payment",
    "payment": "payment",
    "refund": "refund",
    "payment_refund": "refund",
    "refund_failure": "refund",
    "payment_failure_refund": "refund",
    "adjustment": "dispute",
    "transfer": "transfer",
    "transfer_refund": "transfer taken back",
}


@dataclass(frozen=True)
class Ours:
    """One payment, refund, dispute or transfer as we posted it. `is_expected`: the provider's list must have it."""

    family: str
    subject_id: str
    amount_minor: int
    is_expected: bool = True


@dataclass(frozen=True)
class Difference:
    """Of one subject the two books say different amounts; one that only one of them has is zero in the other."""

    family: str
    subject_id: str
    theirs_minor: int
    ours_minor: int
    currency: str = ""


def family_of(kind: str) -> str:
    """Payment, refund, dispute or transfer; empty for what is no member's: payouts to our bank, Stripe's own fees."""
    return _FAMILIES.get(kind, "")


def differences(theirs: Iterable[Listed], ours: Iterable[Ours]) -> list[Difference]:
    """Every subject on which the books disagree, in the order of their ids."""
    said: dict[tuple[str, str], int] = defaultdict(int)
    currencies: dict[tuple[str, str], str] = {}
    for line in theirs:
        place = (family_of(line.kind), line.subject_id)
        said[place] += line.amount_minor
        currencies[place] = line.currency
    posted = {(each.family, each.subject_id): each for each in ours}
    found = []
    for place in sorted(said.keys() | {place for place, each in posted.items() if each.is_expected}):
        known = posted.get(place)
        ours_minor = known.amount_minor if known else 0
        if said.get(place, 0) != ours_minor:
            found.append(Difference(*place, said.get(place, 0), ours_minor, currencies.get(place, "")))
    return found
