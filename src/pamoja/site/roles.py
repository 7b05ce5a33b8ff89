"""Sets up who may do what in a database: the owner migrates, the application role may only use."""

from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql
from psycopg.sql import Identifier as Name

GROUP = "pamoja_app"


class DatabaseUnfit(Exception):
    """This database cannot carry Pamoja; the message says why."""


def prepare_database(owner_url: str, app_url: str) -> None:
    """Makes the group, the application's login role and their rights. Idempotent; before every migration.

    Raises: DatabaseUnfit when the server is too old, or the application role could see everything.
    """
    parts = urlsplit(app_url)
    login, password = unquote(parts.username or ""), unquote(parts.password or "")
    database = unquote(parts.path.lstrip("/"))
    with psycopg.connect(owner_url) as connection:
        if connection.info.server_version < 150000:
            raise DatabaseUnfit("Pamoja needs PostgreSQL 15 or newer.")
        # Two starts at once would both create the roles, and the second would fail.
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('pamoja roles'))")
        _make_roles(connection, login, password, app_url)
        _grant(connection, database, login)


def _make_roles(connection: psycopg.Connection, login: str, password: str, app_url: str) -> None:
    owner = connection.info.user
    if login == owner:
        raise DatabaseUnfit("The application role must not be the owner: set PAMOJA_DATABASE_APP_URL to another one.")
    if not _role(connection, GROUP):
        connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(Name(GROUP)))
    role = _role(connection, login)
    if not role:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(Name(login), sql.Literal(password)))
    elif role["super"] or role["bypass"]:
        raise DatabaseUnfit(
            f"The application role {login} sees every community: it must be neither superuser nor BYPASSRLS."
        )
    elif password and not _can_sign_in(app_url):
        connection.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(Name(login), sql.Literal(password)))
    is_in_group = connection.execute("SELECT pg_has_role(%s, %s, 'MEMBER')", [login, GROUP]).fetchone()
    if not (is_in_group and is_in_group[0]):
        connection.execute(sql.SQL("GRANT {} TO {}").format(Name(GROUP), Name(login)))


def _grant(connection: psycopg.Connection, database: str, login: str) -> None:
    statements = (
        sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(Name(database)),
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(Name(database), Name(login)),
        sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(Name(GROUP)),
        sql.SQL(
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}"
        ).format(Name(GROUP)),
        sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {}").format(Name(GROUP)),
    )
    for statement in statements:
        connection.execute(statement)


def _role(connection: psycopg.Connection, name: str) -> dict[str, bool] | None:
    found = connection.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    return {"super": found[0], "bypass": found[1]} if found else None


def _can_sign_in(url: str) -> bool:
    """Asked of the server. Where only the right to connect is lacking, the password was right."""
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        return "permission denied" in str(error)
    return True
