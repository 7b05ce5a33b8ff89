"""A community speaks through its own number at Meta, each message comes once, and only Meta is believed"""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.db import connection, transaction

from pamoja.foundation.clock import now
from pamoja.kernel.communities.public import Community, entered
from pamoja.kernel.identity.public import Member
from pamoja.kernel.messaging import actions
from pamoja.kernel.messaging.actions.connecting import connect_meta, disconnect_meta
from pamoja.kernel.messaging.errors import SenderTaken
from pamoja.kernel.messaging.jobs import hand_over_due, listen, look_after_templates
from pamoja.kernel.messaging.models import CommunitySender, Heard, Line, ProviderContent
from pamoja.kernel.messaging.providers import MetaWhatsApp, TwilioWhatsApp, carrier_of
from pamoja.kernel.messaging.public import Address, Channel, Choice, Kind, Message, State, heard_from, reply, send
from pamoja.kernel.messaging.queries.sending import meta_verify_token
from tests.harness.servers import NO_AUTHORITIES, Served, free_port
from tests.kernel.messaging.mail_servers import reloaded
from tests.world import a_member, actor, signed_in

pytestmark = pytest.mark.committed


class Outside:
    """A number at Meta that nobody else has, and a phone that writes to it."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.number = f"+1555{uuid4().int % 10**7:07d}"
        self.number_id = str(uuid4().int % 10**15)
        self.business_id = str(uuid4().int % 10**15)
        self.token, self.app_secret = f"token-{self.number_id}", f"secret-{self.number_id}"
        self.phone = f"+2547{uuid4().int % 10**8:08d}"
        opened = {"business_id": self.business_id, "token": self.token, "app_secret": self.app_secret}
        self.change(number=self.number, name="Umoja", **opened)

    def change(self, **wish: str) -> httpx.Response:
        return self.client.put(f"/api/meta/numbers/{self.number_id}", json=wish)

    def writes(self, body: str = "hi", **said: Any) -> None:
        said = {"sender": f"whatsapp:{self.number}", "body": body} | said
        self.client.post(f"/api/phones/{self.phone[1:]}/chat", json=said).raise_for_status()

    def shown(self) -> list[dict[str, Any]]:
        """What came to the phone, oldest first."""
        chat = self.client.get(f"/api/phones/{self.phone[1:]}/chat").json()["messages"]
        return [each for each in chat if not each["mine"]]

    def settle(self) -> None:
        self.client.post("/api/settle", json={"timeout_s": 5})

    def faults(self, **kinds: dict[str, Any]) -> None:
        wish = {kind: {"scope": "message"} | numbers for kind, numbers in kinds.items()}
        self.client.put("/api/faults", json={"seed": 1, "faults": wish}).raise_for_status()


@pytest.fixture
def outside(sandbox: Served) -> Iterator[Outside]:
    with httpx.Client(base_url=sandbox.base_url, timeout=20, verify=NO_AUTHORITIES) as client:
        at_once = {"message_sent_s": 0, "message_delivered_s": 0, "message_read_s": 0}
        before = client.get("/api/preferences").json()
        client.put("/api/preferences", json=at_once | {"callback_delay_s": 0}).raise_for_status()
        yield Outside(client)
        client.delete("/api/faults")
        kept = {name: before[name] for name in (*at_once, "callback_delay_s")}
        client.put("/api/preferences", json=kept).raise_for_status()


@pytest.fixture
def operator(community: Community) -> Member:
    return a_member("Neema Operator", roles=["operator"])


@pytest.fixture
def connected(operator: Member, outside: Outside) -> None:
    connect_meta(
        by=actor(operator),
        number=outside.number,
        number_id=outside.number_id,
        business_id=outside.business_id,
        token=outside.token,
        app_secret=outside.app_secret,
    )


@pytest.fixture
def there(amina: Member, connected: None, outside: Outside) -> Address:
    """Amina has just written, by the clock of the outside world."""
    outside.writes()
    with transaction.atomic():
        address = heard_from(channel=Channel.WHATSAPP, address=outside.phone, at=now())
        actions.link_address(address_id=address.pk, member_id=amina.pk)
        actions.record_consent(address_id=address.pk, wants=True, wording="JOIN", how="whatsapp")
    return address


@contextmanager
def doors() -> Iterator[str]:
    """The hot path on a port of its own; gives its address."""
    import asyncio
    import threading
    from contextlib import asynccontextmanager

    import uvicorn
    from psycopg.conninfo import make_conninfo
    from psycopg_pool import AsyncConnectionPool
    from starlette.applications import Starlette

    from pamoja.kernel.messaging.hotpath import meta

    said = connection.settings_dict
    url = make_conninfo(
        dbname=said["NAME"], user=said["USER"], password=said["PASSWORD"], host=said["HOST"], port=said["PORT"]
    )

    @asynccontextmanager
    async def lifespan(app: Starlette) -> Any:
        async with AsyncConnectionPool(url, min_size=1, max_size=3, open=False) as app.state.pool:
            yield

    port = free_port()
    config = uvicorn.Config(
        Starlette(routes=meta.routes, lifespan=lifespan), host="127.0.0.1", port=port, log_level="warning"
    )
    meta._doors.clear()
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def told_here(connected: None, community: Community, outside: Outside) -> Iterator[str]:
    """Meta has asked whose address this is, and tells everything there."""
    with doors() as base:
        url = f"{base}/hooks/meta/umoja"
        assert outside.change(webhook_url=url, verify_token="a guess").status_code == 409
        outside.change(webhook_url=url, verify_token=meta_verify_token(community.pk)).raise_for_status()
        yield url
        outside.settle()
        outside.change(webhook_url="")


def say(member: Member, key: str = "1") -> Message:
    with transaction.atomic():
        data = {"words": f"Karibu {key}"}
        return reloaded(send(member_id=member.pk, template="tests/note", data=data, dedupe_key=key, kind=Kind.MONEY))


def go() -> None:
    hand_over_due(MetaWhatsApp(), channel=Channel.WHATSAPP)


def until(holds: Callable[[], bool]) -> None:
    """What is told comes in the background."""
    deadline = time.monotonic() + 5
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert holds()


def test_the_operator_connects_it_for_this_community_alone_and_its_secrets_are_not_seen_again(
    operator: Member, outside: Outside, other_community: Community
) -> None:
    page = signed_in(operator)
    wish = {"number_id": outside.number_id, "business_id": outside.business_id, "app_secret": outside.app_secret}

    refused = page.post("/c/umoja/messages/senders/meta/", wish | {"token": "another"})
    assert refused.status_code == 422
    assert "Meta did not let us in" in refused.content.decode()
    assert not CommunitySender.objects.exclude(meta_number_id="").exists()

    assert page.post("/c/umoja/messages/senders/meta/", wish | {"token": "a\r\nb"}).status_code == 422
    assert page.post("/c/umoja/messages/senders/meta/", wish | {"token": outside.token}).status_code == 302

    shown = page.get("/c/umoja/messages/senders/").content.decode()
    assert outside.number in shown
    assert outside.token not in shown + refused.content.decode()
    assert outside.app_secret not in shown + refused.content.decode()
    assert isinstance(carrier_of(Channel.WHATSAPP), MetaWhatsApp)
    with entered(other_community.pk):
        by = actor(a_member("Other", community=other_community, roles=["operator"]))
        with pytest.raises(SenderTaken):
            connect_meta(by=by, number=outside.number, **wish, token="x")
    disconnect_meta(by=actor(operator))
    assert isinstance(carrier_of(Channel.WHATSAPP), TwilioWhatsApp)
    assert CommunitySender.objects.get().meta_token is None


def test_what_is_written_and_reported_comes_in_once_and_only_from_meta_whether_the_number_is_shown_or_not(
    told_here: str, outside: Outside
) -> None:
    outside.faults(signature_wrong={"next": 1})
    outside.writes("nobody said this")
    outside.settle()
    assert not Heard.objects.exists()

    outside.faults(callback_duplicated={"probability": 1, "times": 3})
    outside.writes("hi")
    until(lambda: Heard.objects.filter(deliveries=3).exists())
    listen()
    go()
    until(lambda: Heard.objects.filter(kind="reported", external_id__contains=":read:", deliveries=3).exists())
    listen()

    assert Heard.objects.filter(kind="written").count() == 1
    (message,) = Message.objects.all()
    (welcome,) = outside.shown()
    assert message.state == State.READ
    assert (welcome["body"], welcome["sid"]) == (str(message.text), message.provider_id)
    assert [line.by for line in Line.objects.order_by("pk")] == ["them", "assistant"]

    outside.faults()
    outside.client.put(f"/api/phones/{outside.phone[1:]}/whatsapp", json={"hides_number": True}).raise_for_status()
    outside.writes("hi again")
    until(lambda: Heard.objects.filter(kind="written").count() == 2)
    listen()
    go()
    until(lambda: len(outside.shown()) == 2)
    assert str(Address.objects.last().address).startswith("KE.")


def test_a_stranger_is_not_believed_and_another_number_is_not_ours(told_here: str, outside: Outside) -> None:
    value = {"metadata": {"phone_number_id": "another"}, "messages": [{"id": "a", "from": "254700000001"}]}
    body = json.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]}).encode()

    def asked(signature: str | bytes, url: str = told_here, said: bytes = body) -> int:
        headers = {"X-Hub-Signature-256": signature}
        return httpx.post(url, content=said, headers=headers).status_code

    def signed(said: bytes) -> str:
        return "sha256=" + hmac.new(outside.app_secret.encode(), said, sha256).hexdigest()

    assert [asked(""), asked("sha256="), asked("sha256=é".encode()), asked(signed(b"x"))] == [403] * 4
    assert asked(signed(body), url=told_here.replace("umoja", "nobody")) == 404
    assert asked(signed(b"no json"), said=b"no json") == 400
    assert asked(signed(body)) == 200
    assert not Heard.objects.exists()

    many = body.replace(b'"another"', f'"{outside.number_id}"'.encode())
    many = many.replace(b'[{"id": "a"', b'[{"id": "b", "from": "254700000002"}, {"id": "a"')
    assert [asked(signed(many), said=many) for _ in range(2)] == [200, 200]
    assert list(Heard.objects.order_by("pk").values_list("external_id", "deliveries")) == [("b", 2), ("a", 2)]


@pytest.mark.parametrize("fault", ["answer_lost", "html_error"])
@pytest.mark.usefixtures("told_here")
def test_whatever_goes_wrong_on_the_way_it_comes_once(
    amina: Member, there: Address, outside: Outside, clock: Any, fault: str
) -> None:
    clock.turn_to(there.last_inbound_at)
    message = say(amina)
    outside.faults(**{fault: {"next": 1}})

    go()
    assert reloaded(message.pk).state == State.SENDING
    if fault == "answer_lost":
        # A report tells what became of it, before anything would be sent again.
        until(lambda: Heard.objects.filter(kind="reported").exists())
        listen()
    else:
        clock.turn_by(seconds=1)
        go()
        assert reloaded(message.pk).state == State.SENDING
        clock.turn_by(minutes=3)
        _forget_the_pace()
        go()
    clock.turn_by(minutes=10)
    go()

    until(lambda: any("Karibu 1" in each["body"] for each in outside.shown()))
    (shown,) = [each for each in outside.shown() if "Karibu 1" in each["body"]]
    assert reloaded(message.pk).provider_id == shown["sid"]


class Killed(BaseException):
    """The process ends here."""


def test_killed_before_it_is_recorded_a_report_tells(
    amina: Member, there: Address, told_here: str, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = say(amina)

    def die(**_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(actions, "record_outcomes", die)
        with pytest.raises(Killed):
            go()
    until(lambda: Heard.objects.filter(external_id__contains=":read:").exists())
    listen()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE messaging_message SET claimed_at = now() - interval '6 minutes' WHERE state = 'sending'")
    go()

    assert len(outside.shown()) == 1
    assert (reloaded(message.pk).state, reloaded(message.pk).provider_id) == (State.READ, outside.shown()[0]["sid"])


def test_unanswered_three_times_it_goes_by_another_channel(
    amina: Member, there: Address, outside: Outside, clock: Any
) -> None:
    clock.turn_to(there.last_inbound_at)
    message = say(amina)
    outside.faults(request_lost={"next": 9})

    for _ in range(5):
        go()
        clock.turn_by(minutes=3)
        _forget_the_pace()

    assert (reloaded(message.pk).state, reloaded(message.pk).error_code) == (State.FAILED, "report_awaited")
    assert reloaded(message.pk).attempts == 3
    assert Message.objects.get(instead_of=message.pk).channel == "email"


def test_buttons_and_rows_are_pressed(there: Address, told_here: str, outside: Outside) -> None:
    for number, rows in enumerate((False, True)):
        choices = [Choice("house.help", "Help me"), Choice("b", "No", "not now" if rows else "")]
        with transaction.atomic():
            options = {"rows": choices, "rows_label": "Choose"} if rows else {"buttons": choices}
            reply(address_id=there.pk, text=f"Well? {number}", dedupe_key=str(number), **options)
        go()
    until(lambda: len(outside.shown()) == 2)
    first, second = outside.shown()
    assert [each["title"] for each in first["buttons"]] == ["Help me", "No"]
    assert second["list"]["items"][1]["description"] == "not now"

    for shown in (first, second):
        outside.client.post(
            f"/api/phones/{outside.phone[1:]}/chat", json={"sid": shown["sid"], "press": "house.help"}
        ).raise_for_status()
    until(lambda: Heard.objects.filter(kind="written").count() == 2)
    listen()

    said = [str(line.text) for line in Line.objects.filter(by="them").order_by("pk")]
    assert said == ["Help me", "Help me"]
    assert "You can say:" in str(Line.objects.filter(by="assistant").last().text)


def test_outside_the_window_its_own_account_approves_the_template(
    amina: Member, there: Address, outside: Outside, clock: Any
) -> None:
    clock.turn_to(there.last_inbound_at + timedelta(days=2))
    say(amina, "1")
    go()
    wanted = ProviderContent.objects.get()
    assert (wanted.kept_by, wanted.approval) == (f"meta:{outside.business_id}", "unsubmitted")
    look_after_templates()
    wanted.refresh_from_db()
    assert wanted.approval == "approved"
    listed = outside.client.get(
        f"/graph/v25.0/{outside.business_id}/message_templates",
        headers={"Authorization": f"Bearer {outside.token}"},
    ).json()["data"]
    assert [each["name"] for each in listed] == [wanted.provider_id]

    message = say(amina, "2")
    go()

    until(lambda: len(outside.shown()) == 1)
    assert outside.shown()[0]["body"].startswith("*A note from Umoja*\n\nKaribu 2")
    assert reloaded(message.pk).state == State.SENT


def _forget_the_pace() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM messaging_pace")
