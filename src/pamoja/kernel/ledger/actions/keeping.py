"""Looking after the books in the background."""

from __future__ import annotations

from django.db import connection


def roll_up() -> int:
    """Keep sums of accounts without a floor, so that their balances stay quick to read; says how many were kept.

    It runs for all communities at once, in a transaction of its own, and neither waits nor makes anybody wait.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_roll_up()")
        return int(cursor.fetchone()[0])
