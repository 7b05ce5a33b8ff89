"""Brings everything up on one machine, in order, says where it is, and looks after it until told to stop."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import psycopg

from pamoja.site.config import Config, role_password
from pamoja.site.migrating import is_migrated
from pamoja.site.postgres import EmbeddedPostgres, PostgresFailed
from pamoja.site.processes import dies_with_us
from pamoja.site.roles import DatabaseUnfit, prepare_database
from pamoja.site.supervisor import Child, Interrupted, Supervisor, opened_log, python_child

DATABASE, OUTSIDE, OURS = 1, 2, 3
START_SECONDS_MAX = 120.0
DEMO_COMMUNITY, DEMO_COMMUNITY_AT_META = "umoja", "thames"


class CannotStart(Exception):
    """Why nothing is running; said to the person who typed the command."""


class Installation:
    """All the processes of one data folder."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.began = time.monotonic()
        self.supervisor = Supervisor(self.say)

    def run(self) -> None:
        """Starts everything and stays until it is asked to stop.

        Raises: CannotStart with the reason; whatever had been started is stopped.
        """
        with self.supervisor.listening():
            try:
                self._start()
                self.supervisor.keep()
            except Interrupted:
                self.say("Stopping")
            except (PostgresFailed, DatabaseUnfit, psycopg.OperationalError) as error:
                raise CannotStart(str(error)) from None
            finally:
                self.supervisor.stop()

    def say(self, line: str) -> None:
        """One line with the time since the start."""
        print(f"{time.monotonic() - self.began:5.1f} s  {line}", flush=True)

    def _start(self) -> None:
        config = self.config
        if config.is_embedded:
            self._start_postgres()
        self._ports_are_free()
        if not config.is_production:
            self._start_sandbox()
        self._migrate()
        if not config.is_production:
            self._seed()
        for name in ("worker", "web"):
            self._start_ours(name)
        self._wait_for_ready()
        print(self._welcome(), flush=True)

    def _start_postgres(self) -> None:
        config = self.config
        server = EmbeddedPostgres(config.data, binaries=config.postgres_bin)
        server.prepare()
        self.supervisor.start(Child("postgres", server.launch, DATABASE, signal.SIGINT))
        server.wait()
        password = role_password(config.secret_key.get_secret_value(), "pamoja")
        server.create_database(name="pamoja", owner="pamoja", password=password)
        config.database_url = type(config.database_url)(
            f"postgresql://pamoja:{password}@127.0.0.1:{server.port}/pamoja"
        )
        place = "" if server.home.resolve() == server.home else f", its files in {server.home.resolve()}"
        self.say(f"PostgreSQL is up on port {server.port}{place}")

    def _ports_are_free(self) -> None:
        config = self.config
        wanted = {"PAMOJA_PORT": config.port}
        if not config.is_production:
            wanted |= {"PAMOJA_SANDBOX_PORT": config.sandbox_port, "PAMOJA_SMTP_PORT": config.smtp_port}
        for name, port in wanted.items():
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((config.host, port))
                except OSError:
                    raise CannotStart(f"Port {port} is taken by another program: set {name} to a free one.") from None

    def _start_sandbox(self) -> None:
        config = self.config
        arguments = ["pamoja.sandbox", "--port", str(config.sandbox_port), "--smtp-port", str(config.smtp_port)]
        arguments += ["--data", str(config.data / "sandbox")]
        # Whoever writes to the demo's WhatsApp number writes to the first of its communities.
        arguments += ["--inbound", f"{config.twilio_callback_base_url}/hooks/twilio/inbound/{DEMO_COMMUNITY}"]
        # The other one has a number of its own at Meta.
        arguments += ["--meta", f"{config.twilio_callback_base_url}/hooks/meta/{DEMO_COMMUNITY_AT_META}"]
        self._start_python("sandbox", arguments, OUTSIDE, dict(os.environ))

    def _start_ours(self, name: str) -> None:
        self._start_python(name, ["pamoja.site.cli", name], OURS, self._environment())

    def _start_python(self, name: str, arguments: list[str], stage: int, env: dict[str, str]) -> None:
        log = self.config.data / "log" / f"{name}.log"
        self.supervisor.start(python_child(name, arguments, log=log, env=env, stage=stage))

    def _environment(self) -> dict[str, str]:
        """For web and worker: the database as the role that may only use it, and no way to be the owner."""
        env = dict(os.environ) | {
            "PAMOJA_DATABASE_APP_URL": self.config.runtime_url,
            "PAMOJA_DATA": str(self.config.data),
        }
        env.pop("PAMOJA_DATABASE_URL", None)
        if not self.config.is_production and not self.config.clock_url:
            env["PAMOJA_CLOCK_URL"] = f"{self.config.sandbox_url}/clock"
        return env

    def _migrate(self) -> None:
        config = self.config
        prepare_database(config.owner_url, config.runtime_url)
        if is_migrated(config.owner_url):
            return
        self.say("Bringing the database to this version's schema")
        self._once("migrate", self._environment() | {"PAMOJA_DATABASE_URL": config.owner_url})

    def _seed(self) -> None:
        if not self._is_empty():
            if self.config.is_embedded and not (self.config.data / "welcome.json").exists():
                self.say("The demo was cut short while it was made; `make fresh` starts it over")
            return
        self._wait_for_sandbox()
        self.say("Making two communities with a living history")
        self._once("seed", self._environment())

    def _is_empty(self) -> bool:
        with psycopg.connect(self.config.owner_url) as connection:
            return connection.execute("SELECT 1 FROM community LIMIT 1").fetchone() is None

    def _wait_for_sandbox(self) -> None:
        deadline = time.monotonic() + START_SECONDS_MAX
        while not _answer(f"{self.config.sandbox_url}/health")[0]:
            if time.monotonic() > deadline:
                raise CannotStart(f"The sandbox does not answer; see {self.config.data}/log/sandbox.log")
            self.supervisor.pause(0.1)

    def _once(self, command: str, env: dict[str, str]) -> None:
        """Runs one of our commands to its end."""
        parent = os.getpid()
        log = self.config.data / "log" / f"{command}.log"
        with opened_log(log) as output:
            done = subprocess.Popen(
                [sys.executable, "-m", "pamoja.site.cli", command],
                env=os.environ | env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=lambda: dies_with_us(parent, signal.SIGKILL),  # noqa: PLW1509 - we have no threads
            )
        try:
            while done.poll() is None:
                self.supervisor.pause(0.05)
        except Interrupted:
            done.kill()  # what it had begun is rolled back, or found unfinished by the next start
            done.wait()
            raise
        if done.returncode:
            raise CannotStart(f"`pamoja {command}` failed:{_tail(log)}")

    def _wait_for_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS_MAX
        reason = "it does not answer"
        while time.monotonic() < deadline:
            report = readiness(self.config.port)
            if report.get("status") == "ready":
                self.say("Everything is ready")
                return
            reason = told(report)
            self.supervisor.pause(0.1)
            for child in self.supervisor.children:
                if not child.is_running:
                    raise CannotStart(f"{child.name} ended: {_tail(self.config.data / 'log' / f'{child.name}.log')}")
        self.say(f"Not all is ready: {reason}")

    def _welcome(self) -> str:
        config = self.config
        here, outside = f"http://localhost:{config.port}", config.sandbox_url.replace("127.0.0.1", "localhost")
        lines = ["", f"  Pamoja           {here}"]
        if not config.is_production:
            lines.append(f"  Outside world    {outside}")
        lines.append(f"  Data and logs    {config.data}")
        path = config.data / "welcome.json"
        if path.exists():
            welcome: dict[str, list[str]] = json.loads(path.read_text())
            told = {
                name: [line.format(here=here, outside=outside, port=config.port) for line in lines_of]
                for name, lines_of in welcome.items()
            }
            lines += ["", "  People"] + [f"    {line}" for line in told["people"]]
            lines += ["", "  Five things to try"]
            lines += [f"    {number}. {line}" for number, line in enumerate(told["five_things"], start=1)]
        return "\n".join([*lines, "", "  Ctrl-C stops everything.", ""])


def readiness(port: int) -> dict[str, Any]:
    """What `/ready` says; empty when nobody answers."""
    found, body = _answer(f"http://127.0.0.1:{port}/ready")
    try:
        return dict(json.loads(body)) if found else {}
    except ValueError:
        return {"checks": {"port": {"status": "down", "reason": f"another program answers on port {port}"}}}


def told(report: dict[str, Any]) -> str:
    """The report in a line: what is not ready, and why."""
    if not report:
        return "nothing answers yet"
    unwell = {name: each for name, each in report.get("checks", {}).items() if each.get("status") != "ready"}
    return "; ".join(f"{name} is {each['status']}: {each.get('reason', '')}" for name, each in unwell.items())


def _answer(url: str) -> tuple[bool, str]:
    """Whether somebody answers there, and with what; a refusal is an answer."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - addresses of our own making
            return True, response.read().decode()
    except urllib.error.HTTPError as error:
        return True, error.read().decode(errors="replace")
    except (OSError, ValueError):
        return False, ""


def _tail(log: Path) -> str:
    return "\n" + "\n".join(log.read_text(errors="replace").splitlines()[-15:]) if log.exists() else ""
