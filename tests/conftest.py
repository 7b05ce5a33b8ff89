"""The ground every test stands on: a database of its own, its community, a clock that stands still, a closed door."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import django
import psycopg
import pytest

from pamoja.site.processes import keep_what_is_loaded
from tests.harness.databases import OWNER, USES_MAX, Databases, start_server
from tests.harness.sealing import seal
from tests.harness.servers import Served, free_port, process, wait_until_served

if TYPE_CHECKING:
    from pamoja.kernel.communities.public import Community
    from tests.world.cast import Cast

MORNING = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)  # Monday, nine o'clock in Nairobi
SERVER = pytest.StashKey[Any]()
TEMPLATE = pytest.StashKey[Thread]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Before Django is set up: the first process starts the server, and has the template made beside all else."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        if config.option.collectonly or config.option.help or config.option.version:
            return
        server = start_server()
        config.stash[SERVER] = server
        _environment_of_tests(server.data)
        os.environ["PAMOJA_TEST_SUPERUSER_URL"] = server.superuser_url()
        if getattr(config.option, "numprocesses", None):
            config.stash[TEMPLATE] = Thread(target=Databases(server.superuser_url()).template)
            config.stash[TEMPLATE].start()
            return  # this process only hands out tests
    os.environ |= Databases(os.environ["PAMOJA_TEST_SUPERUSER_URL"]).settings(worker_database())
    os.environ |= {f"PAMOJA_{key}": str(free_port()) for key in ("PORT", "SANDBOX_PORT", "SMTP_PORT")}
    os.environ["PAMOJA_MPESA_CERTIFICATE"] = str(_outside_folder() / "mpesa-certificate.pem")
    os.environ["DJANGO_SETTINGS_MODULE"] = "pamoja.site.settings"
    django.setup()
    seal()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys take longest and wait most, so they begin at once: nobody waits for the last of them in the end."""
    items.sort(key=lambda item: item.get_closest_marker("journey") is None)


def pytest_collection_finish() -> None:
    """The specifications themselves are loaded too."""
    keep_what_is_loaded()


def pytest_unconfigure(config: pytest.Config) -> None:
    """The server ends with the run; its folder stays, so that the next run starts at once."""
    for database in list(_resting):
        forget_connections(database)
    if making := config.stash.get(TEMPLATE, None):
        making.join()
    if server := config.stash.get(SERVER, None):
        server.stop()


def _environment_of_tests(data: Path) -> None:
    for name in [name for name in os.environ if name.startswith("PAMOJA_") and not name.startswith("PAMOJA_TEST_")]:
        del os.environ[name]
    os.environ |= {"PAMOJA_ENVIRONMENT": "test", "PAMOJA_DATA": str(data), "PAMOJA_LOG_LEVEL": "WARNING"}


def _outside_folder() -> Path:
    """Where this worker's own outside world keeps its state."""
    return Path(os.environ["PAMOJA_DATA"]) / "outside" / worker_database()


def worker_database() -> str:
    """The database that this process works on when nothing else is asked for."""
    return f"pamoja_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


@pytest.fixture(scope="session")
def databases() -> Databases:
    """The server of this run, for tests about databases themselves."""
    return Databases(os.environ["PAMOJA_TEST_SUPERUSER_URL"])


@pytest.fixture(scope="session")
def django_db_setup(databases: Databases) -> None:
    """The worker's own database, a clone of the template; nothing is left to do for pytest-django."""
    databases.clone(worker_database())


@pytest.fixture
def committed_db(databases: Databases, django_db_blocker: Any) -> Iterator[str]:
    """A database for this one test, in which what is committed stays: for races, transactions, real servers."""
    name = f"{worker_database()}_committed"
    used = _uses.get(name, 0)
    if 0 < used < USES_MAX and databases.empty(name):
        if (pool := _resting.get(name)) and pool.closed:
            del _resting[name]
        elif pool:
            pool.check()
    else:
        forget_connections(name)
        databases.clone(name)
        used = 0
    _uses[name] = used + 1
    with django_db_blocker.unblock(), working_on(name):
        yield name


_uses: dict[str, int] = {}
_resting: dict[str, Any] = {}


@contextmanager
def working_on(database: str) -> Iterator[None]:
    """This process's own connections go to that database; those to the other rest meanwhile, and stay open."""
    from django.db import connection, connections

    settings = connections.settings["default"]
    before = settings["NAME"]

    def turn_to(name: str) -> None:
        connection.close()
        if pool := connection._connection_pools.pop(connection.alias, None):
            _resting[settings["NAME"]] = pool
        settings["NAME"] = name
        if pool := _resting.pop(name, None):
            connection._connection_pools[connection.alias] = pool

    turn_to(database)
    try:
        yield
    finally:
        turn_to(before)


def forget_connections(database: str) -> None:
    """The database is about to go, and its connections with it."""
    if pool := _resting.pop(database, None):
        pool.close()


@pytest.fixture(autouse=True)
def _marked_committed(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("committed"):
        request.getfixturevalue("committed_db")


@pytest.fixture
def database(request: pytest.FixtureRequest) -> None:
    """The database this test works on: its own for one that commits, else one that is rolled back."""
    committed = request.node.get_closest_marker("committed") or "committed_db" in request.fixturenames
    request.getfixturevalue("committed_db" if committed else "db")


@pytest.fixture
def owner_connection(database: None, databases: Databases) -> Iterator[psycopg.Connection]:
    """A second session, as the role that owns the tables. It sees only what is committed."""
    from django.db import connection

    with psycopg.connect(databases.url(connection.settings_dict["NAME"], OWNER)) as session:
        yield session


def make_community() -> "Community":
    """A savings association in Nairobi."""
    from pamoja.kernel.communities.public import Community

    return Community.objects.create(
        slug="umoja",
        name="Umoja",
        currency="KES",
        country="KE",
        time_zone="Africa/Nairobi",
        products=["savings"],
    )


@pytest.fixture
def community(database: None) -> Iterator["Community"]:
    """A savings association in Nairobi; the test works inside it."""
    from pamoja.kernel.communities.public import entered

    found = make_community()
    with entered(found.pk):
        yield found


@pytest.fixture
def other_community(database: None) -> "Community":
    """A diaspora network in London; nothing of it may be seen from the first one."""
    from pamoja.kernel.communities.public import Community

    return Community.objects.create(
        slug="harambee",
        name="Harambee London",
        currency="GBP",
        country="GB",
        time_zone="Europe/London",
        products=["savings"],
    )


@pytest.fixture
def cast(community: "Community", other_community: "Community") -> "Cast":
    """Five people: an owner, a treasurer, a member, a stranger who never joined, and somebody of another community."""
    from tests.world.cast import make_cast

    return make_cast(community, other_community)


class StandingClock:
    """Time stands still, and moves when the test says so."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self.turn_to(MORNING)

    @property
    def now(self) -> datetime:
        return self._now

    def turn_to(self, moment: datetime) -> None:
        """It is this moment now."""
        from pamoja.foundation import clock

        self._now = moment
        self._stack.close()
        self._stack.enter_context(clock.frozen(moment))

    def turn_by(self, **ahead: float) -> None:
        """Moves on, in the words of `timedelta`: `clock.turn_by(days=7)`."""
        self.turn_to(self._now + timedelta(**ahead))


@pytest.fixture
def clock() -> Iterator[StandingClock]:
    """A Monday morning that lasts for the whole test."""
    with ExitStack() as stack:
        yield StandingClock(stack)


@pytest.fixture
def run_jobs(database: None) -> Callable[..., list[str]]:
    """Runs all queued jobs, and those they queue, until none is left; gives their names."""
    from tests.harness.jobs import run_queued_jobs

    return run_queued_jobs


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The outside world on this machine, at the address that the settings already name."""
    from django.conf import settings

    config = settings.PAMOJA
    # What an earlier run left there would answer this one's prompts.
    shutil.rmtree(_outside_folder(), ignore_errors=True)
    log = tmp_path_factory.mktemp("sandbox") / "sandbox.log"
    arguments = ("--port", config.sandbox_port, "--smtp-port", config.smtp_port, "--data", _outside_folder())
    with process("pamoja.sandbox", *arguments, log=log) as child:
        wait_until_served(f"{config.sandbox_url}/health", child, log)
        yield Served(config.sandbox_url, log)
