"""An action is one transaction by somebody; what joins it refuses to stand alone."""

from dataclasses import dataclass

import pytest
from django.db import connection

from pamoja.foundation.actions import SYSTEM, Actor, NotAllowed, action, current_actor, joins_transaction
from pamoja.foundation.events import Event, announce

somebody = Actor(kind="person", label="Amina", permissions=frozenset({"a.b"}))


@dataclass(frozen=True, kw_only=True)
class Nothing(Event):
    name = "tests.nothing"
    sentence = "Nothing happened."


@joins_transaction
def write() -> str:
    return "written"


@action
def deed(*, by: Actor) -> tuple[bool, Actor, str]:
    return connection.in_atomic_block, current_actor(), write()


@pytest.mark.django_db
def test_runs_in_a_transaction_by_its_actor() -> None:
    assert deed(by=somebody) == (True, somebody, "written")
    assert current_actor() == SYSTEM


@pytest.mark.committed
def test_cannot_nest(committed_db: None) -> None:
    @action
    def outer(*, by: Actor) -> None:
        deed(by=by)

    with pytest.raises(RuntimeError, match="durable"):
        outer(by=somebody)


@pytest.mark.committed
def test_joining_needs_a_transaction(committed_db: None) -> None:
    with pytest.raises(RuntimeError, match="inside an action"):
        write()
    with pytest.raises(RuntimeError, match="inside the transaction"):
        announce(Nothing())


def test_asks_for_permissions() -> None:
    somebody.require("a.b")
    SYSTEM.require("anything")

    with pytest.raises(NotAllowed):
        somebody.require("a.c")
