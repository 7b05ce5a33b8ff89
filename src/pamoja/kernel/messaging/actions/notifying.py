"""A member's notifications: what was said to them, new ones shown at once, and read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, action, joins_transaction
from pamoja.kernel.live.public import publish, publish_to_each
from pamoja.kernel.messaging.models import Notification


@joins_transaction
def notify(made: Sequence[Notification]) -> None:
    """Put each into its member's notifications; one whose key is there already is that one."""
    Notification.objects.bulk_create(made, ignore_conflicts=True)
    now = clock.now()
    if shown := {f"notifications:{each.member_id}" for each in made if each.shown_from <= now}:
        publish_to_each(sorted(shown), "changed")


@action
def mark_read(*, by: Actor, notification_ids: Collection[UUID] | None = None) -> int:
    """The member has seen these of their own notifications, or all of them; gives how many were unread."""
    assert by.member_id is not None
    theirs = Notification.objects.filter(member_id=by.member_id, read_at=None, shown_from__lte=clock.now())
    if notification_ids is not None:
        theirs = theirs.filter(pk__in=notification_ids)
    marked = theirs.update(read_at=clock.now())
    if marked:
        publish(f"notifications:{by.member_id}", "changed")
    return marked
