"""One platform for all journeys, as in life: each has a community of its own on it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import worker_database, working_on
from tests.harness.browsers import a_chromium
from tests.harness.databases import Databases
from tests.harness.servers import Served, process, wait_until_served

if TYPE_CHECKING:
    from pamoja.kernel.communities.public import Community


@contextmanager
def serving(database: dict[str, str], sandbox: Served, *, logs: Path) -> Iterator[Served]:
    """Web server and worker, as long as the block lasts, at the address that this process's settings name too."""
    from django.conf import settings

    env = database | {
        "PAMOJA_LOG_LEVEL": "INFO",
        "PAMOJA_CLOCK_URL": f"{sandbox.base_url}/clock",
    }
    address = f"http://localhost:{settings.PAMOJA.port}"
    web_log, worker_log = logs / "web.log", logs / "worker.log"
    with (
        process("pamoja.site.cli", "worker", log=worker_log, env=env),
        process("pamoja.site.cli", "web", log=web_log, env=env) as web,
    ):
        wait_until_served(f"{address}/health", web, web_log)
        yield Served(address, web_log)


@pytest.fixture(scope="package")
def platform(databases: Databases, sandbox: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Web server, worker and their database, until the last journey has ended."""
    name = f"{worker_database()}_journeys"
    databases.clone(name)
    logs = tmp_path_factory.mktemp("platform")
    with serving(databases.settings(name), sandbox, logs=logs) as served:
        yield served
    databases.drop(name)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    """One browser for all journeys."""
    with a_chromium() as browser:
        # Playwright keeps an event loop in this thread, which Django takes for an async caller.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        yield browser


@pytest.fixture
def browser(chromium: Any) -> Iterator[Any]:
    """Opens people's browsers: `browser()` gives one with its own cookies, a phone of 390 by 844 unless told."""
    contexts: list[Any] = []

    def opened(**options: Any) -> Any:
        usual = {"viewport": {"width": 390, "height": 844}, "reduced_motion": "reduce"}
        context = chromium.new_context(**(usual | options))
        contexts.append(context)
        return context

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def committed_db(platform: Served, django_db_blocker: Any) -> Iterator[str]:
    """The platform's own database: what one journey leaves in it is there in the next."""
    name = f"{worker_database()}_journeys"
    with django_db_blocker.unblock(), working_on(name):
        yield name


@pytest.fixture
def live_platform(platform: Served, committed_db: str, sandbox: Served) -> Served:
    """The platform on a calm day: nobody has just tried too often, and the outside world is as it should be."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM identity_try")
    sandbox.request("DELETE", "/api/faults")
    sandbox.request("PUT", "/clock", json={"real": True})
    sandbox.post("/api/autopilot", json={"answer": "off", "phones": "all"})
    return platform


@pytest.fixture
def community(live_platform: Served) -> "Community":
    """A savings association in Nairobi that nobody has joined yet."""
    from tests.world.cast import a_community

    return a_community()
