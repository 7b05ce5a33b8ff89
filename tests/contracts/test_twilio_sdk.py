"""Twilio as the sandbox plays it, asked by Twilio's own unmodified library and checked by its own validator."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.rest.content.v1.content import ContentList

from tests.harness.servers import NO_AUTHORITIES

if TYPE_CHECKING:
    from tests.harness.servers import Served

ACCOUNT, TOKEN = "AC" + "0" * 31 + "1", "sandbox-auth-token"
SENDER, SMS_SENDER = "whatsapp:+14155238886", "+15005550006"
AMINA, BRIAN = "254712000501", "254712000502"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@dataclass
class Listener:
    """A platform on a real port: what it was told, whether Twilio's validator believes it, and a picture to fetch."""

    url: str = ""
    told: list[dict[str, str]] = field(default_factory=list)
    valid: list[bool] = field(default_factory=list)

    def wait(self, **fields: str) -> dict[str, str]:
        """The first thing told with these fields."""
        until = time.monotonic() + 10
        while time.monotonic() < until:
            for told in list(self.told):
                if fields.items() <= told.items():
                    return told
            time.sleep(0.02)
        raise AssertionError(f"never told {fields}: {self.told}")

    def statuses(self, sid: str) -> list[str]:
        return [
            told["MessageStatus"] for told in self.told if told.get("MessageSid") == sid and "MessageStatus" in told
        ]


@pytest.fixture
def listener() -> Iterator[Listener]:
    noted = Listener()
    validator = RequestValidator(TOKEN)

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            fields = dict(parse_qsl(body, keep_blank_values=True))
            address = noted.url + self.path
            noted.valid.append(validator.validate(address, fields, self.headers["X-Twilio-Signature"]))
            noted.told.append(fields | {key: value[0] for key, value in parse_qs(self.path.partition("?")[2]).items()})
            self._answer(b"<Response/>", "text/xml")

        def do_GET(self) -> None:
            self._answer(PIXEL, "image/png")

        do_HEAD = do_GET  # noqa: N815 - the server looks for this name

        def _answer(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    noted.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield noted
    server.shutdown()
    server.server_close()


@pytest.fixture
def outside(sandbox: Served, listener: Listener) -> Iterator[httpx.Client]:
    """The sandbox's own API, with its senders pointed at the listener and nothing slow."""
    with httpx.Client(base_url=sandbox.base_url, timeout=10, trust_env=False, verify=NO_AUTHORITIES) as client:
        at_once = {"message_sent_s": 0, "message_delivered_s": 0, "message_read_s": 0, "callback_delay_s": 0}
        client.put("/api/preferences", json=at_once)
        client.put("/api/faults", json={"seed": 1, "faults": {}})
        client.put("/clock", json={"real": True})
        for address in (SENDER, SMS_SENDER):
            told = {"inbound_url": f"{listener.url}/inbound", "status_url": ""}
            client.put(f"/api/twilio/senders/{address}", json=told).raise_for_status()
        yield client
        client.put("/api/faults", json={"seed": 1, "faults": {}})
        for address in (SENDER, SMS_SENDER):
            client.put(f"/api/twilio/senders/{address}", json={"inbound_url": ""})


@pytest.fixture
def twilio(sandbox: Served, outside: httpx.Client) -> Iterator[Client]:
    """The vendor's client, told only where the provider lives."""
    client = Client(ACCOUNT, TOKEN)
    client.api.base_url = client.content.base_url = client.messaging.base_url = sandbox.base_url
    yield client
    client.http_client.session.close()


def writes(outside: httpx.Client, msisdn: str = AMINA, **said: Any) -> dict[str, Any]:
    answer = outside.post(f"/api/phones/{msisdn}/chat", json=said)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_a_message_is_queued_sent_delivered_and_read(twilio: Client, outside: httpx.Client, listener: Listener) -> None:
    writes(outside, body="Habari")

    sent = twilio.messages.create(
        from_=SENDER, to=f"whatsapp:+{AMINA}", body="Karibu 👋", status_callback=f"{listener.url}/status?m=42"
    )

    assert (sent.status, sent.num_media, sent.direction, sent.error_code) == ("queued", "0", "outbound-api", None)
    read = listener.wait(MessageSid=sent.sid, MessageStatus="read")
    assert (read["m"], read["EventType"], read["ChannelPrefix"]) == ("42", "READ", "whatsapp")
    assert sorted(listener.statuses(sent.sid)) == ["delivered", "read", "sent"]
    assert listener.valid == [True] * len(listener.told)
    fetched = twilio.messages(sent.sid).fetch()
    assert (fetched.status, fetched.body, fetched.date_sent.tzinfo) == ("read", "Karibu 👋", UTC)


def test_what_a_person_writes_arrives_signed(twilio: Client, outside: httpx.Client, listener: Listener) -> None:
    said = writes(outside, body="Ńjeri & sons = 5+5 👋")

    told = listener.wait(MessageSid=said["sid"])

    assert listener.valid == [True]
    assert told["From"] == f"whatsapp:+{AMINA}"
    assert (told["WaId"], told["Body"], told["MessageType"]) == (AMINA, "Ńjeri & sons = 5+5 👋", "text")
    assert told["SmsStatus"] == "received"
    assert twilio.messages(said["sid"]).fetch().direction == "inbound"


def test_a_wrong_signature_is_found_out_by_the_validator(outside: httpx.Client, listener: Listener) -> None:
    outside.put("/api/faults/signature_wrong", json={"next": 1})

    said = writes(outside, body="forged")

    listener.wait(MessageSid=said["sid"])
    assert listener.valid == [False]


def test_a_hidden_number_is_an_id(twilio: Client, outside: httpx.Client, listener: Listener) -> None:
    address = outside.put(f"/api/phones/{BRIAN}/whatsapp", json={"hides_number": True}).json()["address"]

    said = writes(outside, BRIAN, body="hi")

    told = listener.wait(MessageSid=said["sid"])
    outside.put(f"/api/phones/{BRIAN}/whatsapp", json={"hides_number": False})
    assert address.startswith("whatsapp:KE.")
    assert told["From"] == told["ExternalUserId"] == address
    assert "WaId" not in told
    assert twilio.messages.create(from_=SENDER, to=address, body="Hello").status == "queued"


@pytest.mark.parametrize(
    ("order", "status", "code"),
    [
        ({"from_": SENDER, "body": "x", "to": ""}, 400, 21604),
        ({"to": f"whatsapp:+{AMINA}", "body": "x"}, 400, 21603),
        ({"from_": SENDER, "to": f"whatsapp:+{AMINA}"}, 400, 21602),
        ({"from_": SENDER, "to": "whatsapp:+1", "body": "x"}, 400, 21211),
        ({"from_": "whatsapp:+19995550000", "to": f"whatsapp:+{AMINA}", "body": "x"}, 400, 63007),
        ({"from_": "+19995550000", "to": f"+{AMINA}", "body": "x"}, 400, 21606),
        ({"from_": SENDER, "to": f"whatsapp:+{AMINA}", "body": "x" * 1601}, 400, 21617),
        ({"from_": SENDER, "to": f"whatsapp:+{AMINA}", "body": "😀" * 801}, 400, 21617),
        ({"from_": SENDER, "to": f"whatsapp:+{AMINA}", "media_url": ["ftp://x/y"]}, 400, 21620),
        ({"from_": SENDER, "to": f"whatsapp:+{AMINA}", "media_url": ["http://a/1", "http://a/2"]}, 400, 21623),
        ({"from_": SENDER, "to": f"whatsapp:+{AMINA}", "content_sid": "HX" + "f" * 32}, 400, 21655),
        ({"from_": SENDER, "to": f"whatsapp:+{AMINA}", "body": "x", "status_callback": "http://a_b/c"}, 400, 21609),
        ({"from_": SENDER, "to": SENDER, "body": "x"}, 400, 63031),
        ({"from_": SENDER, "to": "whatsapp:+254799990610", "body": "x"}, 400, 21610),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(twilio: Client, order: dict[str, Any], status: int, code: int) -> None:
    with pytest.raises(TwilioRestException) as caught:
        twilio.messages.create(**order)

    assert (caught.value.status, caught.value.code) == (status, code)


def test_a_stranger_and_an_unknown_message_are_refused(twilio: Client, sandbox: Served) -> None:
    stranger = Client(ACCOUNT, "wrong")
    stranger.api.base_url = sandbox.base_url
    with pytest.raises(TwilioRestException) as unauthenticated:
        stranger.messages("SM" + "0" * 32).fetch()
    stranger.http_client.session.close()
    with pytest.raises(TwilioRestException) as unknown:
        twilio.messages("SM" + "0" * 32).fetch()

    assert (unauthenticated.value.status, unauthenticated.value.code) == (401, 20003)
    assert (unknown.value.status, unknown.value.code) == (404, 20404)


def test_free_form_needs_that_the_person_wrote_within_a_day(
    twilio: Client, outside: httpx.Client, listener: Listener
) -> None:
    sent = twilio.messages.create(
        from_=SENDER, to="whatsapp:+254712000599", body="Hello?", status_callback=f"{listener.url}/status"
    )

    assert sent.status == "queued"
    told = listener.wait(MessageSid=sent.sid, MessageStatus="undelivered")
    assert told["ErrorCode"] == "63016"
    assert twilio.messages(sent.sid).fetch().error_code == 63016


def make_template(twilio: Client, types: dict[str, Any], variables: dict[str, str]) -> str:
    """The library wants its own request object, of which only the dictionary matters."""
    request = ContentList.ContentCreateRequest(
        {"friendly_name": "due", "language": "en", "variables": variables, "types": ContentList.Types({})}
    )
    request.to_dict = lambda: {  # type: ignore[method-assign]  # the library would drop what it has no class for
        "friendly_name": "due",
        "language": "en",
        "variables": variables,
        "types": types,
    }
    return str(twilio.content.v1.contents.create(content_create_request=request).sid)


def test_an_approved_template_opens_a_conversation(twilio: Client, outside: httpx.Client, listener: Listener) -> None:
    sid = make_template(
        twilio,
        {"twilio/quick-reply": {"body": "Hi {{1}}, *KSh 500* is due.", "actions": [{"title": "Pay", "id": "pay"}]}},
        {"1": "you"},
    )
    approval = outside.post(
        f"/v1/Content/{sid}/ApprovalRequests/whatsapp",
        json={"name": "due", "category": "UTILITY"},
        auth=(ACCOUNT, TOKEN),
    )
    assert (approval.status_code, approval.json()["status"]) == (201, "received")
    assert twilio.content.v1.contents(sid).approval_fetch().fetch().whatsapp["status"] == "approved"

    sent = twilio.messages.create(
        from_=SENDER,
        to="whatsapp:+254712000598",
        content_sid=sid,
        content_variables='{"1": "Amina"}',
        status_callback=f"{listener.url}/status",
    )
    listener.wait(MessageSid=sent.sid, MessageStatus="read")

    (shown,) = outside.get("/api/phones/254712000598/chat").json()["messages"]
    assert shown["body"] == "Hi Amina, *KSh 500* is due."
    pressed = writes(outside, "254712000598", sid=shown["sid"], press="pay")
    told = listener.wait(MessageSid=pressed["sid"])
    assert (told["ButtonPayload"], told["ButtonText"], told["Body"]) == ("pay", "Pay", "Pay")
    assert told["OriginalRepliedMessageSid"] == sent.sid


def test_a_picture_is_fetched_by_head_and_get(twilio: Client, outside: httpx.Client, listener: Listener) -> None:
    writes(outside, body="hi")

    sent = twilio.messages.create(
        from_=SENDER,
        to=f"whatsapp:+{AMINA}",
        body="Your ring",
        media_url=[f"{listener.url}/ring.png"],
        status_callback=f"{listener.url}/status",
    )
    listener.wait(MessageSid=sent.sid, MessageStatus="delivered")

    assert sent.sid.startswith("MM")
    (media,) = twilio.messages(sent.sid).media.list()
    assert media.content_type == "image/png"
    said = writes(outside, media={"content_type": "image/png", "base64": base64.b64encode(PIXEL).decode()})
    told = listener.wait(MessageSid=said["sid"])
    assert (told["NumMedia"], told["MediaContentType0"]) == ("1", "image/png")
    assert httpx.get(told["MediaUrl0"], auth=(ACCOUNT, TOKEN), trust_env=False, verify=NO_AUTHORITIES).content == PIXEL


def test_messages_are_listed_in_pages_and_by_day(twilio: Client, outside: httpx.Client) -> None:
    person = "whatsapp:+254712000577"
    writes(outside, "254712000577", body="hi")
    sids = [twilio.messages.create(from_=SENDER, to=person, body=f"{n}").sid for n in range(5)]
    outside.post("/api/settle", json={})

    listed = twilio.messages.list(to=person, page_size=2)
    today = twilio.messages.list(to=person, date_sent_after=datetime.now(UTC) - timedelta(days=1), limit=20)

    assert [message.sid for message in listed] == sids[::-1]
    assert len(today) == 5
    assert twilio.messages.list(to=person, date_sent_before=datetime.now(UTC) - timedelta(days=1)) == []
    assert twilio.messages(sids[0]).delete() is True
    assert twilio.messages(sids[1]).update(body="").body == ""
    assert len(twilio.messages.list(to=person)) == 4


def test_troubles_at_the_gate_are_those_of_the_contract(twilio: Client, outside: httpx.Client) -> None:
    order = {"from_": SENDER, "to": f"whatsapp:+{BRIAN}", "body": "x"}
    for fault, status, code in (("too_many_requests", 429, 20429), ("internal_error", 500, 20500)):
        outside.put(f"/api/faults/{fault}", json={"next": 1, "scope": "message"})
        with pytest.raises(TwilioRestException) as caught:
            twilio.messages.create(**order)
        assert (caught.value.status, caught.value.code) == (status, code)
    before = len(twilio.messages.list(to=order["to"]))

    outside.put("/api/faults/answer_lost", json={"next": 1, "scope": "message"})
    with pytest.raises(Exception, match=r"Connection aborted|RemoteDisconnected"):
        twilio.messages.create(**order)

    assert len(twilio.messages.list(to=order["to"])) == before + 1


def test_typing_marks_what_was_written_as_seen(twilio: Client, outside: httpx.Client) -> None:
    said = writes(outside, BRIAN, body="Are you there?")

    shown = twilio.messaging.v2.typing_indicator.create(channel="whatsapp", message_id=said["sid"])

    assert shown.success is True
    chat = outside.get(f"/api/phones/{BRIAN}/chat").json()
    assert (chat["typing"], chat["messages"][-1]["seen"]) == (True, True)


def test_a_text_message_that_was_stopped_is_refused(twilio: Client, outside: httpx.Client) -> None:
    order = {"from_": SMS_SENDER, "to": "+254712000588", "body": "Due today"}
    assert twilio.messages.create(**order).status == "queued"
    writes(outside, "254712000588", sender=SMS_SENDER, body="Stop")

    with pytest.raises(TwilioRestException) as caught:
        twilio.messages.create(**order)

    assert caught.value.code == 21610
    writes(outside, "254712000588", sender=SMS_SENDER, body="start")
    assert twilio.messages.create(**order).status == "queued"
