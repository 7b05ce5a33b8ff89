"""Sending queues one message with the deed, worded for whoever reads it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import Community, entered
from pamoja.kernel.identity.public import Member, MemberNotFound
from pamoja.kernel.messaging.models import Notification
from pamoja.kernel.messaging.public import (
    AddressUnusable,
    Kind,
    Message,
    Priority,
    State,
    TemplateUnfit,
    messages_of,
    send,
    send_to_each,
)
from tests.kernel.messaging.mail_servers import reloaded
from tests.world import a_member


def due(clock: Any, **differs: Any) -> dict[str, Any]:
    """What the template `tests/due` is given."""
    usual = {
        "amount": Money(500_000, "KES"),
        "circle": "Upendo <Circle>",
        "due_at": clock.now,
        "url": "http://localhost/c/umoja/",
    }
    return usual | differs


def test_queues_what_the_member_will_read(community: Community, clock: Any, amina: Member) -> None:
    with transaction.atomic():
        message_id = send(member_id=amina.pk, template="tests/due", data=due(clock), dedupe_key="due:1")

    message = reloaded(message_id)
    assert (message.address, message.language, message.state) == ("amina@example.org", "en", State.QUEUED)
    assert message.subject == "Your KSh 5,000 is due, Amina Wanjiru"
    assert message.text.startswith("Pay KSh 5,000 into Upendo <Circle> by 2 March 09:00:\n")
    assert "Upendo &lt;Circle&gt;" in message.html
    assert '<a href="http://localhost/c/umoja/"' in message.html
    assert "Umoja" in message.html
    assert (message.due_at, message.next_attempt_at) == (clock.now, clock.now)


def test_speaks_the_members_language(community: Community, clock: Any, amina: Member) -> None:
    amina.person.language = "sw"
    amina.person.save()

    with transaction.atomic():
        message = reloaded(send(member_id=amina.pk, template="tests/due", data=due(clock), dedupe_key="due:1"))

    assert message.subject == "Mchango wako wa KSh 5,000 umefika"
    assert "Unapokea barua pepe hii" in message.html


def test_tells_several_each_in_their_own_words(community: Community, clock: Any, amina: Member) -> None:
    brian = a_member("Brian Otieno", email="brian@example.org", language="sw")
    own = {amina.pk: {"amount": Money(100, "KES")}, brian.pk: {"amount": Money(200, "KES")}}

    with transaction.atomic():
        for _ in range(2):  # twice is once
            send_to_each(
                member_ids=[amina.pk, brian.pk], template="tests/due", data=due(clock), dedupe_key="due:1", own=own
            )

    assert [each.subject for each in messages_of(amina.pk)] == ["Your KSh 1 is due, Amina Wanjiru"]
    assert [each.subject for each in messages_of(brian.pk)] == ["Mchango wako wa KSh 2 umefika"]


def test_asks_the_database_as_often_for_many_as_for_one(community: Community, clock: Any, amina: Member) -> None:
    others = [a_member(f"Member {number}", email=f"m{number}@example.org").pk for number in range(8)]

    def queries(key: str, *member_ids: UUID) -> int:
        with transaction.atomic(), CaptureQueriesContext(connection) as asked:
            send_to_each(member_ids=member_ids, template="tests/due", data=due(clock), dedupe_key=key)
        return len(asked)

    queries("once", amina.pk)  # what is then known stays known

    assert queries("few", amina.pk) == queries("many", *others)


def test_what_concerns_safety_is_shown_where_it_can_be_said_no_other_way(community: Community, clock: Any) -> None:
    unreachable = a_member("Juma", email="whatsapp-1@members.invalid")

    with transaction.atomic():
        send(
            member_id=unreachable.pk,
            template="tests/due",
            data=due(clock),
            dedupe_key="safety:1",
            kind=Kind.SECURITY,
        )

    assert [each.subject for each in Notification.objects.all()] == ["Your KSh 5,000 is due, Juma"]
    assert not messages_of(unreachable.pk)


def test_tells_nobody_when_one_of_them_is_unknown(community: Community, clock: Any, amina: Member) -> None:
    with pytest.raises(MemberNotFound), transaction.atomic():
        send_to_each(member_ids=[amina.pk, uuid4()], template="tests/due", data=due(clock), dedupe_key="due:1")

    assert not messages_of(amina.pk)


def test_keeps_personal_data_sealed(queued: Callable[..., UUID]) -> None:
    queued(data={"words": "a secret of somebody"}, address="secret@example.org")

    with connection.cursor() as cursor:
        cursor.execute("SELECT messaging_message::text FROM messaging_message")
        row = cursor.fetchone()[0]
    for plain in ("secret", "somebody"):
        assert plain not in row
        assert plain.encode().hex() not in row


def test_the_same_key_is_one_message_in_a_community(
    community: Community, other_community: Community, queued: Callable[..., UUID]
) -> None:
    first = queued(dedupe_key="once")

    assert queued(dedupe_key="once", data={"words": "something else"}) == first
    assert "Karibu" in reloaded(first).text
    with entered(other_community.pk):
        assert queued(dedupe_key="once") != first
        assert Message.objects.count() == 1
    assert Message.objects.count() == 1


def test_refuses_outside_a_transaction(committed_db: str) -> None:
    with pytest.raises(RuntimeError, match="inside an action's transaction"):
        send(address="a@example.org", template="tests/note", data={"words": "x"}, dedupe_key="1")


def test_what_is_undone_was_never_said(community: Community, run_jobs: Callable[..., list[str]]) -> None:
    with transaction.atomic():
        send(address="a@example.org", template="tests/note", data={"words": "x"}, dedupe_key="1")
        transaction.set_rollback(True)

    assert Message.objects.count() == 0
    assert "messaging.dispatch" not in queued_jobs()


def test_a_transaction_that_says_much_queues_one_job(queued: Callable[..., UUID]) -> None:
    with transaction.atomic():
        for _ in range(5):
            queued()

    assert queued_jobs() == ["messaging.dispatch"]


def test_a_savepoint_that_is_undone_takes_its_job_and_nothing_else_along(queued: Callable[..., UUID]) -> None:
    with transaction.atomic():
        with transaction.atomic():
            queued()
            transaction.set_rollback(True)
        queued()

    assert queued_jobs() == ["messaging.dispatch"]


def test_what_is_due_later_waits_for_the_sweep(queued: Callable[..., UUID], clock: Any) -> None:
    queued(due_at=clock.now + timedelta(hours=1))

    assert queued_jobs() == []


def test_dresses_a_template_of_its_own_in_the_communitys_brand(
    community: Community, queued: Callable[..., UUID]
) -> None:
    community.brand = {"light": {"brand": "#ffd23f"}}
    community.save()

    data = {"amount": Money(500_000, "KES"), "name": "<script>alert(1)</script>"}
    message = reloaded(queued(template="tests/paid", data=data, priority=Priority.MONEY))

    assert "#ffd23f;color:#111111" in message.html
    assert "&lt;script&gt;" in message.html
    assert "<script>" not in message.html
    assert message.text == "Thank you, <script>alert(1)</script>.\n"


@pytest.mark.parametrize("words", ["x\nSubject: other", "{{ community_name }}", "{% load i18n %}"])
def test_data_is_never_read_as_a_template_or_header(queued: Callable[..., UUID], words: str) -> None:
    message = reloaded(queued(data={"words": words}))

    assert message.subject == "A note from Umoja"
    assert message.text == f"{words}\n"


def test_refuses_who_cannot_be_written_to(queued: Callable[..., UUID]) -> None:
    with pytest.raises(AddressUnusable):
        queued(address="a@example.org, b@example.org")
    with pytest.raises(ValueError, match="either to a member or to an address"):
        queued(address=None)
    assert Message.objects.count() == 0


def test_a_template_that_lacks_its_data_is_a_bug_and_sends_nothing(queued: Callable[..., UUID]) -> None:
    with pytest.raises(TemplateUnfit, match="tests/note needs words"):
        queued(data={})
    with pytest.raises(TemplateUnfit, match="a subject in its first line"):
        queued(template="tests/empty")
    assert Message.objects.count() == 0


def test_messages_of_a_member_are_theirs_alone_and_newest_first(
    community: Community, clock: Any, amina: Member, queued: Callable[..., UUID]
) -> None:
    first = queued(address=None, member_id=amina.pk)
    clock.turn_by(minutes=1)
    second = queued(address=None, member_id=amina.pk)
    queued()

    assert [message.pk for message in messages_of(amina.pk)] == [second, first]


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("state = 'sent', sent_at = now()", None),
        ("text = html", "was settled when it was queued"),
        ("address = subject", "was settled when it was queued"),
        ("dedupe_key = 'other'", "was settled when it was queued"),
        ("attempts = -1", "cannot go back"),
        ("state = 'lost'", "messaging_message_state_known"),
        ("state = 'sent'", "messaging_message_sent_at_when_sent"),
        ("community_id = NULL", "was settled when it was queued"),
    ],
)
def test_the_database_holds_what_was_said(queued: Callable[..., UUID], change: str, constraint: str | None) -> None:
    queued()

    if constraint is None:
        _sql(f"UPDATE messaging_message SET {change}")
        return
    with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
        _sql(f"UPDATE messaging_message SET {change}")


@pytest.mark.parametrize("end", ["state = 'failed'", "state = 'given_up'", "state = 'withheld'"])
def test_the_database_lets_nothing_follow_the_end(queued: Callable[..., UUID], end: str) -> None:
    queued()
    _sql(f"UPDATE messaging_message SET {end}")

    for change in ("state = 'queued', sent_at = NULL", "state = 'sending', sent_at = NULL", "error = 'x'"):
        with pytest.raises(DatabaseError, match="has ended"), transaction.atomic():
            _sql(f"UPDATE messaging_message SET {change}")


@pytest.mark.parametrize(
    ("came", "change"),
    [
        ("sent", "state = 'sending', sent_at = NULL"),
        ("read", "state = 'delivered'"),
        ("read", "state = 'failed'"),
        ("delivered", "state = 'failed'"),
        ("sent", "state = 'withheld'"),
        ("sent", "provider_id = 'another'"),
    ],
)
def test_the_database_lets_a_message_only_come_further(queued: Callable[..., UUID], came: str, change: str) -> None:
    queued()
    _sql(f"UPDATE messaging_message SET state = '{came}', sent_at = now(), provider_id = 'SM1'")

    with pytest.raises(DatabaseError, match=r"cannot go back|has ended|was handed over as SM1"), transaction.atomic():
        _sql(f"UPDATE messaging_message SET {change}")


@pytest.mark.parametrize("statement", ["DELETE FROM messaging_message", "TRUNCATE messaging_message"])
def test_the_application_cannot_forget_a_message(queued: Callable[..., UUID], statement: str) -> None:
    queued()

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        _sql(statement)


def queued_jobs() -> list[str]:
    """The names of the jobs that wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
        return [name for (name,) in cursor.fetchall()]


def _sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
