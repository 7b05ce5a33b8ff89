"""Invitations: codes and links that let people join for a while."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, action
from pamoja.foundation.events import announce
from pamoja.kernel.identity.public import Limit, take_try
from pamoja.products.savings.errors import CircleNotGathering, CircleSettingInvalid, InvitationNotFound
from pamoja.products.savings.events import InvitationMade, InvitationWithdrawn
from pamoja.products.savings.models import Circle, CircleMember, Invitation
from pamoja.products.savings.queries.locking import circle_for_update
from pamoja.products.savings.queries.seats import require_leader, seat_of
from pamoja.products.savings.rules import invitations

# Codes that are good at the same time; more would only be guessed more easily.
INVITATIONS_MAX = 200

# Looking at an invitation, joining with it and mistyping it a few times all fit; guessing does not.
CODE_TRIES = Limit("invitation-code", 10)
CODE_TRIES_FROM_ADDRESS = Limit("invitation-code-from", 30)


def take_code_try(*, by: Actor, address: str) -> None:
    """Count one try of an invitation's code, right or wrong, before it is looked up.

    Raises: TooManyTries with `retry_after_s`, for the person or for the network address they come from.
    """
    take_try(CODE_TRIES_FROM_ADDRESS, address)
    take_try(CODE_TRIES, str(by.person_id))


@action
def invite(*, by: Actor, circle_id: UUID, days: int = 14, uses_max: int = 1, email: str = "") -> Invitation:
    """Make an invitation; with `email` it is for that one person and sent there.

    Raises: OrganiserOnly (a treasurer may, too); CircleNotGathering after the start; CircleSettingInvalid.
    """
    circle = circle_for_update(circle_id)
    require_leader(circle, by)
    if not circle.is_gathering:
        raise CircleNotGathering()
    _check(circle, days, uses_max)
    maker = seat_of(circle, by.member_id) or CircleMember.objects.get(
        circle=circle, role=CircleMember.Role.ORGANISER, status=CircleMember.Status.JOINED
    )
    now = clock.now()
    invitation = Invitation.objects.create(
        circle=circle,
        made_by=maker,
        email=email.strip().lower(),
        created_at=now,
        expires_at=invitations.expires_at(now, days),
        uses_max=1 if email else uses_max,
    )
    announce(InvitationMade(circle_id=circle.pk, invitation_id=invitation.pk))
    return invitation


@action
def revoke_invitation(*, by: Actor, invitation_id: UUID) -> Invitation:
    """Withdraw an invitation; who has joined with it stays. Withdrawing it again changes nothing.

    Raises: InvitationNotFound; OrganiserOnly (a treasurer may, too).
    """
    circle_id = Invitation.objects.filter(pk=invitation_id).values_list("circle_id", flat=True).first()
    if circle_id is None:
        raise InvitationNotFound()
    circle = circle_for_update(circle_id)
    require_leader(circle, by)
    invitation = Invitation.objects.get(pk=invitation_id)
    if invitation.revoked_at is None:
        invitation.revoked_at = clock.now()
        invitation.save(update_fields=["revoked_at"])
        announce(InvitationWithdrawn(circle_id=circle.pk, invitation_id=invitation.pk))
    return invitation


def _check(circle: Circle, days: int, uses_max: int) -> None:
    if not 1 <= days <= invitations.DAYS_MAX:
        raise CircleSettingInvalid(field="days", problem=f"An invitation is good for 1 to {invitations.DAYS_MAX} days")
    if not 1 <= uses_max <= invitations.USES_MAX:
        raise CircleSettingInvalid(
            field="uses_max", problem=f"An invitation lets 1 to {invitations.USES_MAX} people in"
        )
    yesterday = clock.now() - timedelta(days=1)
    if Invitation.objects.filter(circle=circle, created_at__gt=yesterday).count() >= INVITATIONS_MAX:
        raise CircleSettingInvalid(problem="That is a great many invitations for one day. Please try again tomorrow")
