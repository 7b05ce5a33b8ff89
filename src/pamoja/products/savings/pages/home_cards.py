"""What savings puts on a member's home: what is due, what waits for an answer, what comes to them, their circles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.home import HomeCard, Urgency
from pamoja.kernel.identity.public import MemberRequest, member_of
from pamoja.products.savings.models import Circle
from pamoja.products.savings.pages.rings import RingPlace, seats_taken
from pamoja.products.savings.queries.lists import CircleLine, DueLine, circles_of, dues_of, receipts_to_come
from pamoja.products.savings.queries.waiting import people_asking, swaps_to_answer

NOW_DAYS = 3
"""From so many days before it is due, a contribution is the first thing on the page."""
CIRCLES_SHOWN = 6


def cards(request: MemberRequest) -> Iterator[HomeCard]:
    """The cards, in no order of their own; each says how urgent it is."""
    member_id = member_of(request).pk
    lines = [line for line in circles_of(member_id) if not line.circle.is_over]
    yield from _dues(member_id)
    yield from (
        HomeCard(Urgency.NOW, "savings/home/_swap.html", {"swap": swap}, 5) for swap in swaps_to_answer(member_id)
    )
    yield from (
        HomeCard(Urgency.NOW, "savings/home/_rules.html", {"circle": each.circle}, 6) for each in _unread(lines)
    )
    yield from (HomeCard(Urgency.SOON, "savings/home/_asking.html", each, 1) for each in people_asking(member_id))
    receipts = receipts_to_come(member_id)
    if receipts:
        yield HomeCard(Urgency.SOON, "savings/home/_receipt.html", {"receipt": receipts[0], "more": receipts[1:3]}, 2)
    if lines:
        shown = [(line, _ring(line)) for line in lines[:CIRCLES_SHOWN]]
        topics = tuple(f"circle:{line.circle.pk}" for line in lines)
        yield HomeCard(Urgency.NEWS, "savings/home/_circles.html", {"lines": shown}, topics=topics)
    else:
        yield HomeCard(Urgency.NOW, "savings/home/_first.html")


def _ring(line: CircleLine) -> list[RingPlace]:
    """Who has paid; of a circle that still gathers, whose places are taken."""
    if line.circle.is_gathering:
        return seats_taken(line.members, line.circle.members_max)
    return seats_taken(line.paid, line.members)


def _dues(member_id: UUID) -> Iterator[HomeCard]:
    owed = [due for due in dues_of(member_id) if due.circle.status != Circle.Status.PAUSED]
    for place, due in enumerate(owed):
        yield HomeCard(
            Urgency.NOW if _is_near(due) else Urgency.SOON,
            "savings/home/_due.html",
            {"due": due, "is_near": _is_near(due)},
            place,
        )


def _is_near(due: DueLine) -> bool:
    return due.is_being_asked or due.contribution.due_at <= clock.now() + timedelta(days=NOW_DAYS)


def _unread(lines: list[CircleLine]) -> list[CircleLine]:
    """Circles whose rules changed since the member accepted them."""
    return [line for line in lines if line.seat.is_joined and not line.seat.has_accepted(line.circle.rules_version)]
