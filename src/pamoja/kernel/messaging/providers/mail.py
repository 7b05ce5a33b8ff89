"""The mail server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, formataddr, parseaddr
from typing import Any

from django.conf import settings

from pamoja.foundation.errors import ProviderFailure
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.messaging import rules
from pamoja.kernel.messaging.errors import MailServerAway
from pamoja.kernel.messaging.models import community_if_entered
from pamoja.kernel.messaging.providers.carrying import HandOver, no_transaction
from pamoja.kernel.messaging.queries.handing import Letter
from pamoja.kernel.messaging.queries.sending import senders

TIMEOUT_S = 15


class SmtpMailer:
    """A mail server as RFC 5321 describes it, at the address in the settings. One connection carries many letters."""

    sender, a_second, at_once = "", 0.0, 1

    @contextmanager
    def connected(self) -> Iterator[HandOver]:
        no_transaction()
        config = settings.PAMOJA
        try:
            server = _connect(config)
        except (smtplib.SMTPException, OSError) as error:
            raise MailServerAway(str(error), code=_code(error)) from error
        sender = _sender(senders().mail)
        try:
            yield lambda letter: _hand_over(server, letter, sender)
        finally:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()


def _connect(config: Any) -> smtplib.SMTP:
    host, port = config.smtp_host, config.smtp_port
    with ExitStack() as undone:
        if config.smtp_tls == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=ssl.create_default_context())
        else:
            server = smtplib.SMTP(host, port, timeout=TIMEOUT_S)
        undone.callback(server.close)
        server.ehlo_or_helo_if_needed()
        if config.smtp_tls == "starttls":
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if config.smtp_user:
            server.login(config.smtp_user, config.smtp_password.get_secret_value())
        undone.pop_all()
    return server


def _hand_over(server: smtplib.SMTP, letter: Letter, sender: tuple[str, str]) -> str:
    """One mail transaction. Refusals are told apart from a lost connection by whether the server answered."""
    content = as_mail(letter, sender)
    needs_utf8 = not letter.address.isascii()
    if needs_utf8 and not server.has_extn("smtputf8"):
        raise ProviderFailure("the server takes no such address", permanent=True, code="smtputf8")
    options = ["SMTPUTF8", "BODY=8BITMIME"] if needs_utf8 else []
    try:
        _expect(server.mail(sender[1], options), "MAIL")
        _expect(server.rcpt(letter.address), "RCPT")
        return _expect(server.data(content), "DATA")
    except ProviderFailure:
        with suppress(smtplib.SMTPException, OSError):
            server.rset()
        raise
    except smtplib.SMTPResponseException as error:
        raise MailServerAway(str(error), code=str(error.smtp_code)) from error
    except (smtplib.SMTPException, OSError) as error:
        raise MailServerAway(str(error), code=_code(error)) from error


def _expect(reply: tuple[int, bytes], step: str) -> str:
    code, words = reply
    said = words.decode(errors="replace")
    if code == 421:  # closing the channel: says nothing about this letter. Source: RFC 5321, section 3.8.
        raise MailServerAway(f"{step}: {said}", code="421")
    if code not in (250, 251):
        raise ProviderFailure(f"{step}: {said}", permanent=rules.is_permanent(code), code=str(code))
    return said


def as_mail(letter: Letter, sender: tuple[str, str]) -> bytes:
    """The letter as MIME; the same letter always gives the same Message-ID, by which receivers drop a second copy."""
    mail = EmailMessage(policy=SMTP_POLICY)
    mail["From"] = formataddr(sender)
    mail["To"] = letter.address
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(letter.written_at)
    mail["Message-ID"] = f"<{letter.id}@{sender[1].partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    if letter.text:
        mail.set_content(letter.text, cte="quoted-printable")
        mail.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    else:
        mail.set_content(letter.html, subtype="html", cte="quoted-printable")
    return mail.as_bytes()


def _sender(mail_from: str) -> tuple[str, str]:
    """In the community's name, from the installation's address."""
    name, address = parseaddr(mail_from)
    return (rules.one_line(current_community().name) if community_if_entered() else name, address)


def _code(error: Exception) -> str:
    return str(getattr(error, "smtp_code", "")) or type(error).__name__[:40]
