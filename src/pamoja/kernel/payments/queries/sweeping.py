"""Where a sweep has something to do."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection


def where_due(until: datetime) -> list[UUID]:
    """Each community with something to submit, to ask about, to expire or to apply by then."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT community FROM payments_due(%s)", [until])
        return [row[0] for row in cursor.fetchall()]
