"""Coming, going, and what each member may do in a circle."""

from __future__ import annotations

from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, NotAllowed, action, joins_transaction
from pamoja.foundation.events import announce
from pamoja.products.savings.actions.creating import forget_order, way_to_receive
from pamoja.products.savings.errors import (
    AlreadyInCircle,
    CircleFull,
    CircleIsPrivate,
    CircleNotGathering,
    CircleOver,
    CircleSettingInvalid,
    InvitationExpired,
    InvitationNotFound,
    InvitationRevoked,
    InvitationUsedUp,
    OrganiserCannotLeave,
    RulesChanged,
    RulesNotAccepted,
)
from pamoja.products.savings.events import (
    MemberAskedToJoin,
    MemberJoined,
    MemberLeft,
    MemberRemoved,
    MemberRoleChanged,
    RequestDeclined,
    RulesAccepted,
)
from pamoja.products.savings.models import Circle, CircleMember, Invitation
from pamoja.products.savings.queries.locking import circle_for_update, invitation_for_update
from pamoja.products.savings.queries.seats import joined_seat, joined_seats, require_organiser, seat_of
from pamoja.products.savings.rules import invitations


@action
def join_by_invitation(
    *,
    by: Actor,
    code: str,
    rules_version: int | None,
    pays_automatically: bool = True,
    receives_on: str | None = None,
) -> CircleMember:
    """Join with a code as typed; `rules_version` is the version of the rules that was read and accepted.

    Raises, in this order: NotAllowed for who is no member of the community; InvitationNotFound; CircleNotGathering;
        InvitationRevoked, InvitationExpired, InvitationUsedUp; AlreadyInCircle; CircleFull; RulesNotAccepted;
        RulesChanged.
    """
    member_id = _member_of(by)
    written = invitations.read_code(code)
    if written is None:
        raise InvitationNotFound(field="code")
    circle, invitation = invitation_for_update(written)
    if not circle.is_gathering:
        raise CircleNotGathering()
    _check_invitation(invitation)
    seat = _sit_down(circle, member_id, rules_version, pays_automatically, receives_on)
    invitation.uses += 1
    invitation.save(update_fields=["uses"])
    return seat


@action
def ask_to_join(
    *,
    by: Actor,
    circle_id: UUID,
    rules_version: int | None,
    pays_automatically: bool = True,
    receives_on: str | None = None,
) -> CircleMember:
    """Ask the organiser of a listed circle to be let in, having accepted its rules.

    Raises: NotAllowed; CircleNotFound; CircleIsPrivate; CircleNotGathering; AlreadyInCircle; CircleFull;
        RulesNotAccepted;
        RulesChanged.
    """
    member_id = _member_of(by)
    circle = circle_for_update(circle_id)
    if circle.visibility != Circle.Visibility.OPEN:
        raise CircleIsPrivate()
    _check_may_join(circle, member_id, rules_version)
    seat = seat_of(circle, member_id) or CircleMember(circle=circle, member_id=member_id)
    if seat.status == CircleMember.Status.ASKED and seat.accepted_at is not None:
        return seat
    now = clock.now()
    seat.status = CircleMember.Status.ASKED
    seat.role = CircleMember.Role.MEMBER
    seat.asked_at, seat.accepted_at, seat.rules_version_accepted = now, now, circle.rules_version
    seat.pays_automatically, seat.receives_on = pays_automatically, way_to_receive(receives_on, member_id)
    seat.save()
    announce(MemberAskedToJoin(circle_id=circle.pk, member_id=member_id))
    return seat


@action
def admit_member(*, by: Actor, circle_id: UUID, member_id: UUID) -> CircleMember:
    """Let in somebody who asked; they join on the rules that they accepted.

    Raises: OrganiserOnly; CircleNotGathering; NotInCircle when nobody asked; CircleFull.
    """
    circle = circle_for_update(circle_id)
    require_organiser(circle, by)
    seat = _asked_seat(circle, member_id)
    _check_may_join(circle, member_id, circle.rules_version)
    return _take(circle, seat, seat.rules_version_accepted or 0)


@action
def decline_member(*, by: Actor, circle_id: UUID, member_id: UUID) -> CircleMember:
    """Do not let in somebody who asked.

    Raises: OrganiserOnly; NotInCircle when nobody asked.
    """
    circle = circle_for_update(circle_id)
    require_organiser(circle, by)
    seat = _asked_seat(circle, member_id)
    seat.status = CircleMember.Status.DECLINED
    seat.save(update_fields=["status"])
    announce(RequestDeclined(circle_id=circle.pk, member_id=member_id))
    return seat


@action
def accept_rules(*, by: Actor, circle_id: UUID, rules_version: int) -> CircleMember:
    """Accept the circle's rules after they changed. Accepting them again changes nothing.

    Raises: NotInCircle; RulesChanged when these are not the current ones.
    """
    circle = circle_for_update(circle_id)
    seat = joined_seat(circle, by.member_id)
    if rules_version != circle.rules_version:
        raise RulesChanged()
    if not seat.has_accepted(rules_version):
        seat.rules_version_accepted, seat.accepted_at = rules_version, clock.now()
        seat.save(update_fields=["rules_version_accepted", "accepted_at"])
        announce(RulesAccepted(circle_id=circle.pk, member_id=seat.member_id, rules_version=rules_version))
    return seat


@action
def leave_circle(*, by: Actor, circle_id: UUID) -> None:
    """Leave before the circle starts.

    Raises: NotInCircle; CircleNotGathering; OrganiserCannotLeave.
    """
    circle = circle_for_update(circle_id)
    seat = joined_seat(circle, by.member_id)
    _check_may_go(circle, seat)
    _stand_up(circle, seat, CircleMember.Status.LEFT)
    announce(MemberLeft(circle_id=circle.pk, member_id=seat.member_id))


@action
def remove_member(*, by: Actor, circle_id: UUID, member_id: UUID) -> None:
    """Remove somebody before the circle starts.

    Raises: OrganiserOnly; NotInCircle; CircleNotGathering; OrganiserCannotLeave.
    """
    circle = circle_for_update(circle_id)
    require_organiser(circle, by)
    seat = joined_seat(circle, member_id)
    _check_may_go(circle, seat)
    _stand_up(circle, seat, CircleMember.Status.REMOVED)
    announce(MemberRemoved(circle_id=circle.pk, member_id=member_id))


@action
def change_member_role(*, by: Actor, circle_id: UUID, member_id: UUID, role: str) -> CircleMember:
    """Make somebody treasurer, plain member or organiser; a new organiser makes the old one a plain member.

    Raises: OrganiserOnly; NotInCircle; CircleSettingInvalid for an unknown role; OrganiserCannotLeave when the
        organiser
        would step down without naming another; CircleOver.
    """
    circle = circle_for_update(circle_id)
    require_organiser(circle, by)
    seat = joined_seat(circle, member_id)
    if circle.is_over:
        raise CircleOver()
    if role not in CircleMember.Role.values:
        raise CircleSettingInvalid(field="role", problem="There is no such role")
    if seat.role == role:
        return seat
    if seat.is_organiser:
        raise OrganiserCannotLeave()
    if role == CircleMember.Role.ORGANISER:
        CircleMember.objects.filter(circle=circle, role=role).update(role=CircleMember.Role.MEMBER)
    seat.role = role
    seat.save(update_fields=["role"])
    announce(MemberRoleChanged(circle_id=circle.pk, member_id=member_id, role=role))
    return seat


@action
def choose_how_to_pay(
    *, by: Actor, circle_id: UUID, pays_automatically: bool | None = None, receives_on: str | None = None
) -> CircleMember:
    """Say whether the circle may ask one's phone on due days, and where one's pot goes.

    It holds for rounds that open from now on.
    Raises: NotInCircle; CircleSettingInvalid.
    """
    circle = circle_for_update(circle_id)
    seat = joined_seat(circle, by.member_id)
    if pays_automatically is not None:
        seat.pays_automatically = pays_automatically
    if receives_on is not None:
        seat.receives_on = way_to_receive(receives_on, seat.member_id)
    seat.save(update_fields=["pays_automatically", "receives_on"])
    return seat


def _member_of(by: Actor) -> UUID:
    if by.member_id is None:
        raise NotAllowed()
    return by.member_id


def _check_invitation(invitation: Invitation) -> None:
    if invitation.revoked_at is not None:
        raise InvitationRevoked()
    if clock.now() >= invitation.expires_at:
        raise InvitationExpired()
    if invitation.uses >= invitation.uses_max:
        raise InvitationUsedUp()


def _check_may_join(circle: Circle, member_id: UUID, rules_version: int | None) -> None:
    if not circle.is_gathering:
        raise CircleNotGathering()
    seats = joined_seats(circle)
    if any(seat.member_id == member_id for seat in seats):
        raise AlreadyInCircle()
    if len(seats) >= circle.members_max:
        raise CircleFull(members_max=circle.members_max)
    if rules_version is None:
        raise RulesNotAccepted(field="accepts_rules")
    if rules_version != circle.rules_version:
        raise RulesChanged()


@joins_transaction
def _sit_down(
    circle: Circle, member_id: UUID, rules_version: int | None, pays_automatically: bool, receives_on: str | None
) -> CircleMember:
    _check_may_join(circle, member_id, rules_version)
    seat = seat_of(circle, member_id) or CircleMember(circle=circle, member_id=member_id)
    seat.accepted_at = clock.now()
    seat.pays_automatically, seat.receives_on = pays_automatically, way_to_receive(receives_on, member_id)
    return _take(circle, seat, circle.rules_version)


def _take(circle: Circle, seat: CircleMember, rules_version: int) -> CircleMember:
    forget_order(circle)
    seat.status, seat.role, seat.position = CircleMember.Status.JOINED, CircleMember.Role.MEMBER, None
    seat.rules_version_accepted = rules_version
    seat.joined_at, seat.gone_at = clock.now(), None
    seat.save()
    announce(MemberJoined(circle_id=circle.pk, member_id=seat.member_id, rules_version=rules_version))
    return seat


def _asked_seat(circle: Circle, member_id: UUID) -> CircleMember:
    seat = seat_of(circle, member_id)
    if seat is None or seat.status != CircleMember.Status.ASKED:
        return joined_seat(circle, None)
    return seat


def _check_may_go(circle: Circle, seat: CircleMember) -> None:
    if not circle.is_gathering:
        raise CircleNotGathering()
    if seat.is_organiser:
        raise OrganiserCannotLeave()


@joins_transaction
def _stand_up(circle: Circle, seat: CircleMember, status: CircleMember.Status) -> None:
    forget_order(circle)
    seat.status, seat.role, seat.position, seat.gone_at = status, CircleMember.Role.MEMBER, None, clock.now()
    seat.save(update_fields=["status", "role", "position", "gone_at"])
