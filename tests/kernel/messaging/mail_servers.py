"""A mail server whose every answer a test can choose."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from pamoja.kernel.messaging.models import Message


@dataclass
class MailServer:
    """What it has taken, and what it answers: by step (`MAIL`, `RCPT`, `DATA`), or by recipient."""

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    taken: list[EmailMessage] = field(default_factory=list)
    connections: int = 0
    data_takes_s: float = 0.0

    @property
    def recipients(self) -> list[str]:
        """To whom, in the order they were taken."""
        return [str(mail["To"]) for mail in self.taken]

    async def handle_EHLO(  # noqa: N802 - aiosmtpd names it so
        self, server: Any, session: Any, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802 - aiosmtpd names it
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802 - aiosmtpd names it
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answers.get(address) or self.answers.get("RCPT")
        if answer == "hang up":
            server.transport.abort()
            return "250 OK"
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd names it
        import asyncio

        answer = self.answers.get("DATA")
        if answer is None or answer == "take and hang up":
            mail = message_from_bytes(envelope.original_content or b"", policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.taken.append(mail)
        if answer == "take and hang up":
            server.transport.abort()
        await asyncio.sleep(self.data_takes_s)
        return answer if answer and answer[0].isdigit() else f"250 queued as {len(self.taken)}"


@contextmanager
def serving() -> Iterator[MailServer]:
    """A mail server on a free port."""
    server = MailServer()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server.port = probe.getsockname()[1]
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def reloaded(message_id: Any) -> Message:
    """The message as the database has it now."""
    return Message.objects.get(pk=message_id)


def wait_until(holds: Any, for_s: float = 15.0) -> None:
    """Returns as soon as it holds; fails when it never does."""
    deadline = time.monotonic() + for_s
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def body(mail: EmailMessage, kind: str) -> str:
    """The part of this kind, as text."""
    part = mail.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content()).replace("\r\n", "\n")
