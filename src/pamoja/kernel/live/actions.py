"""Publishing: a notification that the database hands out when, and only if, the transaction commits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection

from pamoja.foundation.actions import joins_transaction
from pamoja.kernel.communities.public import current_community_id
from pamoja.kernel.live import rules


@joins_transaction
def publish(topic: str, kind: str, **data: Any) -> None:
    """Tell everybody in the entered community who follows `topic` (`circle:<uuid>`) what `kind` of thing happened.

    `data` carries ids and small numbers, never personal data: pages fetch what they may see. Equal publications of
    one transaction arrive once. A ValueError means that the topic or the data cannot be written, which is a bug.
    """
    publish_to_each([topic], kind, **data)


@joins_transaction
def publish_to_each(topics: Iterable[str], kind: str, **data: Any) -> None:
    """The same to the followers of several topics, in one statement; else as `publish`."""
    payloads = [rules.written(current_community_id(), topic, kind, data) for topic in topics]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, payload) FROM unnest(%s::text[]) payload", [rules.CHANNEL, payloads])
