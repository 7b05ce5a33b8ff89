"""A member's notifications: what was said to them, new ones shown at once, and read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, action, joins_transaction
from pamoja.kernel.live.public import publish
from pamoja.kernel.messaging.models import Notification
from pamoja.kernel.messaging.queries.rendering import Rendered
from pamoja.kernel.messaging.rules import Kind


@joins_transaction
def notify(*, member_id: UUID, kind: Kind, key: str, said: Rendered, shown_from: datetime) -> None:
    """Put it into the member's notifications; the same key is one of them."""
    made = Notification(
        member_id=member_id,
        kind=kind,
        dedupe_key=key,
        subject=said.subject,
        text=said.text,
        url=said.url[:300],
        action=said.url_label[:60],
        shown_from=shown_from,
    )
    Notification.objects.bulk_create([made], ignore_conflicts=True)
    if shown_from <= clock.now():
        publish(f"notifications:{member_id}", "changed")


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
