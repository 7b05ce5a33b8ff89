"""PostgreSQL as our own child ..."""

import os
import signal
import stat
import subprocess
import sys

import psycopg
import pytest
from django.db import ProgrammingError

from pamoja.site.config import runtime_url_beside
from pamoja.site.migrating import explained
from pamoja.site.postgres import AlreadyRunning, EmbeddedPostgres, PostgresFailed, recorded_port
from pamoja.site.roles import DatabaseUnfit, prepare_database

PASSWORD = "only-here"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("postgres")
    with EmbeddedPostgres(folder, durable=False, default_port=54460) as running:
        running.create_database(name="savings", owner="savings", password=PASSWORD)
        yield running
    EmbeddedPostgres(folder).remove()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A data folder whose server each test starts for itself, for making a cluster takes its second."""
    made = tmp_path_factory.mktemp("stopped")
    yield made
    EmbeddedPostgres(made).remove()


@pytest.fixture
def owner_url(server):
    return f"postgresql://savings:{PASSWORD}@127.0.0.1:{server.port}/savings"


def test_keeps_its_files_to_itself(server):
    assert stat.S_IMODE(server.cluster.stat().st_mode) == 0o700
    assert server.cluster.stat().st_uid != 0


def test_refuses_a_wrong_password(server, owner_url):
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(owner_url.replace(PASSWORD, "wrong"))


def test_gives_the_owner_no_more_than_it_needs(owner_url):
    with psycopg.connect(owner_url) as connection:
        found = connection.execute(
            "SELECT rolsuper, rolbypassrls, rolreplication, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert found == (False, False, False, True)


def test_is_run_by_one_process_at_a_time(server):
    with pytest.raises(AlreadyRunning, match=f"Process {os.getpid()} already runs the database"):
        EmbeddedPostgres(server.data).prepare()


def test_takes_a_free_port_when_another_program_has_its_own(server, folder):
    with EmbeddedPostgres(folder, durable=False, default_port=server.port) as second:
        assert second.port not in (0, server.port)
        assert recorded_port(folder) == second.port


def test_serves_again_where_it_was_after_being_killed(folder):
    with EmbeddedPostgres(folder) as server:
        with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT 7 AS number")
        before = server.port
        server.process.kill()
        server.process.wait()

        server.launch()
        server.wait()

        assert server.port == before
        with psycopg.connect(server.superuser_url()) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


def test_ends_with_a_killed_supervisor_and_starts_at_once_again(folder):
    program = (
        "import sys, time; from pathlib import Path; from pamoja.site.postgres import EmbeddedPostgres\n"
        "server = EmbeddedPostgres(Path(sys.argv[1]))\n"
        "server.prepare(); server.launch(); server.wait(); print('up', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program, folder], stdout=subprocess.PIPE) as supervisor:
        assert supervisor.stdout.readline() == b"up\n"
        supervisor.send_signal(signal.SIGKILL)

    with EmbeddedPostgres(folder) as again:
        assert again.process.poll() is None


def test_starts_although_another_process_has_the_number_of_a_dead_server(folder):
    with EmbeddedPostgres(folder, durable=False):
        pass
    server = EmbeddedPostgres(folder, durable=False)
    (server.cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{server.cluster}\n")

    with server:
        assert server.process.poll() is None


def test_says_why_it_did_not_start(folder):
    server = EmbeddedPostgres(folder, durable=False)
    server.prepare()
    settings = server.cluster / "postgresql.auto.conf"
    settings.write_text("no_such_setting = 1\n")
    server.launch()

    with pytest.raises(PostgresFailed, match="no_such_setting"):
        server.wait()
    settings.write_text("")
    server.stop()


def test_prepares_roles_as_often_as_it_is_asked(owner_url):
    app_url = runtime_url_beside(owner_url, "key")
    prepare_database(owner_url, app_url)
    prepare_database(owner_url, app_url)

    with psycopg.connect(app_url) as connection:
        found = connection.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert found == (False, False, False, False)


def test_gives_the_application_role_what_the_owner_makes_later_and_nothing_more(owner_url):
    app_url = runtime_url_beside(owner_url, "key")
    prepare_database(owner_url, app_url)
    with psycopg.connect(owner_url) as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS circle (name text)")

    with psycopg.connect(app_url, autocommit=True) as session:
        session.execute("INSERT INTO circle VALUES ('Umoja')")
        for forbidden in ("TRUNCATE circle", "DROP TABLE circle", "CREATE TABLE other ()", "CREATE TEMP TABLE t ()"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute(forbidden)


def test_follows_a_changed_secret_key(owner_url):
    prepare_database(owner_url, runtime_url_beside(owner_url, "key"))
    changed = runtime_url_beside(owner_url, "another key")
    prepare_database(owner_url, changed)

    psycopg.connect(changed).close()


def test_lets_no_other_role_of_the_server_in(server, owner_url):
    prepare_database(owner_url, runtime_url_beside(owner_url, "key"))
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE stranger LOGIN PASSWORD '{PASSWORD}'")

    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(owner_url.replace("//savings", "//stranger"))


@pytest.mark.parametrize("right", ["SUPERUSER", "BYPASSRLS"])
def test_refuses_an_application_role_that_sees_everything(server, owner_url, right):
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE too_much_{right} LOGIN {right} PASSWORD '{PASSWORD}'")

    with pytest.raises(DatabaseUnfit, match="sees every community"):
        prepare_database(owner_url, owner_url.replace("//savings", f"//too_much_{right.lower()}"))


def test_refuses_the_owner_as_application_role(owner_url):
    with pytest.raises(DatabaseUnfit, match="must not be the owner"):
        prepare_database(owner_url, owner_url)


def test_says_that_another_version_made_the_database(owner_connection):
    trouble = ProgrammingError("relation already exists")
    with pytest.raises(ProgrammingError), explained(owner_connection):
        raise trouble

    owner_connection.execute(
        "INSERT INTO django_migrations (app, name, applied) VALUES ('ledger', '0099_later', now())"
    )

    with (
        pytest.raises(DatabaseUnfit, match=r"ledger\.0099_later is not known here.*make fresh"),
        explained(owner_connection),
    ):
        raise trouble
