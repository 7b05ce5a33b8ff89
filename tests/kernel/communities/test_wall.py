"""The wall, tried on every table: each holds a row of two communities, and either one reaches its own alone."""

from __future__ import annotations

from contextlib import nullcontext
from uuid import UUID

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction
from psycopg import sql

from pamoja.foundation import ids
from pamoja.kernel.communities.public import Community, entered
from tests.harness.databases import Databases

pytestmark = pytest.mark.committed

TABLES = """
    SELECT c.oid::regclass::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE a.attname = 'community_id' AND NOT a.attisdropped
      AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
    ORDER BY 1
"""
# A row needs no sense here, only a community: whatever else a column demands is waived in this throw-away database.
DEMANDS = """
    SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname)
    FROM pg_constraint WHERE contype = 'c' AND conrelid = %s::regclass
    UNION ALL
    SELECT format('ALTER TABLE %%s ALTER COLUMN %%I DROP NOT NULL', attrelid::regclass, attname)
    FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND attnotnull AND attidentity = ''
      AND attname <> 'community_id' AND attnum <> ALL (
        SELECT unnest(conkey) FROM pg_constraint WHERE conrelid = attrelid AND contype = 'p')
"""


@pytest.fixture
def two(committed_db: str) -> tuple[Community, Community]:
    return (
        Community.objects.create(slug="mine", name="Mine", currency="KES", country="KE"),
        Community.objects.create(slug="theirs", name="Theirs", currency="GBP", country="GB"),
    )


@pytest.fixture
def tables(two: tuple[Community, Community], committed_db: str, databases: Databases) -> list[str]:
    """Every table with a community, with one row of each of the two."""
    url = databases.superuser_url.rpartition("/")[0] + f"/{committed_db}"
    with psycopg.connect(url, autocommit=True) as superuser:
        # Triggers and foreign keys sleep for this session, so that senseless rows can be made.
        superuser.execute("SET session_replication_role = replica")
        found = [row[0] for row in superuser.execute(TABLES)]
        for table in found:
            _waive_demands(superuser, table)
            for community in two:
                _make_row(superuser, table, community.pk)
    return found


def test_every_table_keeps_two_communities_apart(
    two: tuple[Community, Community], tables: list[str], subtests: pytest.Subtests
) -> None:
    mine, theirs = two
    assert len(tables) > 15
    for table in tables:
        with subtests.test(table):
            assert _communities_seen(table, mine.pk) == [mine.pk]
            assert _communities_seen(table, theirs.pk) == [theirs.pk]
            assert _communities_seen(table, None) == []
            for statement in ("UPDATE {} SET community_id = community_id", "DELETE FROM {}"):
                assert _reached(statement.format(table), mine.pk, theirs.pk) == 0


def _communities_seen(table: str, inside: UUID | None) -> list[UUID]:
    question = sql.SQL("SELECT DISTINCT community_id FROM {}").format(sql.SQL(table))
    with entered(inside) if inside else nullcontext(), connection.cursor() as cursor:
        cursor.execute(question)
        return [row[0] for row in cursor.fetchall()]


def _reached(statement: str, inside: UUID, target: UUID) -> int:
    """How many of the other's rows a statement reaches; one that the role may not even try reaches none."""
    with entered(inside):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"{statement} WHERE community_id = %s", [target])
                return int(cursor.rowcount)
        except ProgrammingError:  # the role may not even try: no privilege
            return 0


def _waive_demands(superuser: psycopg.Connection, table: str) -> None:
    for (statement,) in superuser.execute(DEMANDS, [table, table]).fetchall():
        superuser.execute(statement)


def _make_row(superuser: psycopg.Connection, table: str, community_id: UUID) -> None:
    keys = superuser.execute(
        "SELECT a.attname, format_type(a.atttypid, NULL), a.attidentity <> '' OR a.atthasdef FROM pg_constraint c "
        "JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) "
        "WHERE c.contype = 'p' AND c.conrelid = %s::regclass",
        [table],
    ).fetchall()
    values: dict[str, object] = {"community_id": community_id}
    for name, kind, is_made in keys:
        if not is_made and name not in values:
            values[name] = community_id.int % 1_000_000 if "int" in kind else ids.new_id()
    superuser.execute(
        sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.SQL(table),
            sql.SQL(", ").join(sql.Identifier(name) for name in values),
            sql.SQL(", ").join(sql.Placeholder() for _ in values),
        ),
        list(values.values()),
    )
