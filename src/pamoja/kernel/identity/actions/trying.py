"""Counting tries, so that nobody can guess passwords or flood mailboxes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.db import connection

from pamoja.kernel.identity import rules
from pamoja.kernel.identity.errors import TooManyTries


@dataclass(frozen=True)
class Limit:
    """At most so many tries of one thing in so many seconds."""

    name: str
    most: int
    seconds: int = 60


# One account is tried five times a minute. An address may be a village behind one mast, so it is given more,
# except where each try makes an account.
SIGN_IN = Limit("sign-in", 5)
SIGN_IN_FROM_ADDRESS = Limit("sign-in-from", 20)
SECOND_FACTOR = Limit("second-factor", 5)
REGISTER_FROM_ADDRESS = Limit("register-from", 5)
RESET = Limit("reset", 5)
RESET_FROM_ADDRESS = Limit("reset-from", 5)
CODE = Limit("code", 5)
PHONE_CHANGE = Limit("phone-change", 5)


def take_try(limit: Limit, who: str) -> None:
    """Count one try by `who`, an account or an address; only a fingerprint of it is kept.

    Raises: TooManyTries with `retry_after_s`.
    """
    key = hashlib.sha256(f"{limit.name}\0{who.lower()}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT take_try(%s, %s, make_interval(secs => %s))", [key, limit.most, limit.seconds])
        wait_s = cursor.fetchone()[0]
    if wait_s:
        raise TooManyTries(wait=rules.shown_wait(wait_s), retry_after_s=max(1, -int(-wait_s // 1)))


def forget_old_tries() -> None:
    """Remove what no longer counts."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM identity_try WHERE forgotten_at < clock_timestamp()")
