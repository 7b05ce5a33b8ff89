"""Where what providers tell is kept: one row each, written once, and worked off by a job."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from starlette.requests import Request

from pamoja.foundation import clock, crypto, ids
from pamoja.foundation.webhooks import Inbox, Intake

_BODY_FIELD = "messaging_heard.body"
_SENDER = "messaging.heard"

_KEEP = """
    INSERT INTO messaging_heard
      (id, community_id, kind, external_id, sender, body, deliveries, received_at, step, note)
    SELECT id, %s, kind, external_id, decode(sender, 'base64'), decode(body, 'base64'), deliveries, received_at, 0, ''
    FROM json_to_recordset(%s::json) AS told
      (id uuid, kind text, external_id text, sender text, body text, deliveries int, received_at timestamptz)
    ON CONFLICT (community_id, kind, external_id)
    DO UPDATE SET deliveries = messaging_heard.deliveries + excluded.deliveries
"""
INBOX = Inbox(_KEEP, "messages", "messaging.listen")


@dataclass(frozen=True)
class Row:
    """One message or report out of a webhook, proven and sealed."""

    community_id: UUID
    kind: str
    external_id: str
    sender: bytes
    body: bytes
    id: UUID = field(default_factory=ids.new_id)
    received_at: datetime = field(default_factory=clock.now)

    @classmethod
    def of(cls, community_id: UUID, kind: str, external_id: str, *, sender: str, body: str) -> Row:
        """Sealed."""
        return cls(
            community_id=community_id,
            kind=kind,
            external_id=external_id[:120].replace("\0", ""),
            sender=crypto.blind_index(sender, _SENDER),
            body=crypto.encrypt(body, _BODY_FIELD),
        )

    @property
    def place(self) -> tuple[str, str]:
        """What comes again at the same place is the same webhook."""
        return self.kind, self.external_id

    def told(self, deliveries: int) -> dict[str, Any]:
        """The row as the database is told of it."""
        return {
            "id": str(self.id),
            "kind": self.kind,
            "external_id": self.external_id,
            "sender": base64.b64encode(self.sender).decode(),
            "body": base64.b64encode(self.body).decode(),
            "deliveries": deliveries,
            "received_at": self.received_at.isoformat(),
        }


async def keep(request: Request, row: Row) -> None:
    """Returns when it is durable. Raises what the database did."""
    await Intake[Row].of(request, INBOX).keep(row)
