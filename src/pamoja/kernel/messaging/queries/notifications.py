"""What a member is shown inside."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from pamoja.foundation import clock
from pamoja.kernel.messaging.errors import NotificationNotFound
from pamoja.kernel.messaging.models import Notification


def notifications_of(member_id: UUID, *, unread_only: bool = False) -> QuerySet[Notification]:
    """The member's own that are due, newest first."""
    found = Notification.objects.filter(member_id=member_id, shown_from__lte=clock.now())
    return (found.filter(read_at=None) if unread_only else found).order_by("-shown_from", "-pk")


def unread_count(member_id: UUID) -> int:
    """How many of the member's own they have not seen."""
    return notifications_of(member_id, unread_only=True).count()


def own_notification(member_id: UUID, notification_id: UUID) -> Notification:
    """Raises: NotificationNotFound, also for somebody else's."""
    found = notifications_of(member_id).filter(pk=notification_id).first()
    if found is None:
        raise NotificationNotFound()
    return found
