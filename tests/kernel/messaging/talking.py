"""A phone for tests that need no web server: what is written lies in the inbox as the hot path leaves it there."""

from __future__ import annotations

import itertools
from urllib.parse import urlencode

from pamoja.foundation import crypto
from pamoja.kernel.messaging.jobs import listen
from pamoja.kernel.messaging.models import Heard, Line
from pamoja.kernel.messaging.queries.reaching import address_at

_numbers = itertools.count(1)


class Phone:
    """Somebody's WhatsApp, at a number or at the id that hides it."""

    def __init__(self, address: str = "+254712345678", *, channel: str = "whatsapp", name: str = "") -> None:
        self.address, self.channel, self.name = address, channel, name

    def write(self, text: str = "", *, press: str = "", sid: str = "", **fields: str) -> list[str]:
        """Writes, lets it be worked off, and gives what was said back."""
        self.leave(text, press=press, sid=sid, **fields)
        before = self.count()
        listen()
        return [f"{line.text}{_choices(line)}" for line in self.lines()[before:] if line.by != Line.By.THEM]

    def leave(self, text: str = "", *, press: str = "", sid: str = "", **fields: str) -> Heard:
        """Leaves a message in the inbox."""
        prefix = "whatsapp:" if self.channel == "whatsapp" else ""
        sid = sid or f"SM{next(_numbers):032x}"
        form = {
            "MessageSid": sid,
            "From": f"{prefix}{self.address}",
            "To": f"{prefix}+14155238886",
            "Body": text,
            "NumMedia": "0",
            **({"ProfileName": self.name} if self.name else {}),
            **({"ButtonPayload": press} if press else {}),
            **fields,
        }
        return Heard.objects.create(
            kind=Heard.Kind.WRITTEN,
            external_id=sid,
            sender=crypto.blind_index(form["From"], "messaging.heard"),
            body=urlencode(form),
        )

    def lines(self) -> list[Line]:
        """All that was said, oldest first."""
        found = address_at(self.channel, self.address)
        return list(Line.objects.filter(conversation__address=found).order_by("id")) if found else []

    def count(self) -> int:
        return len(self.lines())


def _choices(line: Line) -> str:
    return f" [{'] ['.join(line.options)}]" if line.options else ""
