"""Django's own mail, which is led into the outbox."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.mail import EmailMessage as DjangoMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from pamoja.foundation import ids
from pamoja.kernel.messaging import rules
from pamoja.kernel.messaging.actions import send_written
from pamoja.kernel.messaging.rules import Priority


class OutboxBackend(BaseEmailBackend):
    """Django's mail backend: whatever Django or allauth mails is queued with the request's own transaction.

    So no request waits for a mail server, and none of it is lost when one is away. What they mail is about signing in:
    it goes first. The sender is always ours.
    """

    def send_messages(self, email_messages: Sequence[DjangoMessage]) -> int:
        with transaction.atomic():
            for message in email_messages:
                _queue(message)
        return len(email_messages)


def _queue(message: DjangoMessage) -> None:
    if message.attachments:
        raise ValueError("mail carries no attachments: link to the page that shows them")
    is_html = message.content_subtype == "html"
    alternatives = [each[0] for each in getattr(message, "alternatives", []) if each[1] == "text/html"]
    html = str(message.body) if is_html else str(alternatives[0]) if alternatives else ""
    batch = ids.new_id()
    for number, recipient in enumerate(message.recipients()):
        send_written(
            address=rules.bare_address(recipient),
            subject=str(message.subject),
            text="" if is_html else str(message.body),
            html=html,
            priority=Priority.SECURITY,
            dedupe_key=f"mail:{batch}:{number}",
        )
