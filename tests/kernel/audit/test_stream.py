"""The stream of facts only grows, and its seals prove that nothing in it was altered."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from pamoja.foundation import ids
from pamoja.foundation.actions import SYSTEM, Actor, action
from pamoja.foundation.events import Event, announce
from pamoja.foundation.money import Money
from pamoja.kernel.audit.models import Fact, Seal
from pamoja.kernel.audit.public import feed, name_resolver, seal_facts, verify
from pamoja.kernel.communities.public import Community, entered

pytestmark = pytest.mark.patient  # a seal waits for all who write on this server

AMINA = Actor(kind="member", label="Amina", member_id=ids.new_id())


@dataclass(frozen=True, kw_only=True)
class JarFilled(Event):
    name = "tests.jar_filled"
    sentence = "{by} put {amount} into {jar}."
    jar_id: UUID
    amount: Money

    def subjects(self) -> tuple[str, ...]:
        return (f"jar:{self.jar_id}",)


@action
def fill_jar(*, by: Actor, jar_id: UUID, minor: int = 500_000, fails: bool = False) -> None:
    announce(JarFilled(jar_id=jar_id, amount=Money(minor, "KES")))
    if fails:
        raise ValueError("after the announcement")


@pytest.fixture
def inside() -> Iterator[Community]:
    umoja = Community.objects.create(slug="umoja-t", name="Umoja", currency="KES", country="KE")
    with entered(umoja.pk):
        yield umoja


@pytest.mark.django_db
def test_a_feed_says_who_did_what_newest_first(inside: Community) -> None:
    jar = ids.new_id()
    name_resolver("jar", lambda wanted: dict.fromkeys(wanted, "the blue jar"))
    fill_jar(by=AMINA, jar_id=jar)
    fill_jar(by=SYSTEM, jar_id=jar, minor=2_550)

    lines = feed(f"jar:{jar}")

    assert [line.sentence for line in lines] == [
        "Pamoja put KSh 25.50 into the blue jar.",
        "Amina put KSh 5,000 into the blue jar.",
    ]
    assert [line.amount for line in lines] == [Money(2_550, "KES"), Money(500_000, "KES")]
    assert [line.sentence for line in feed(f"jar:{jar}", before=lines[0].cursor)] == [lines[1].sentence]
    assert feed(f"jar:{ids.new_id()}") == []


@pytest.mark.django_db
def test_a_fact_exists_only_if_its_deed_does(inside: Community) -> None:
    jar = ids.new_id()

    with pytest.raises(ValueError, match="after"):
        fill_jar(by=AMINA, jar_id=jar, fails=True)

    assert feed(f"jar:{jar}") == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_fact SET name = 'x'", "DELETE FROM audit_fact", "TRUNCATE audit_fact", "DELETE FROM audit_seal"],
)
def test_the_application_cannot_change_the_stream(inside: Community, statement: str) -> None:
    fill_jar(by=AMINA, jar_id=ids.new_id())

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert Fact.objects.count() == 1


@pytest.mark.committed
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_fact SET name = 'x'",
        "DELETE FROM audit_fact",
        "TRUNCATE audit_fact",
        "UPDATE audit_seal SET facts = 0",
    ],
)
def test_even_the_owner_cannot_change_the_stream(
    committed_db: None, owner_connection: psycopg.Connection, statement: str
) -> None:
    umoja = Community.objects.create(slug="umoja-t", name="Umoja", currency="KES", country="KE")
    with entered(umoja.pk):
        fill_jar(by=AMINA, jar_id=ids.new_id())
        seal_facts()

        with pytest.raises(psycopg.Error, match="append-only"):
            owner_connection.execute(statement)

        assert verify().holds


@pytest.mark.committed
def test_the_verifier_finds_what_a_superuser_altered(committed_db: None, owner_connection: psycopg.Connection) -> None:
    umoja = Community.objects.create(slug="umoja-t", name="Umoja", currency="KES", country="KE")
    with entered(umoja.pk):
        for _ in range(3):
            fill_jar(by=AMINA, jar_id=ids.new_id())
            assert seal_facts() is not None
        assert (verify().seals, verify().facts, verify().broken_at) == (3, 3, None)
        second = Fact.objects.order_by("sequence")[1]

        owner_connection.execute("ALTER TABLE audit_fact DISABLE TRIGGER audit_fact_append_only")
        owner_connection.execute(
            "UPDATE audit_fact SET data = jsonb_set(data, '{amount,amount_minor}', '1') WHERE id = %s", [second.pk]
        )
        owner_connection.commit()

        assert verify().broken_at == 2


@pytest.mark.committed
def test_a_seal_waits_for_a_deed_that_is_still_open(committed_db: None) -> None:
    umoja = Community.objects.create(slug="umoja-t", name="Umoja", currency="KES", country="KE")
    written, may_end = threading.Event(), threading.Event()

    def slow_deed() -> None:
        with entered(umoja.pk):
            try:
                with transaction.atomic():
                    announce(JarFilled(jar_id=ids.new_id(), amount=Money(1, "KES")))
                    written.set()
                    may_end.wait(10)
            finally:
                connection.close()

    slow = threading.Thread(target=slow_deed)
    slow.start()
    written.wait(10)
    with entered(umoja.pk):
        fill_jar(by=AMINA, jar_id=ids.new_id())
        threading.Timer(0.3, may_end.set).start()
        seal = seal_facts()
        slow.join()

        assert seal is not None
        assert seal.facts == 2
        assert verify().holds
        assert verify().unsealed == 0


def sealed_soon() -> Seal:
    """A seal waits for all who write on this server, and some of them belong to other tests."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if seal := seal_facts():
            return seal
        time.sleep(0.05)
    raise AssertionError("nothing was sealed")


@pytest.mark.committed
@pytest.mark.parametrize("fenced", [True, False], ids=["behind the fence", "and would be lost without it"])
def test_a_fact_that_was_open_while_others_were_sealed_is_sealed_later(
    committed_db: None, monkeypatch: pytest.MonkeyPatch, fenced: bool
) -> None:
    """Numbers are given out before deeds end: number 1 may still be open when number 2 is there to be sealed."""
    monkeypatch.setattr("pamoja.kernel.audit.actions._PATIENCE_S", 0)
    if not fenced:
        monkeypatch.setattr("pamoja.kernel.audit.queries.all_ended_before", lambda horizon: True)
    umoja = Community.objects.create(slug="umoja-t", name="Umoja", currency="KES", country="KE")
    written, may_end = threading.Event(), threading.Event()

    def slow_deed() -> None:
        with entered(umoja.pk):
            try:
                with transaction.atomic():
                    announce(JarFilled(jar_id=ids.new_id(), amount=Money(1, "KES")))
                    written.set()
                    assert may_end.wait(10)
            finally:
                connection.close()

    slow = threading.Thread(target=slow_deed)
    slow.start()
    assert written.wait(10)
    with entered(umoja.pk):
        try:
            fill_jar(by=AMINA, jar_id=ids.new_id())
            too_early = seal_facts()
            fill_jar(by=AMINA, jar_id=ids.new_id())
        finally:
            may_end.set()
            slow.join()
        monkeypatch.setattr("pamoja.kernel.audit.actions._PATIENCE_S", 10)
        sealed = sealed_soon()

        first, second, third = Fact.objects.order_by("sequence").values_list("actor_label", flat=True)
        assert (first, second, third) == ("Pamoja", "Amina", "Amina")
        if fenced:
            assert too_early is None
            assert (sealed.number, sealed.after_sequence, sealed.facts) == (1, 0, 3)
            assert verify().holds
            assert verify().unsealed == 0
        else:
            assert too_early is not None
            assert (too_early.facts, sealed.facts) == (1, 1)
            assert not verify().holds


@pytest.mark.committed
def test_nothing_new_makes_no_seal(committed_db: None) -> None:
    umoja = Community.objects.create(slug="umoja-t", name="Umoja", currency="KES", country="KE")
    with entered(umoja.pk):
        assert seal_facts() is None
        fill_jar(by=AMINA, jar_id=ids.new_id())
        sealed_soon()
        assert seal_facts() is None

        assert Seal.objects.count() == 1
