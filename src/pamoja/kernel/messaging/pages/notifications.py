"""A member's notification centre."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from pamoja.foundation import ids
from pamoja.foundation.home import HomeCard, Urgency
from pamoja.foundation.paging import page_of
from pamoja.kernel.identity.public import MemberRequest, member_of, needs_member
from pamoja.kernel.messaging import actions
from pamoja.kernel.messaging.models import Notification
from pamoja.kernel.messaging.queries.notifications import notifications_of, own_notification, unread_count

ON_HOME = 3
ICONS = {"money": "coins", "reminder": "clock", "activity": "users", "lesson": "book", "news": "chat"}


@needs_member
@require_safe
def notifications(request: MemberRequest) -> HttpResponse:
    """What was said to the member, newest first; with `unread` what they have not seen."""
    unread_only = "unread" in request.GET
    page = page_of(notifications_of(request.member.pk, unread_only=unread_only), request.GET.get("page", 1))
    context = {
        "page": page,
        "unread_only": unread_only,
        "unread": unread_count(request.member.pk),
        "topic": f"notifications:{request.member.pk}",
        "icons": ICONS,
    }
    is_part = request.headers.get("HX-Request") == "true"
    return render(request, "messaging/_notifications.html" if is_part else "messaging/notifications.html", context)


@needs_member
@require_POST
def open_notification(request: MemberRequest, public_id: str) -> HttpResponse:
    """Seen; and on to what it is about."""
    notification = own_notification(request.member.pk, ids.parse("notification", public_id))
    actions.mark_read(by=request.actor, notification_ids=[notification.pk])
    there = notification.url
    if there and url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure()):
        return redirect(there)
    return redirect("messaging:notifications")


@needs_member
@require_POST
def read_all(request: MemberRequest) -> HttpResponse:
    """All of them are seen."""
    actions.mark_read(by=request.actor)
    return redirect("messaging:notifications")


def home_cards(request: HttpRequest) -> Iterable[HomeCard]:
    """What is new, for whoever has not seen it."""
    member = member_of(request)
    fresh: list[Notification] = list(notifications_of(member.pk, unread_only=True)[:ON_HOME])
    if fresh:
        yield HomeCard(
            urgency=Urgency.NEWS,
            template="messaging/_home_notifications.html",
            context={"fresh": fresh, "unread": unread_count(member.pk), "icons": ICONS},
            topics=(f"notifications:{member.pk}",),
        )
