"""Another community sees nothing: proven over every model that belongs to one."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection, models

from pamoja.kernel.communities.public import CommunityModel

OWNED = sorted(
    (model for model in apps.get_models() if issubclass(model, CommunityModel)), key=lambda model: model._meta.label
)
# What no community owns, each for its reason.
SHARED = {
    "communities.Community": "a visitor's address must be resolved before a community is known",
    "identity.Person": "one person may be in several communities",
    "messaging.Message": "mail of the bare domain has none; its own policy shows such a row only where none is entered",
    "messaging.ProviderContent": "templates without anybody's data, kept at one provider's account for all communities",
    "messaging.Pace": "the rate of a sender is the provider's, whoever speaks through it",
}


def test_every_model_of_ours_belongs_to_a_community() -> None:
    ours = {model for model in apps.get_models() if model.__module__.startswith("pamoja.")}

    assert {model._meta.label for model in ours - set(OWNED)} <= SHARED.keys()


@pytest.mark.django_db
@pytest.mark.parametrize("model", OWNED, ids=lambda model: model._meta.label)
def test_its_table_has_row_level_security(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relrowsecurity, (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid), "
            "       has_table_privilege(current_user, c.oid, 'TRUNCATE'), pg_get_userbyid(relowner) = current_user "
            "FROM pg_class c WHERE oid = %s::regclass",
            [model._meta.db_table],
        )
        secured, policies, may_truncate, is_owner = cursor.fetchone()

    assert secured
    assert policies >= 1
    assert not may_truncate
    assert not is_owner


@pytest.mark.django_db
def test_every_table_with_a_community_is_secured_whoever_made_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
            "WHERE a.attname = 'community_id' AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity "
            "AND NOT a.attisdropped AND c.relnamespace = 'public'::regnamespace"
        )
        assert cursor.fetchall() == []


@pytest.mark.django_db
@pytest.mark.parametrize("model", OWNED, ids=lambda model: model._meta.label)
def test_nothing_is_seen_without_a_community(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pamoja.community', '', true)")

    assert list(model._default_manager.all()[:1]) == []


@pytest.mark.django_db
def test_the_session_is_neither_owner_nor_superuser() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False, False)
