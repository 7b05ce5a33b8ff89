"""A member sees what was said to them, chooses what they hear, and nobody else's is theirs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from pamoja.foundation import ids
from pamoja.kernel.communities.public import Community
from pamoja.kernel.identity.public import Member
from pamoja.kernel.messaging.models import Message, Notification, Preference
from pamoja.kernel.messaging.public import Kind, send
from pamoja.kernel.messaging.queries.reaching import wishes_of
from pamoja.kernel.messaging.rules import Channel
from tests.world import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(cast: Cast, community: Community) -> Any:
    """The member's own browser, signed in."""
    client = Client()
    client.force_login(cast.member.person)
    return client


def say(member: Member, key: str = "1", kind: Kind = Kind.ACTIVITY) -> None:
    with transaction.atomic():
        send(member_id=member.pk, template="tests/note", data={"words": "Karibu"}, dedupe_key=key, kind=kind)


def url(path: str) -> str:
    return f"/c/umoja/{path}"


def test_lists_ones_own_alone_and_counts_what_is_new(cast: Cast, browser: Client) -> None:
    say(cast.member, "1")
    say(cast.treasurer, "2")

    page = browser.get(url("notifications/")).content.decode()

    assert page.count("A note from Umoja") == 1
    assert "New · 1" in page


def test_opening_marks_it_seen(cast: Cast, browser: Client) -> None:
    say(cast.member)
    notification = Notification.objects.get()

    browser.post(url(f"notifications/{ids.public('notification', notification.pk)}/"))

    notification.refresh_from_db()
    assert notification.read_at is not None
    assert "You have seen everything" in browser.get(url("notifications/?unread")).content.decode()


def test_nobody_opens_somebody_elses(cast: Cast, browser: Client) -> None:
    say(cast.treasurer)
    notification = Notification.objects.get()

    response = browser.post(url(f"notifications/{ids.public('notification', notification.pk)}/"))

    assert response.status_code == 404
    notification.refresh_from_db()
    assert notification.read_at is None


def test_what_is_unticked_comes_by_that_channel_no_more(cast: Cast, browser: Client) -> None:
    ticked = {f"{kind}_{channel}": "on" for kind in ("money", "reminder") for channel in Channel}
    form = {"first": "email", "quiet_from": "22:00", "quiet_until": "06:00", **ticked}

    assert browser.post(url("notifications/preferences/"), form).status_code == 302

    wishes = wishes_of(cast.member)
    assert (wishes.first, wishes.is_quiet_at_night, wishes.quiet_from.hour) == (Channel.EMAIL, False, 22)
    say(cast.member, "muted", Kind.ACTIVITY)
    say(cast.member, "wanted", Kind.MONEY)
    assert list(Message.objects.values_list("dedupe_key", flat=True)) == ["wanted"]
    assert Notification.objects.count() == 2  # what is not sent still stands here


def test_the_page_shows_what_was_chosen(cast: Cast, browser: Client) -> None:
    Preference.objects.create(member=cast.member, muted={"news": ["email", "sms", "whatsapp", "push"]})

    page = browser.get(url("notifications/preferences/")).content.decode()

    assert 'name="news_email">' in page
    assert 'name="money_email" checked>' in page


def test_the_api_does_the_same(cast: Cast, browser: Client) -> None:
    say(cast.member)

    listed = browser.get(url("api/v1/notifications")).json()
    assert (listed["unread"], listed["items"][0]["subject"]) == (1, "A note from Umoja")
    marked = browser.post(url("api/v1/notifications/read"), "{}", content_type="application/json")
    assert marked.json() == {"marked": 1}
    wanted = {"wanted": {"money": ["email"]}, "first": "sms", "quiet_from": "20:00:00"}
    put = browser.put(url("api/v1/notifications/preferences"), json.dumps(wanted), content_type="application/json")
    assert put.json()["wanted"] == {"money": ["email"], "reminder": [], "activity": [], "lesson": [], "news": []}
    assert browser.get(url("api/v1/notifications/preferences")).json() == put.json()
