"""Taking a try counts once for all processes, and says when the next one is free."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from pamoja.kernel.identity.actions.trying import Limit, forget_old_tries, take_try
from pamoja.kernel.identity.errors import TooManyTries

FIVE = Limit("test", 5)


def row_count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM identity_try")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db
def test_allows_five_and_refuses_the_sixth() -> None:
    for _ in range(5):
        take_try(FIVE, "amina@example.org")

    with pytest.raises(TooManyTries) as refused:
        take_try(FIVE, "AMINA@example.org")

    assert 0 < refused.value.data["retry_after_s"] <= 60
    take_try(FIVE, "brian@example.org")


@pytest.mark.django_db
def test_frees_a_try_when_the_oldest_has_passed() -> None:
    for _ in range(5):
        take_try(FIVE, "amina")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE identity_try SET at[1] = at[1] - interval '61 seconds'")

    take_try(FIVE, "amina")
    with pytest.raises(TooManyTries):
        take_try(FIVE, "amina")


@pytest.mark.django_db
def test_keeps_no_address_and_forgets() -> None:
    take_try(FIVE, "amina@example.org")
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM identity_try")
        assert b"amina" not in bytes(cursor.fetchone()[0])
        cursor.execute("UPDATE identity_try SET forgotten_at = now() - interval '1 second'")

    forget_old_tries()

    assert row_count() == 0


@pytest.mark.committed
def test_of_twenty_at_once_exactly_five_pass(database: None) -> None:
    def attempt(_: int) -> bool:
        try:
            take_try(FIVE, "amina")
            return True
        except TooManyTries:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        passed = sum(threads.map(attempt, range(20)))

    assert passed == 5
