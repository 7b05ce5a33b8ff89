"""Who is in a circle, and what that lets them do and see."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from pamoja.foundation.actions import Actor
from pamoja.kernel.identity.public import Member
from pamoja.products.savings.errors import CircleNotFound, NotInCircle, OrganiserOnly
from pamoja.products.savings.models import Circle, CircleMember

MANAGE = "savings.manage"
"""Who holds it looks after every circle of the community, as its organiser would."""


def seat_of(circle: Circle, member_id: UUID | None) -> CircleMember | None:
    """The member's place in the circle, also one that is asked for or was left."""
    return CircleMember.objects.filter(circle=circle, member_id=member_id).first() if member_id else None


def joined_seat(circle: Circle, member_id: UUID | None) -> CircleMember:
    """The place of somebody who is in the circle.

    Raises: NotInCircle.
    """
    seat = seat_of(circle, member_id)
    if seat is None or not seat.is_joined:
        raise NotInCircle()
    return seat


def joined_seats(circle: Circle) -> list[CircleMember]:
    """Everybody in the circle, by position, then by when they joined."""
    seats = CircleMember.objects.filter(circle=circle, status=CircleMember.Status.JOINED)
    return sorted(seats, key=lambda seat: (seat.position or 0, seat.joined_at, seat.pk))


def require_organiser(circle: Circle, by: Actor) -> None:
    """Raises: CircleNotFound for whoever may not even see it; OrganiserOnly for everybody but the organiser."""
    seat = seat_of(circle, by.member_id)
    if by.may(MANAGE) or (seat is not None and seat.is_organiser):
        return
    raise _hidden_or(circle, seat, OrganiserOnly())


def require_leader(circle: Circle, by: Actor) -> None:
    """Raises: as `require_organiser`, but a treasurer may, too."""
    seat = seat_of(circle, by.member_id)
    if by.may(MANAGE) or (seat is not None and seat.leads):
        return
    raise _hidden_or(circle, seat, OrganiserOnly())


def circle_seen_by(circle_id: UUID, by: Actor) -> tuple[Circle, CircleMember | None]:
    """The circle and the viewer's place in it: an open circle is seen by all, a private one by its members.

    Raises: CircleNotFound.
    """
    circle = Circle.objects.filter(pk=circle_id).first()
    if circle is None:
        raise CircleNotFound()
    seat = seat_of(circle, by.member_id)
    if not (_sees(circle, seat) or by.may(MANAGE)):
        raise CircleNotFound()
    return circle, seat


def sees_inside(circle: Circle, seat: CircleMember | None, by: Actor) -> bool:
    """Whether the viewer sees who paid what: those in the circle, and whoever looks after all circles."""
    return by.may(MANAGE) or (seat is not None and seat.is_joined)


def member_ids_of(circle_id: UUID) -> list[UUID]:
    """Everybody in the circle."""
    seats = CircleMember.objects.filter(circle_id=circle_id, status=CircleMember.Status.JOINED)
    return list(seats.order_by("position", "joined_at").values_list("member_id", flat=True))


def leaders_beside(circle_id: UUID, member_id: UUID) -> list[UUID]:
    """Who looks after the circle, apart from this member: the organiser, or for the organiser the treasurers."""
    leads = CircleMember.objects.filter(circle_id=circle_id, status=CircleMember.Status.JOINED).exclude(
        member_id=member_id
    )
    for role in (CircleMember.Role.ORGANISER, CircleMember.Role.TREASURER):
        if found := list(leads.filter(role=role).order_by("pk").values_list("member_id", flat=True)):
            return found
    return []


def zones_of(circle: Circle, member_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Each member's time zone: their own, else the circle's. One query."""
    people = Member.objects.filter(pk__in=set(member_ids)).select_related("person")
    return {member.pk: member.person.time_zone or circle.time_zone for member in people}


def joined_counted(circles: QuerySet[Circle]) -> QuerySet[Circle]:
    """Circles that tell how many `members` they have."""
    return circles.annotate(members=Count("seats", filter=Q(seats__status=CircleMember.Status.JOINED)))


def circle_names(circle_ids: set[UUID]) -> dict[UUID, str]:
    """How feeds call circles."""
    return dict(Circle.objects.filter(pk__in=circle_ids).values_list("pk", "name"))


def may_follow(by: Actor, key: str) -> bool:
    """Whether somebody may follow what happens in the circle with this key, live."""
    try:
        circle_id = UUID(key)
    except ValueError:
        return False
    circle = Circle.objects.filter(pk=circle_id).first()
    return circle is not None and sees_inside(circle, seat_of(circle, by.member_id), by)


def _sees(circle: Circle, seat: CircleMember | None) -> bool:
    if circle.visibility == Circle.Visibility.OPEN:
        return True
    return seat is not None and seat.status not in {CircleMember.Status.DECLINED, CircleMember.Status.ASKED}


def _hidden_or(circle: Circle, seat: CircleMember | None, refusal: OrganiserOnly) -> Exception:
    return refusal if _sees(circle, seat) else CircleNotFound()
