"""Circles as rings: which place is whose, and in what state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pamoja.products.savings.models import Contribution
from pamoja.products.savings.queries.circle_page import CirclePage, RoundLine

PlaceState = Literal["paid", "late", "missed", "due", "open"]

STATES: dict[str, PlaceState] = {
    Contribution.State.PAID: "paid",
    Contribution.State.DUE: "due",
    Contribution.State.OVERDUE: "late",
    Contribution.State.FORGIVEN: "missed",
    Contribution.State.REFUNDED: "due",
    Contribution.State.CANCELLED: "due",
}


@dataclass(frozen=True)
class RingPlace:
    """One place as the `ring` tag draws it."""

    name: str
    state: PlaceState
    initials: str = ""
    receives: bool = False
    is_self: bool = False


def ring_of_round(line: RoundLine) -> list[RingPlace]:
    """Who has paid into a round, in the order in which they receive."""
    return [
        RingPlace(
            name=each.card.short_name,
            state=STATES[each.contribution.state],
            initials=each.card.initials,
            receives=each.contribution.seat_id == line.round.recipient_id,
            is_self=each.is_you,
        )
        for each in line.contributions
    ]


def ring_of_members(page: CirclePage) -> list[RingPlace]:
    """Who is in a circle that gathers, and the places still free."""
    taken = [
        RingPlace(name=each.card.short_name, state="paid", initials=each.card.initials, is_self=each.is_you)
        for each in page.members
    ]
    return taken + [RingPlace(name="Nobody yet", state="open")] * page.places_left


def ring_of_turns(page: CirclePage) -> list[RingPlace]:
    """Who has received so far, where no round is open."""
    return [
        RingPlace(
            name=line.recipient.short_name,
            state="paid" if line.round.is_paid_out else "due",
            initials=line.recipient.initials,
            is_self=line.is_yours,
        )
        for line in page.rounds
    ]


def seats_taken(taken: int, places: int) -> list[RingPlace]:
    """How full a circle is, for the small ring of lists."""
    return [RingPlace("A member", "paid")] * taken + [RingPlace("Nobody yet", "open")] * max(0, places - taken)
