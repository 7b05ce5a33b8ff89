"""The ground of the tests ..."""

import socket

import pytest
from django.db import connection, transaction

from pamoja.foundation import clock as platform_clock
from pamoja.kernel.communities.public import Community
from tests.harness.sealing import OutsideWorld


def test_works_as_the_role_that_may_only_use(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("pamoja_runtime", False, False, False)


@pytest.mark.parametrize("time", [1, 2])
def test_forgets_what_an_earlier_test_wrote(community, time):
    assert list(Community.objects.values_list("slug", flat=True)) == ["umoja"]


@pytest.mark.committed
@pytest.mark.parametrize("time", [1, 2])
def test_commits_into_a_database_of_its_own(community, owner_connection, time):
    assert not connection.in_atomic_block
    assert owner_connection.execute("SELECT slug FROM community").fetchall() == [("umoja",)]
    with transaction.atomic(durable=True):
        Community.objects.update(name="Umoja na amani")


def test_refuses_the_outside_world():
    with pytest.raises(OutsideWorld):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(OutsideWorld):
        socket.getaddrinfo("example.com", 80)


def test_stops_the_clock_until_the_test_turns_it(clock):
    before = platform_clock.now()
    clock.turn_by(days=7)
    assert (platform_clock.now() - before).days == 7
    assert platform_clock.now() == clock.now
