"""The dispatcher hands over each message once, whatever the server does and wherever it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from pamoja.kernel.communities.public import Community, current_community_id, entered
from pamoja.kernel.messaging import actions
from pamoja.kernel.messaging.jobs import dispatching, hand_over_due, sweep
from pamoja.kernel.messaging.providers import HandOver, SmtpMailer
from pamoja.kernel.messaging.public import Message, State, send, waiting
from pamoja.kernel.messaging.queries import handing
from pamoja.kernel.messaging.queries.handing import Letter
from tests.harness.databases import Databases
from tests.harness.servers import Served
from tests.kernel.messaging.mail_servers import MailServer, body, reloaded, wait_until

pytestmark = pytest.mark.committed


def states() -> list[str]:
    """How all messages stand, in the order they were queued."""
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


def test_hands_over_what_a_deed_says(
    queued: Callable[..., UUID], mail_server: MailServer, run_jobs: Callable[..., list[str]], community: Community
) -> None:
    message_id = queued(data={"words": "Habari, Müller"})

    assert run_jobs() == ["messaging.dispatch"]

    mail = mail_server.taken[0]
    assert mail["From"] == "Umoja <hello@pamoja.localhost>"
    assert (mail["To"], mail["Subject"]) == ("somebody@example.org", "A note from Umoja")
    assert mail["Message-ID"] == f"<{message_id}@pamoja.localhost>"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert "Habari, Müller" in body(mail, "plain")
    assert (reloaded(message_id).state, reloaded(message_id).provider_id) == (State.SENT, "queued as 1")
    assert waiting().messages == 0


def test_reaches_the_mailbox_of_the_sandbox(
    queued: Callable[..., UUID], sandbox: Served, run_jobs: Callable[..., list[str]]
) -> None:
    address = f"amina.{uuid4().hex}@example.org"  # the sandbox remembers earlier runs
    queued(address=address, data={"words": "See http://localhost:8000/c/umoja/ & smile"})

    run_jobs()

    (mail,) = sandbox.request("GET", "/api/mail", params={"to": address}).json()["mail"]
    assert mail["subject"] == "A note from Umoja"
    assert mail["links"] == ["http://localhost:8000/c/umoja/"]
    assert "&amp; smile" in mail["html"]


def test_takes_one_connection_for_many(
    queued: Callable[..., UUID], mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "BATCH", 10)
    for number in range(25):
        queued(address=f"member{number}@example.org")

    hand_over_due(SmtpMailer())

    assert mail_server.recipients == [f"member{number}@example.org" for number in range(25)]
    assert mail_server.connections == 3


def test_the_sweep_hands_over_for_every_community_and_for_the_installation(
    community: Community, other_community: Community, mail_server: MailServer, queued: Callable[..., UUID]
) -> None:
    queued(address="here@example.org")
    with entered(other_community.pk):
        queued(address="there@example.org")
    # What the installation itself says is written where no community is entered.
    written = threading.Thread(target=_say_without_a_community)
    written.start()
    written.join()

    swept = threading.Thread(target=sweep)
    swept.start()
    swept.join()

    assert sorted(mail_server.recipients) == ["here@example.org", "nowhere@example.org", "there@example.org"]
    assert Message.objects.count() == 1


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    ("answer", "state"),
    [("550 5.1.1 no such box", State.FAILED), ("451 4.3.0 try later", State.SENDING), ("421 busy", State.SENDING)],
)
def test_a_refusal_is_judged_by_its_code(
    queued: Callable[..., UUID], mail_server: MailServer, step: str, answer: str, state: State
) -> None:
    message_id = queued()
    mail_server.answers = {step: answer}

    hand_over_due(SmtpMailer())

    message = reloaded(message_id)
    assert (message.state, message.error_code, message.attempts) == (state, answer[:3], 1)
    assert mail_server.taken == []


def test_one_refused_address_holds_up_nobody(queued: Callable[..., UUID], mail_server: MailServer) -> None:
    for name in ("a", "b", "c", "d"):
        queued(address=f"{name}@example.org")
    mail_server.answers = {"a@example.org": "550 no", "c@example.org": "hang up"}

    hand_over_due(SmtpMailer())

    assert mail_server.recipients == ["b@example.org", "d@example.org"]
    assert states() == [State.FAILED, State.SENT, State.SENDING, State.SENT]


def test_a_server_that_is_away_is_tried_later_and_loses_nothing(
    queued: Callable[..., UUID], mail_server: MailServer, settings: Any, clock: Any
) -> None:
    queued()
    queued(address="another@example.org")
    there = settings.PAMOJA
    settings.PAMOJA = there.model_copy(update={"smtp_port": 1})

    hand_over_due(SmtpMailer())

    assert states() == [State.SENDING, State.SENDING]
    assert set(Message.objects.values_list("error_code", "attempts")) == {("ConnectionRefusedError", 1)}
    settings.PAMOJA = there
    hand_over_due(SmtpMailer())
    assert mail_server.taken == []
    clock.turn_by(seconds=30)
    hand_over_due(SmtpMailer())
    assert len(mail_server.taken) == 2


def test_two_at_once_send_each_once(
    queued: Callable[..., UUID], mail_server: MailServer, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "BATCH", 5)
    for number in range(60):
        queued(address=f"member{number}@example.org")

    def work() -> None:
        try:
            with entered(community.pk):
                hand_over_due(SmtpMailer())
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(mail_server.taken) == 60
    assert len(set(mail_server.recipients)) == 60
    assert set(states()) == {State.SENT}


def test_stops_in_time_for_others_and_puts_back_what_it_has_not_tried(
    queued: Callable[..., UUID], mail_server: MailServer
) -> None:
    for _ in range(3):
        queued()
    mail_server.data_takes_s = 0.3

    hand_over_due(SmtpMailer(), busy_s_max=0.2)

    assert len(mail_server.taken) == 1
    assert Message.objects.filter(claimed_at__isnull=False).count() == 0
    hand_over_due(SmtpMailer())
    assert len(mail_server.taken) == 3


def test_no_transaction_is_open_while_a_server_is_spoken_to(queued: Callable[..., UUID]) -> None:
    queued()
    with transaction.atomic(), pytest.raises(RuntimeError, match="no network inside a transaction"):
        SmtpMailer().connected().__enter__()

    class Watching:
        """A mailer that looks over the dispatcher's shoulder."""

        sender, a_second, at_once = "", 0.0, 1

        @contextmanager
        def connected(self) -> Iterator[HandOver]:
            yield self.look

        def look(self, letter: Letter) -> str:
            assert not connection.in_atomic_block
            return "seen"

    hand_over_due(Watching())
    assert states() == [State.SENT]


def test_a_lost_key_ends_that_message_alone(
    queued: Callable[..., UUID], mail_server: MailServer, settings: Any
) -> None:
    from pydantic import SecretStr

    lost = queued()
    old = settings.PAMOJA
    settings.PAMOJA = old.model_copy(update={"encryption_keys": SecretStr("new:" + "QUFB" * 10 + "QUE=")})
    queued(address="other@example.org")

    hand_over_due(SmtpMailer())

    assert mail_server.recipients == ["other@example.org"]
    settings.PAMOJA = old
    assert (reloaded(lost).state, reloaded(lost).error_code) == (State.FAILED, "undecryptable")


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("line", ["claimed", "connected", "loaded", "handed over", "recorded"])
def test_killed_at_any_line_it_is_sent_after_all_and_doubled_only_with_the_same_message_id(
    queued: Callable[..., UUID], mail_server: MailServer, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    queued(address="a@example.org")
    queued(address="b@example.org")

    with monkeypatch.context() as patched:
        _kill_after(line, patched)
        with pytest.raises(Killed):
            hand_over_due(SmtpMailer())
    _let_the_lease_end()
    hand_over_due(SmtpMailer())

    assert states() == [State.SENT, State.SENT]
    ids = [mail["Message-ID"] for mail in mail_server.taken]
    # Only between the server's answer and our record of it can a second copy arise.
    assert len(ids) == (3 if line == "handed over" else 2)
    assert len(set(ids)) == 2


def test_killed_for_real_while_the_server_ponders(
    queued: Callable[..., UUID], mail_server: MailServer, committed_db: str, databases: Databases
) -> None:
    message_id = queued()
    mail_server.data_takes_s = 2.0
    program = (
        "import django; django.setup()\n"
        "from pamoja.kernel.communities.public import entered\n"
        "from pamoja.kernel.messaging.jobs import dispatch\n"
        "import uuid\n"
        f"with entered(uuid.UUID('{current_community_id()}')): dispatch.func()\n"
    )
    env = os.environ | databases.settings(committed_db) | {"PAMOJA_SMTP_PORT": str(mail_server.port)}
    child = subprocess.Popen([sys.executable, "-c", program], env=env)
    wait_until(lambda: mail_server.taken)
    child.send_signal(signal.SIGKILL)
    child.wait()

    mail_server.data_takes_s = 0.0
    hand_over_due(SmtpMailer())
    assert (reloaded(message_id).state, len(mail_server.taken)) == (State.SENDING, 1)
    _let_the_lease_end()
    hand_over_due(SmtpMailer())

    assert reloaded(message_id).state == State.SENT
    assert len({mail["Message-ID"] for mail in mail_server.taken}) == 1


def _kill_after(line: str, patched: pytest.MonkeyPatch) -> None:
    def then_die(work: Any) -> Any:
        def done(*args: Any, **kwargs: Any) -> Any:
            work(*args, **kwargs)
            raise Killed

        return done

    if line == "claimed":
        patched.setattr(actions, "claim_due", then_die(actions.claim_due))
    elif line == "connected":
        patched.setattr(dispatching, "_hand_over_in_turn", lambda mailer, *_: then_die(mailer.connected().__enter__)())
    elif line == "loaded":
        patched.setattr(handing, "letters", then_die(handing.letters))
    elif line == "handed over":

        @contextmanager
        def connected(mailer: SmtpMailer) -> Iterator[HandOver]:
            with _connected(mailer) as hand_over:
                yield then_die(hand_over)

        _connected = SmtpMailer.connected
        patched.setattr(SmtpMailer, "connected", connected)
    else:
        patched.setattr(actions, "record_sent", then_die(actions.record_sent))


def _let_the_lease_end() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE messaging_message SET claimed_at = now() - interval '6 minutes' WHERE state = 'sending'")


def _say_without_a_community() -> None:
    try:
        with transaction.atomic():
            send(address="nowhere@example.org", template="tests/note", data={"words": "x"}, dedupe_key="1")
    finally:
        connection.close()
