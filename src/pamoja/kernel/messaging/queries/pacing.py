"""How fast a sender may speak."""

from __future__ import annotations

from django.db import connection


def held_for_s(sender: str) -> float:
    """For how many seconds yet the sender's allowance is spoken for."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM free_at - clock_timestamp()) FROM messaging_pace WHERE sender = %s", [sender]
        )
        row = cursor.fetchone()
    return max(0.0, float(row[0])) if row else 0.0
