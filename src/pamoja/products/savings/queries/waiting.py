"""What waits for a member's answer in their circles."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pamoja.foundation import clock
from pamoja.kernel.identity.public import cards_of
from pamoja.products.savings.models import Circle, CircleMember, PositionSwap


def swaps_to_answer(member_id: UUID) -> list[dict[str, Any]]:
    """Open requests to swap places that this member was asked, the oldest first: `swap`, `circle` and who asks."""
    found = list(
        PositionSwap.objects.filter(
            other__member_id=member_id, state=PositionSwap.State.ASKED, expires_at__gt=clock.now()
        )
        .select_related("circle", "asker")
        .order_by("asked_at")
    )
    cards = cards_of(each.asker.member_id for each in found)
    return [{"swap": each, "circle": each.circle, "asker": cards[each.asker.member_id]} for each in found]


def people_asking(member_id: UUID) -> list[dict[str, Any]]:
    """Circles that this member organises in which somebody asks to join: `circle` and the cards of those who ask."""
    organised = CircleMember.objects.filter(
        member_id=member_id,
        role=CircleMember.Role.ORGANISER,
        status=CircleMember.Status.JOINED,
        circle__status=Circle.Status.GATHERING,
    )
    asking = list(
        CircleMember.objects.filter(circle__in=organised.values("circle"), status=CircleMember.Status.ASKED)
        .select_related("circle")
        .order_by("circle__name", "asked_at")
    )
    cards = cards_of(each.member_id for each in asking)
    circles = {each.circle_id: each.circle for each in asking}
    return [
        {"circle": circle, "people": [cards[each.member_id] for each in asking if each.circle_id == circle.pk]}
        for circle in circles.values()
    ]
