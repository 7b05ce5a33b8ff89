"""What Django and its sign-in library mail goes through the outbox, first of all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.mail import EmailMessage as DjangoMessage
from django.core.mail import EmailMultiAlternatives, send_mail
from django.db import transaction

from pamoja.kernel.communities.public import Community
from pamoja.kernel.messaging.public import AddressUnusable, Message, Priority
from tests.kernel.messaging.mail_servers import MailServer, body


@pytest.fixture(autouse=True)
def _through_the_outbox(settings: Any, community: Community) -> None:
    settings.EMAIL_BACKEND = "pamoja.kernel.messaging.providers.OutboxBackend"


def test_is_what_the_settings_name() -> None:
    from pamoja.site import settings

    assert settings.EMAIL_BACKEND == "pamoja.kernel.messaging.providers.OutboxBackend"


def test_queues_one_message_for_each_recipient_with_the_request() -> None:
    assert send_mail("Your\ncode", "ABC-123", None, ["Amina <a@example.org>", "b@example.org"]) == 1

    messages = Message.objects.order_by("pk")
    assert [(message.address, message.subject, message.text) for message in messages] == [
        ("a@example.org", "Your code", "ABC-123"),
        ("b@example.org", "Your code", "ABC-123"),
    ]
    assert {message.priority for message in messages} == {Priority.SECURITY}
    assert "ABC-123" in messages[0].html
    assert "Umoja" in messages[0].html


def test_what_the_request_undoes_is_not_mailed() -> None:
    with transaction.atomic():
        send_mail("Your code", "ABC-123", None, ["a@example.org"])
        transaction.set_rollback(True)

    assert not Message.objects.exists()


@pytest.mark.committed
def test_keeps_html_that_is_given(mail_server: MailServer, run_jobs: Callable[..., list[str]]) -> None:
    both = EmailMultiAlternatives("Both", "words", None, ["both@example.org"])
    both.attach_alternative("<b>words</b>", "text/html")
    html_alone = DjangoMessage("Alone", "<i>words</i>", None, ["alone@example.org"])
    html_alone.content_subtype = "html"

    both.send()
    html_alone.send()
    run_jobs()

    first, second = mail_server.taken
    assert body(first, "plain") == "words\n"
    assert body(first, "html") == "<b>words</b>\n"
    assert (second.get_content_type(), body(second, "html")) == ("text/html", "<i>words</i>\n")


def test_refuses_what_it_cannot_carry() -> None:
    with_file = DjangoMessage("File", "words", None, ["a@example.org"], attachments=[("a.txt", "x", "text/plain")])

    with pytest.raises(ValueError, match="no attachments"):
        with_file.send()
    with pytest.raises(AddressUnusable):
        send_mail("Code", "x", None, ["a@example.org\nb@example.org"])
    assert not Message.objects.exists()
