"""The API about one's own notifications, and what one wants to hear."""

from __future__ import annotations

from ninja import Router, Status

from pamoja.foundation import ids
from pamoja.foundation.paging import page_of
from pamoja.kernel.identity.public import MemberRequest, api_auth
from pamoja.kernel.messaging import actions
from pamoja.kernel.messaging.errors import PushEndpointUnknown
from pamoja.kernel.messaging.providers.push import checked_subscription
from pamoja.kernel.messaging.queries import reaching
from pamoja.kernel.messaging.queries.notifications import notifications_of, unread_count
from pamoja.kernel.messaging.rules import Channel
from pamoja.kernel.messaging.schemas import (
    NotificationOut,
    NotificationPage,
    PreferencesSchema,
    PushIn,
    ReadIn,
    ReadOut,
)

router = Router(auth=api_auth, tags=["notifications"])


@router.get("", response=NotificationPage, summary="My notifications")
def list_notifications(request: MemberRequest, unread: bool = False, page: int = 1) -> NotificationPage:
    """Newest first."""
    shown = page_of(notifications_of(request.member.pk, unread_only=unread), page)
    return NotificationPage(
        items=[NotificationOut.of(row) for row in shown.items],
        page=shown.number,
        pages=shown.pages,
        count=shown.count,
        unread=unread_count(request.member.pk),
    )


@router.post("/read", response=ReadOut, summary="I have seen these")
def read(request: MemberRequest, body: ReadIn) -> ReadOut:
    """Others' ids change nothing."""
    wanted = None if body.ids is None else [ids.parse("notification", each) for each in body.ids]
    return ReadOut(marked=actions.mark_read(by=request.actor, notification_ids=wanted))


@router.get("/preferences", response=PreferencesSchema, summary="What I want to hear")
def show_preferences(request: MemberRequest) -> PreferencesSchema:
    """With what is usual where I have chosen nothing."""
    return PreferencesSchema.of(reaching.preference_of(request.member.pk))


@router.put("/preferences", response=PreferencesSchema, summary="Choose what I hear")
def change_preferences(request: MemberRequest, body: PreferencesSchema) -> PreferencesSchema:
    """A kind that is left out is not wanted by any channel; it still stands among the notifications."""
    actions.change_preferences(
        by=request.actor,
        wanted=[(kind, channel) for kind, channels in body.wanted.items() for channel in channels],
        first=body.first if body.first != Channel.PUSH else None,
        is_quiet_at_night=body.is_quiet_at_night,
        quiet_from=body.quiet_from,
        quiet_until=body.quiet_until,
    )
    return show_preferences(request)


@router.post("/push", response={204: None}, summary="Wake this browser")
def subscribe(request: MemberRequest, body: PushIn) -> Status[None]:
    """Only browsers whose push service is known."""
    endpoint, keys = checked_subscription(body.model_dump_json().encode())
    actions.subscribe_browser(by=request.actor, endpoint=endpoint, keys=keys, browser="")
    return Status(204, None)


@router.delete("/push", response={204: None}, summary="Wake this browser no more")
def unsubscribe(request: MemberRequest, endpoint: str) -> Status[None]:
    """Nothing happens where it was never woken."""
    if len(endpoint) > 1000:
        raise PushEndpointUnknown(field="endpoint")
    actions.unsubscribe_browser(by=request.actor, endpoint=endpoint)
    return Status(204, None)
