"""A webhook as the inbox keeps it, whichever rail it came from."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from starlette.requests import Request

from pamoja.foundation.webhooks import Inbox, Intake

HEADERS_KEPT = frozenset({b"content-type", b"user-agent", b"x-forwarded-for"})
_KEEP = """
    INSERT INTO payments_inbox
      (id, rail, kind, subject_id, body, headers, source, is_trusted, fingerprint, deliveries, received_at,
       community_id, note, claimed_id, claimed_code, claimed_receipt)
    SELECT id, rail, kind, subject_id, decode(body, 'base64'), headers, source, is_trusted,
           decode(fingerprint, 'base64'), deliveries, received_at, %s, '', '', '', ''
    FROM json_to_recordset(%s::json) AS told
      (id uuid, rail text, kind text, subject_id uuid, body text, headers jsonb, source text, is_trusted bool,
       fingerprint text, deliveries int, received_at timestamptz)
    ON CONFLICT (community_id, kind, subject_id, fingerprint)
    DO UPDATE SET deliveries = payments_inbox.deliveries + excluded.deliveries
"""
INBOX = Inbox(_KEEP, "default", "payments.apply_inbox")


@dataclass(frozen=True)
class Kept:
    """One webhook, proven and sealed."""

    id: UUID
    community_id: UUID
    rail: str
    kind: str
    subject_id: UUID
    body: bytes
    headers: dict[str, str]
    source: str
    is_trusted: bool
    fingerprint: bytes
    received_at: datetime

    @property
    def place(self) -> tuple[str, bytes, bytes]:
        """What comes again at the same place is the same webhook."""
        return self.kind, self.subject_id.bytes, self.fingerprint

    def told(self, deliveries: int) -> dict[str, Any]:
        """The row as the database is told of it."""
        return {
            "id": str(self.id),
            "rail": self.rail,
            "kind": self.kind,
            "subject_id": str(self.subject_id),
            "body": b64encode(self.body).decode(),
            "headers": self.headers,
            "source": self.source,
            "is_trusted": self.is_trusted,
            "fingerprint": b64encode(self.fingerprint).decode(),
            "deliveries": deliveries,
            "received_at": self.received_at.isoformat(),
        }


def intake_of(request: Request) -> Intake[Kept]:
    """The application's own."""
    return Intake.of(request, INBOX)


def headers_of(request: Request) -> dict[str, str]:
    """Those worth keeping, without what JSON in a database cannot hold."""
    return {
        name.decode(): value[:300].decode("latin-1").replace("\0", "")
        for name, value in reversed(request.scope["headers"])  # Of several of one name the first is kept.
        if name in HEADERS_KEPT
    }
