"""What runs inside a community sees and makes that community's rows alone."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from pamoja.kernel.communities.apps import CommunityCarrier
from pamoja.kernel.communities.public import (
    Community,
    NoCommunity,
    current_community,
    current_community_id,
    each_community,
    entered,
)
from pamoja.kernel.identity.models import Member, Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def umoja() -> Community:
    return Community.objects.create(slug="umoja-t", name="Umoja", currency="KES", country="KE")


@pytest.fixture
def thames() -> Community:
    return Community.objects.create(slug="thames-t", name="Thames", currency="GBP", country="GB")


@pytest.fixture
def amina() -> Person:
    return Person.objects.create_user("amina@example.org", name="Amina")


def test_sees_its_own_rows_and_no_others(umoja: Community, thames: Community, amina: Person) -> None:
    with entered(umoja.pk):
        Member.objects.create(person=amina, name="Amina W.")

    with entered(umoja.pk):
        assert Member.objects.count() == 1
    with entered(thames.pk):
        assert Member.objects.count() == 0


def test_comes_back_to_the_community_it_was_in(umoja: Community, thames: Community) -> None:
    with entered(umoja.pk):
        with entered(thames.pk):
            assert _told() == str(thames.pk)
        assert _told() == str(umoja.pk)


def test_leaves_the_community_after_a_failure_inside_a_transaction(umoja: Community) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), entered(umoja.pk), connection.cursor() as cursor:
        cursor.execute("SELECT 1/0")

    assert _told() == ""


def test_refuses_a_row_for_another_community(umoja: Community, thames: Community, amina: Person) -> None:
    with entered(umoja.pk), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        Member.objects.create(person=amina, name="Amina W.", community=thames)

    with entered(thames.pk):
        assert Member.objects.count() == 0


def test_cannot_move_a_row_to_another_community(umoja: Community, thames: Community, amina: Person) -> None:
    with entered(umoja.pk):
        Member.objects.create(person=amina, name="Amina W.")
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Member.objects.update(community=thames)

        assert Member.objects.get().community_id == umoja.pk


def test_is_read_once_until_somebody_changes_it(umoja: Community, django_assert_num_queries: Any) -> None:
    with entered(umoja.pk):
        with django_assert_num_queries(1):
            assert current_community() is current_community()
        umoja.name = "Umoja na amani"
        umoja.save()
        assert current_community().name == "Umoja na amani"


def test_is_a_bug_to_need_a_community_and_have_none() -> None:
    with pytest.raises(NoCommunity):
        current_community_id()


def test_travels_with_a_job(umoja: Community) -> None:
    carrier = CommunityCarrier()
    with entered(umoja.pk):
        packed = carrier.pack()

    assert packed is not None
    with carrier.unpack(packed):
        assert current_community_id() == umoja.pk


def test_each_community_is_entered_in_turn(umoja: Community, thames: Community) -> None:
    seen = [(community.pk, current_community_id()) for community in each_community()]

    assert {umoja.pk, thames.pk} <= {pk for pk, _ in seen}
    assert all(pk == inside for pk, inside in seen)


def _told() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('pamoja.community', true)")
        return str(cursor.fetchone()[0] or "")
