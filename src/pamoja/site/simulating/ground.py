"""Ground of its own for a simulation: a database server, a fresh database, a sandbox; nobody else notices."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg import sql

from pamoja.site.migrating import fingerprint
from pamoja.site.postgres import AlreadyRunning, EmbeddedPostgres
from pamoja.site.processes import dies_with_us, free_port

OWNER, RUNTIME, PASSWORD = "pamoja", "pamoja_simulation", "only-on-this-machine"
DATABASE = "simulation"
PORTS_FROM = 9700
AT_ONCE_MAX = 10
START_S_MAX = 60.0
SIGKILL = 9


@contextmanager
def ground(folder: Path) -> Iterator[None]:
    """Everything a simulation stands on, with this process's settings pointing at it; nothing of it is left running.

    Server and migrated template stay in `folder`, so that the next simulation begins at once.
    """
    own, server = _server_in(folder)
    try:
        ports = {name: free_port(PORTS_FROM + place) for place, name in enumerate(("web", "sandbox", "smtp"))}
        template = _template(server, own)
        _fresh(server, template)
        os.environ |= _environment(server, own, ports)
        with _sandbox(own, ports):
            yield
    finally:
        server.stop()


@contextmanager
def database_to_kill(folder: Path) -> Iterator[EmbeddedPostgres]:
    """A durable server of its own with a fresh database, this process's settings pointing at it; no sandbox."""
    own = folder / "simulation-crash"
    own.mkdir(parents=True, exist_ok=True)
    server = EmbeddedPostgres(own, durable=True, default_port=PORTS_FROM + 8)
    server.prepare()
    server.launch()
    server.wait()
    try:
        ports = {name: free_port(PORTS_FROM + place) for place, name in enumerate(("web", "sandbox", "smtp"))}
        _fresh(server, _template(server, own))
        os.environ |= _environment(server, own, ports)
        yield server
    finally:
        server.stop()


def _server_in(folder: Path) -> tuple[Path, EmbeddedPostgres]:
    for number in range(1, AT_ONCE_MAX + 1):
        own = folder / f"simulation-{number}"
        own.mkdir(parents=True, exist_ok=True)
        server = EmbeddedPostgres(own, durable=False, default_port=PORTS_FROM + 9)
        try:
            server.prepare()
        except AlreadyRunning:
            continue
        server.launch()
        server.wait()
        return own, server
    raise RuntimeError(f"{AT_ONCE_MAX} simulations at once are enough.")


def _environment(
    server: EmbeddedPostgres, own: Path, ports: dict[str, int], database: str = DATABASE
) -> dict[str, str]:
    place = f"127.0.0.1:{server.port}/{database}"
    return {
        "PAMOJA_ENVIRONMENT": "development",
        "PAMOJA_DATA": str(own),
        "PAMOJA_DATABASE_URL": f"postgresql://{OWNER}:{PASSWORD}@{place}",
        "PAMOJA_DATABASE_APP_URL": f"postgresql://{RUNTIME}:{PASSWORD}@{place}",
        "PAMOJA_PORT": str(ports["web"]),
        "PAMOJA_SANDBOX_PORT": str(ports["sandbox"]),
        "PAMOJA_SMTP_PORT": str(ports["smtp"]),
        "PAMOJA_LOG_LEVEL": "ERROR",
    }


def _template(server: EmbeddedPostgres, own: Path) -> str:
    """A migrated database of exactly this schema; made when the schema has changed."""
    name = f"template_{fingerprint()}"
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        known = {row[0] for row in connection.execute("SELECT datname FROM pg_database WHERE datname ~ '^template_'")}
        if name in known:
            return name
        for stale in known:
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(stale)))
        making = f"making_{name}"
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(making)))
        server.create_database(name=making, owner=OWNER, password=PASSWORD)
        ports = {"web": PORTS_FROM, "sandbox": PORTS_FROM + 1, "smtp": PORTS_FROM + 2}
        subprocess.run(
            [sys.executable, "-m", "pamoja.site.cli", "migrate"],
            env=os.environ | _environment(server, own, ports, making),
            check=True,
        )
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(making), sql.Identifier(name))
        )
    return name


def _fresh(server: EmbeddedPostgres, template: str) -> None:
    names = {"name": DATABASE, "template": template, "owner": OWNER, "runtime": RUNTIME}
    written = {key: sql.Identifier(name) for key, name in names.items()}
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        for statement in (
            "DROP DATABASE IF EXISTS {name} WITH (FORCE)",
            "CREATE DATABASE {name} TEMPLATE {template} OWNER {owner}",
            "REVOKE ALL ON DATABASE {name} FROM PUBLIC",
            "GRANT CONNECT ON DATABASE {name} TO {runtime}",
        ):
            connection.execute(sql.SQL(statement).format(**written))


@contextmanager
def _sandbox(own: Path, ports: dict[str, int]) -> Iterator[None]:
    shutil.rmtree(own / "sandbox", ignore_errors=True)
    parent = os.getpid()
    log = own / "log" / "sandbox.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    arguments = ["--port", str(ports["sandbox"]), "--smtp-port", str(ports["smtp"]), "--data", str(own / "sandbox")]
    with log.open("ab") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "pamoja.sandbox", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=lambda: dies_with_us(parent, SIGKILL),  # noqa: PLW1509 - no threads yet
        )
    try:
        _wait_for(f"http://127.0.0.1:{ports['sandbox']}/health", child)
        yield
    finally:
        child.terminate()
        child.wait(10)


def _wait_for(url: str, child: subprocess.Popen[Any]) -> None:
    deadline = time.monotonic() + START_S_MAX
    with httpx.Client(timeout=2) as client:
        while time.monotonic() < deadline and child.poll() is None:
            try:
                if client.get(url).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
    raise RuntimeError(f"The sandbox did not start on {url}.")
