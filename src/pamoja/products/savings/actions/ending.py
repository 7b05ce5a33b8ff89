"""Ending a circle before its last round."""

from __future__ import annotations

from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, action, joins_transaction
from pamoja.foundation.events import announce
from pamoja.kernel.ledger.public import Transfer, post, wallet_of
from pamoja.products.savings.actions.contributing import close_contribution, pot_of
from pamoja.products.savings.actions.pausing import REASON_LENGTH_MAX
from pamoja.products.savings.actions.paying_out import share_fees
from pamoja.products.savings.errors import CircleOver
from pamoja.products.savings.events import CircleEnded, ContributionRefunded
from pamoja.products.savings.models import Circle, Contribution, Invitation, Round
from pamoja.products.savings.queries.locking import circle_for_update
from pamoja.products.savings.queries.seats import require_organiser


@action
def end_circle(*, by: Actor, circle_id: UUID, reason: str = "") -> Circle:
    """End the circle, by its written rule.

    What is in the pot goes back to whoever paid it in: a round that was not paid out is undone. Nothing more is due
    for it.
    Arrears of rounds that were paid out short are still owed to their recipients and can be paid. Late fees that the
    circle
    kept are shared equally among its members. What went out in earlier rounds stays where it went.
    Raises: OrganiserOnly; CircleOver.
    """
    circle = circle_for_update(circle_id)
    require_organiser(circle, by)
    if circle.is_over:
        raise CircleOver()
    if not circle.is_gathering:
        _undo_open_rounds(circle)
        share_fees(circle)
    Invitation.objects.filter(circle=circle, revoked_at=None).update(revoked_at=clock.now())
    circle.status, circle.over_at, circle.paused_at = Circle.Status.ENDED, clock.now(), None
    circle.status_reason = reason.strip()[:REASON_LENGTH_MAX]
    circle.save(update_fields=["status", "over_at", "paused_at", "status_reason"])
    announce(CircleEnded(circle_id=circle.pk, reason=circle.status_reason))
    return circle


@joins_transaction
def _undo_open_rounds(circle: Circle) -> None:
    rounds = Round.objects.filter(circle=circle, state__in=[Round.State.OPEN, Round.State.SCHEDULED])
    for its_round in rounds.order_by("number"):
        contributions = Contribution.objects.filter(round=its_round).select_related("seat").order_by("pk")
        for each in contributions:
            if each.state == Contribution.State.PAID:
                _refund(circle, its_round, each)
            else:
                close_contribution(each, Contribution.State.CANCELLED)
        its_round.state = Round.State.CANCELLED
        its_round.save(update_fields=["state"])


def _refund(circle: Circle, its_round: Round, contribution: Contribution) -> None:
    member_id = contribution.seat.member_id
    post(
        key=f"savings.refund:{contribution.pk}",
        transfers=[Transfer(pot_of(circle), wallet_of(member_id, circle.currency), contribution.amount, "refund")],
        description=f"{circle.name}: round {its_round.number} undone",
        reference=contribution.purpose,
    )
    close_contribution(contribution, Contribution.State.REFUNDED)
    announce(
        ContributionRefunded(
            circle_id=circle.pk,
            contribution_id=contribution.pk,
            round_number=its_round.number,
            member_id=member_id,
            amount=contribution.amount,
        )
    )
