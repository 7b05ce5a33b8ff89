"""The one place where savings takes locks: always the circle first, so that nothing waits in a ring.

Whatever changes a circle, its places, rounds or contributions holds the circle's row until it commits; the ledger's
accounts come after it. A circle is small: one at a time costs nothing, and makes every rule about the whole of it
exact.
"""

from __future__ import annotations

from uuid import UUID

from pamoja.products.savings.errors import (
    CircleNotFound,
    ContributionNotFound,
    InvitationNotFound,
    RoundNotFound,
    SwapNotFound,
)
from pamoja.products.savings.models import Circle, Contribution, Invitation, PositionSwap, Round, RoundPayout


def circle_for_update(circle_id: UUID) -> Circle:
    """Raises: CircleNotFound."""
    circle = Circle.objects.select_for_update(no_key=True).filter(pk=circle_id).first()
    if circle is None:
        raise CircleNotFound()
    return circle


def contribution_for_update(contribution_id: UUID) -> tuple[Circle, Round, Contribution]:
    """The contribution as it is once its circle is locked.

    Raises: ContributionNotFound.
    """
    circle_id = Contribution.objects.filter(pk=contribution_id).values_list("circle_id", flat=True).first()
    if circle_id is None:
        raise ContributionNotFound()
    circle = circle_for_update(circle_id)
    found = Contribution.objects.select_related("round", "round__recipient", "seat").get(pk=contribution_id)
    return circle, found.round, found


def round_for_update(round_id: UUID) -> tuple[Circle, Round]:
    """The round as it is once its circle is locked.

    Raises: RoundNotFound.
    """
    circle_id = Round.objects.filter(pk=round_id).values_list("circle_id", flat=True).first()
    if circle_id is None:
        raise RoundNotFound()
    circle = circle_for_update(circle_id)
    return circle, Round.objects.select_related("recipient").get(pk=round_id)


def swap_for_update(swap_id: UUID) -> tuple[Circle, PositionSwap]:
    """The request to swap as it is once its circle is locked.

    Raises: SwapNotFound.
    """
    circle_id = PositionSwap.objects.filter(pk=swap_id).values_list("circle_id", flat=True).first()
    if circle_id is None:
        raise SwapNotFound()
    circle = circle_for_update(circle_id)
    return circle, PositionSwap.objects.select_related("asker", "other").get(pk=swap_id)


def invitation_for_update(code: str) -> tuple[Circle, Invitation]:
    """The invitation as it is once its circle is locked.

    Raises: InvitationNotFound.
    """
    circle_id = Invitation.objects.filter(code=code).values_list("circle_id", flat=True).first()
    if circle_id is None:
        raise InvitationNotFound()
    circle = circle_for_update(circle_id)
    return circle, Invitation.objects.get(circle=circle, code=code)


def payout_for_update(payout_id: UUID) -> tuple[Circle, RoundPayout] | None:
    """The payout as it is once its circle is locked, if there is one."""
    circle_id = RoundPayout.objects.filter(pk=payout_id).values_list("circle_id", flat=True).first()
    if circle_id is None:
        return None
    circle = circle_for_update(circle_id)
    return circle, RoundPayout.objects.select_related("recipient", "round").get(pk=payout_id)
