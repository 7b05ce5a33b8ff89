"""Templates to send, messages that wait, and mail servers of all tempers."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

if TYPE_CHECKING:
    from pamoja.kernel.identity.public import Member
    from tests.kernel.messaging.mail_servers import MailServer

TEMPLATES = Path(__file__).parent / "templates"


@pytest.fixture(autouse=True)
def _templates_of_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    from pamoja.kernel.messaging.queries import rendering

    monkeypatch.setattr(rendering, "_engine", _engine)


@functools.cache
def _engine() -> Any:
    from django.template import Engine

    from pamoja.kernel.messaging import rules

    return Engine(dirs=[str(TEMPLATES)], app_dirs=True, string_if_invalid=f"{rules.MISSING}%s{rules.MISSING}")


@pytest.fixture
def amina(community: Any) -> Member:
    """A member who can be written to."""
    from tests.world import a_member

    return a_member("Amina Wanjiru", email="amina@example.org")


@pytest.fixture
def queued(community: Any) -> Callable[..., UUID]:
    """`queued()` is the id of a message to `somebody@example.org` that is due now, but for what is given."""
    from django.db import transaction

    from pamoja.kernel.messaging.public import send

    numbers = iter(range(10_000))

    def queue(**differs: Any) -> UUID:
        usual = {
            "template": "tests/note",
            "data": {"words": "Karibu"},
            "dedupe_key": f"note:{next(numbers)}",
            "address": "somebody@example.org",
        }
        with transaction.atomic():
            return send(**(usual | differs))

    return queue


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    """A mail server on this machine that the settings point to; `mail_server.answers` makes it refuse."""
    from tests.kernel.messaging.mail_servers import serving

    with serving() as server:
        config = settings.PAMOJA.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": server.port})
        settings.PAMOJA = config
        yield server
