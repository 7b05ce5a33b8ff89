"""The back office reads the outbox with addresses masked, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.contrib import admin
from django.http import HttpRequest
from django.test import RequestFactory

from pamoja.kernel.messaging.admin import MessageAdmin
from pamoja.kernel.messaging.public import Message
from tests.kernel.messaging.mail_servers import reloaded
from tests.world import Cast, signed_in


@pytest.fixture
def asked_by(cast: Cast) -> Callable[[Any], HttpRequest]:
    """A request of this member to the back office."""

    def ask(who: Any) -> HttpRequest:
        request = RequestFactory().get("/admin/messaging/message/")
        request.user, request.community = who.person, cast.community  # type: ignore[attr-defined]  # as the middleware sets them
        return request

    return ask


def test_is_for_the_back_office_and_read_only(cast: Cast, asked_by: Callable[[Any], HttpRequest]) -> None:
    outbox = MessageAdmin(Message, admin.site)

    assert outbox.has_view_permission(asked_by(cast.owner))
    assert outbox.has_view_permission(asked_by(cast.treasurer))
    assert not outbox.has_view_permission(asked_by(cast.member))
    for may in (outbox.has_add_permission, outbox.has_change_permission, outbox.has_delete_permission):
        assert not may(asked_by(cast.owner))


def test_shows_neither_addresses_nor_what_was_said(queued: Callable[..., UUID]) -> None:
    message = reloaded(queued(address="amina@example.org"))

    assert str(message) == "tests/note to a…@example.org"
    shown = {*MessageAdmin.list_display, *MessageAdmin.readonly_fields}
    assert not shown & {"address", "subject", "text", "html", "data"}


def test_its_pages_open(queued: Callable[..., UUID], cast: Cast) -> None:
    message_id = queued(address="amina@example.org")
    office = signed_in(cast.treasurer)

    listed = office.get("/c/umoja/admin/messaging/message/", follow=True)
    opened = office.get(f"/c/umoja/admin/messaging/message/{message_id}/change/")

    for page in (listed, opened):
        assert page.status_code == 200
        assert "a…@example.org" in page.content.decode()
        assert "amina@example.org" not in page.content.decode()
