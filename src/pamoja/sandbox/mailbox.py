"""Receives every letter the platform sends, whoever it is for, and shows it to whoever asks."""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pamoja.sandbox.answers import Unknown, whole
from pamoja.sandbox.clock import Clock, iso, read_iso
from pamoja.sandbox.live import Live
from pamoja.sandbox.store import Row, Store

LETTER_BYTES_MAX = 10_000_000
_LINK = re.compile(r"https?://[^\s<>\"')\]]+")
_TAG = re.compile(r"<(?:style|script).*?</(?:style|script)>|<[^>]+>", re.DOTALL | re.IGNORECASE)


class Mailbox:
    """All letters, one box."""

    def __init__(self, store: Store, clock: Clock, live: Live) -> None:
        self._store, self._clock, self._live = store, clock, live

    @contextlib.asynccontextmanager
    async def listening(self, host: str, port: int | None) -> AsyncIterator[None]:
        """Takes letters on `port` (not at all when None) until the block ends."""
        if port is None:
            yield
            return
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(self, hostname="sandbox", data_size_limit=LETTER_BYTES_MAX, enable_SMTPUTF8=True, loop=loop),
            host,
            port,
        )
        try:
            yield
        finally:
            server.close()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd names it so
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        self.take(envelope.mail_from or "", list(envelope.rcpt_tos), content)
        return "250 Message accepted for delivery"

    def take(self, sender: str, recipients: list[str], source: bytes) -> int:
        """Keeps one letter and returns its number."""
        letter = message_from_bytes(source, policy=policy.default)
        html = _part(letter, "html")
        with self._store.transaction():
            number = self._store.insert(
                "mail",
                sender=_header(letter, "From") or sender,
                recipients=json.dumps(recipients),
                subject=_header(letter, "Subject"),
                text=_part(letter, "plain") or _plain(html),
                html=html,
                source=source,
                at=self._clock.now().timestamp(),
            )
            for address in {address.lower() for address in recipients}:
                self._store.insert("mail_recipient", address=address, mail_id=number)
        self._live.publish("mail")
        return number

    def letters(
        self, *, to: str = "", text: str = "", since: float = 0.0, before: int = 0, limit: int = 50
    ) -> list[Row]:
        """Newest first. `to` is part of an address; `text` is looked for in subject and body."""
        return self._store.all(
            """SELECT * FROM mail
               WHERE (? = '' OR id IN (SELECT mail_id FROM mail_recipient WHERE instr(address, ?) > 0))
                 AND (? = '' OR instr(lower(subject || ' ' || text), ?) > 0) AND at >= ? AND (? = 0 OR id < ?)
               ORDER BY id DESC LIMIT ?""",
            to,
            to.lower(),
            text,
            text.lower(),
            since,
            before,
            before,
            limit,
        )

    def letter(self, number: int) -> Row:
        """Raises: Unknown."""
        row = self._store.one("SELECT * FROM mail WHERE id = ?", number)
        if row is None:
            raise Unknown("such letter")
        return row

    def mark_read(self, number: int) -> None:
        self._store.run("UPDATE mail SET is_read = 1 WHERE id = ?", number)

    def unread(self) -> int:
        return int(self._store.value("SELECT count(*) FROM mail WHERE NOT is_read"))

    def throw_away(self, number: int | None = None) -> int:
        """One letter, or all; returns how many."""
        gone = self._store.run("DELETE FROM mail WHERE ? IS NULL OR id = ?", number, number).rowcount
        self._live.publish("mail")
        return gone


def _header(letter: EmailMessage, name: str) -> str:
    try:
        return str(letter.get(name, ""))
    except (ValueError, TypeError, IndexError, AttributeError):  # the parser fails on some malformed headers
        return ""


def _part(letter: EmailMessage, kind: str) -> str:
    try:
        part = letter.get_body((kind,))
        return str(part.get_content()) if part is not None else ""
    except (KeyError, LookupError, ValueError, AttributeError):  # unknown character set or broken structure
        return ""


def _plain(html: str) -> str:
    return re.sub(r"\n\s*\n+", "\n\n", unescape(_TAG.sub("", html))).strip()


def as_json(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "from": row["sender"],
        "to": json.loads(row["recipients"]),
        "subject": row["subject"],
        "text": row["text"],
        "html": row["html"],
        "links": [link.rstrip(".,;:!?") for link in _LINK.findall(row["text"])],
        "at": iso(row["at"]),
    }


async def list_mail(request: Request) -> JSONResponse:
    query = request.query_params
    since = read_iso(query["since"], field="since").timestamp() if "since" in query else 0.0
    rows = request.app.state.world.mailbox.letters(
        to=query.get("to", ""),
        text=query.get("q", ""),
        since=since,
        before=whole(query.get("before", 0), field="before"),
        limit=whole(query.get("limit", 50), field="limit", least=1, most=500),
    )
    return JSONResponse({"mail": [as_json(row) for row in rows]})


async def read_mail(request: Request) -> JSONResponse:
    return JSONResponse(as_json(request.app.state.world.mailbox.letter(request.path_params["number"])))


async def delete_mail(request: Request) -> Response:
    gone = request.app.state.world.mailbox.throw_away(request.path_params.get("number"))
    return JSONResponse({"deleted": gone})
