"""One platform for all journeys, as in life: each has a community of its own on it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import serving, worker_database, working_on
from tests.harness.databases import Databases
from tests.harness.servers import Served, free_port

if TYPE_CHECKING:
    from pamoja.kernel.communities.public import Community


@pytest.fixture(scope="package")
def platform(databases: Databases, sandbox: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Web server, worker and their database, until the last journey has ended."""
    name = f"{worker_database()}_journeys"
    databases.clone(name)
    logs = tmp_path_factory.mktemp("platform")
    with serving(databases.settings(name), sandbox, logs=logs, port=free_port()) as served:
        yield served
    databases.drop(name)


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
