"""Brings a database to the schema of this code, and knows without looking at every table whether it is there."""

import functools
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
import psycopg
from django.db import DatabaseError

from pamoja.site.config import Config
from pamoja.site.roles import DatabaseUnfit, prepare_database

PACKAGE = Path(__file__).resolve().parents[1]


@functools.cache
def fingerprint() -> str:
    """Changes with any migration, any SQL beside one, and any installed package, some of which bring migrations."""
    digest = hashlib.sha256()
    for path in sorted([*PACKAGE.rglob("migrations/*.py"), *PACKAGE.rglob("sql/*.sql")]):
        digest.update(str(path.relative_to(PACKAGE)).encode() + path.read_bytes())
    for installed in sorted(path.name for path in Path(django.__path__[0]).parent.glob("*.dist-info")):
        digest.update(installed.encode())
    return digest.hexdigest()[:20]


def is_migrated(url: str) -> bool:
    """Whether the database was brought to exactly this schema. The mark is on a table, so a dump carries it."""
    with psycopg.connect(url, connect_timeout=5) as connection:
        found = connection.execute("SELECT obj_description(to_regclass('public.django_migrations'))").fetchone()
    return bool(found and found[0] == f"schema {fingerprint()}")


def migrate(config: Config, *, arguments: tuple[str, ...] = ()) -> None:
    """Prepares the roles and runs Django's migrations as the owner; one at a time however many are started.

    Raises: DatabaseUnfit when it cannot be brought to this schema from the one that it has.
    """
    prepare_database(config.owner_url, config.runtime_url)
    with psycopg.connect(config.owner_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext('pamoja migrate'))")
        with explained(connection):
            _run_django(arguments)
        mark = "" if arguments else f"schema {fingerprint()}"
        connection.execute(f"COMMENT ON TABLE django_migrations IS '{mark}'")


@contextmanager
def explained(connection: psycopg.Connection) -> Iterator[None]:
    """What fails because another version of us made the database says so.

    Raises: DatabaseUnfit naming the migrations that this version does not have.
    """
    try:
        yield
    except DatabaseError as trouble:
        is_begun = connection.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL").fetchone() == (
            True,
        )
        rows = connection.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall() if is_begun else []
        folders = {folder.parent.name: folder for folder in PACKAGE.rglob("migrations")}
        unknown = [
            f"{app}.{name}" for app, name in rows if app in folders and not (folders[app] / f"{name}.py").exists()
        ]
        if not unknown:
            raise
        raise DatabaseUnfit(
            f"Another version of Pamoja made this database ({', '.join(unknown)} is not known here): update the code,"
            " or start over with `make fresh` if its data may go."
        ) from trouble


def _run_django(arguments: tuple[str, ...]) -> None:
    os.environ["PAMOJA_AS_OWNER"] = "1"
    os.environ["DJANGO_SETTINGS_MODULE"] = "pamoja.site.settings"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", *arguments, interactive=False, verbosity=1 if arguments else 0)
