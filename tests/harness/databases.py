"""One database server for a run of the tests, and clones of one migrated template for whoever needs a database."""

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from pamoja.site.migrating import fingerprint
from pamoja.site.postgres import AlreadyRunning, EmbeddedPostgres

ROOT = Path(__file__).resolve().parents[2]
OWNER, RUNTIME, PASSWORD = "pamoja", "pamoja_runtime", "only-on-this-machine"
EMPTYING = (Path(__file__).parent / "emptying.sql").read_text()
MAKING = 7_260_462  # the lock of who makes the template: any number that nobody else uses
# What was deleted stays in the files for a while; after so many tests a new database is quicker.
USES_MAX = 60


def template_name() -> str:
    """Named after the schema, so that an unchanged one is used again by the next run."""
    return f"pamoja_template_{fingerprint()}_{hashlib.sha256(EMPTYING.encode()).hexdigest()[:6]}"


def start_server() -> EmbeddedPostgres:
    """Starts the server on the folder of the last run, or on another when a run is still using it.

    `PAMOJA_TEST_POSTGRES_BIN` runs everything on another PostgreSQL, such as /usr/lib/postgresql/15/bin.
    """
    binaries = os.environ.get("PAMOJA_TEST_POSTGRES_BIN")
    kind = hashlib.sha256(binaries.encode()).hexdigest()[:6] if binaries else "test"
    for number in range(1, 20):
        folder = Path(os.environ.get("PAMOJA_TEST_DATA", ROOT / "var")) / f"{kind}-{number}"
        server = EmbeddedPostgres(
            folder, binaries=Path(binaries) if binaries else None, durable=False, default_port=54400 + number
        )
        try:
            server.prepare()
        except AlreadyRunning:
            continue
        server.launch()
        server.wait()
        return server
    raise RuntimeError("Twenty test runs at once are enough.")


@dataclass(frozen=True)
class Databases:
    """Makes and drops databases on the server of this run; every worker has the same server."""

    superuser_url: str

    def url(self, name: str, role: str) -> str:
        """The database as the owner or as the role that may only use it."""
        place = self.superuser_url.rpartition("@")[2].partition("/")[0]
        return f"postgresql://{role}:{PASSWORD}@{place}/{name}"

    def settings(self, name: str) -> dict[str, str]:
        """What a process needs in its environment to work on this database."""
        return {
            "PAMOJA_DATABASE_URL": self.url(name, OWNER),
            "PAMOJA_DATABASE_APP_URL": self.url(name, RUNTIME),
        }

    def template(self) -> str:
        """The migrated template of exactly this schema; made when the schema has changed.

        Whoever comes while another process makes it waits for that one.
        """
        name = template_name()
        with self._superuser() as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", [MAKING])
            known = {row[0] for row in connection.execute("SELECT datname FROM pg_database WHERE datname ~ '^pamoja_'")}
            if name in known:
                return name
            for stale in known:
                self._drop(connection, stale)
            self._make_owner(connection)
            connection.execute(sql.SQL("CREATE DATABASE pamoja_new_template OWNER {}").format(sql.Identifier(OWNER)))
            self._migrate("pamoja_new_template")
            with self._superuser("pamoja_new_template") as inside:
                inside.execute(EMPTYING)
            connection.execute(sql.SQL("ALTER DATABASE pamoja_new_template RENAME TO {}").format(sql.Identifier(name)))
        return name

    def clone(self, name: str) -> None:
        """A fresh database in some 40 ms; with fsync off, copying files is twice as quick as logging pages."""
        template = self.template()
        with self._superuser() as connection:
            self._drop(connection, name)
            for statement in (
                "CREATE DATABASE {name} TEMPLATE {template} OWNER {owner} STRATEGY file_copy",
                "REVOKE ALL ON DATABASE {name} FROM PUBLIC",
                "GRANT CONNECT ON DATABASE {name} TO {runtime}",
            ):
                connection.execute(
                    sql.SQL(statement).format(
                        name=sql.Identifier(name),
                        template=sql.Identifier(template),
                        owner=sql.Identifier(OWNER),
                        runtime=sql.Identifier(RUNTIME),
                    )
                )

    def empty(self, name: str) -> bool:
        """Makes a used database as good as new, in a tenth of the time; False when it is not to be had so."""
        with self._superuser(name) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()"
            )
            connection.execute("SET session_replication_role = replica")
            row = connection.execute("SELECT harness.empty()").fetchone()
            return bool(row and row[0])

    def drop(self, name: str) -> None:
        """Ends its sessions and drops it."""
        with self._superuser() as connection:
            self._drop(connection, name)

    def _superuser(self, name: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(f"{self.superuser_url.rpartition('/')[0]}/{name}", autocommit=True)

    def _drop(self, connection: psycopg.Connection, name: str) -> None:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _make_owner(self, connection: psycopg.Connection) -> None:
        """The runtime role is then made by the owner, as in a real installation."""
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone():
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN CREATEROLE CREATEDB PASSWORD {}").format(
                    sql.Identifier(OWNER), sql.Literal(PASSWORD)
                )
            )

    def _migrate(self, name: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "pamoja.site.cli", "migrate"],
            env=os.environ | self.settings(name),
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"The migrations failed:\n{done.stdout}{done.stderr}")
