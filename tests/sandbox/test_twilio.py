"""A message on the sandbox's Twilio

What becomes of it is asked of the API, and what was told of it of the log: nobody listens where it is told.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import AMINA, Outside

ACCOUNT, TOKEN = "AC" + "0" * 31 + "1", "sandbox-auth-token"
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"
NOBODY = "http://127.0.0.1:9/status"


class Twilio:
    """The sandbox as a platform's client and a person's phone use it."""

    def __init__(self, outside: Outside) -> None:
        self.outside, self.client = outside, outside.client
        at_once = {"message_sent_s": 0, "message_delivered_s": 1, "message_read_s": 1}
        assert self.client.put("/api/preferences", json=at_once).status_code == 200

    def send(self, to: str = AMINA, **fields: str) -> Any:
        order = {"From": "whatsapp:+14155238886", "To": f"whatsapp:+{to}", "Body": "Habari", "StatusCallback": NOBODY}
        return self.client.post(f"{MESSAGES}.json", data=order | fields, auth=(ACCOUNT, TOKEN))

    def sent(self, to: str = AMINA, **fields: str) -> str:
        answer = self.send(to, **fields)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["sid"])

    def state(self, sid: str) -> tuple[str, int | None]:
        found = self.client.get(f"{MESSAGES}/{sid}.json", auth=(ACCOUNT, TOKEN)).json()
        return found["status"], found["error_code"]

    def says(self, body: str = "hi", who: str = AMINA, **said: Any) -> None:
        answer = self.client.post(f"/api/phones/{who}/chat", json={"body": body} | said)
        assert answer.status_code == 201, answer.text

    def told(self) -> list[str]:
        log = self.client.get("/api/requests?direction=out&scope=message").json()["requests"]
        return [entry["note"].partition(";")[0] for entry in reversed(log)]


@pytest.fixture
def twilio(outside: Outside) -> Twilio:
    return Twilio(outside)


def test_goes_its_way_by_the_clock(twilio: Twilio) -> None:
    twilio.says()
    sid = twilio.sent()
    twilio.outside.settle()
    states = [twilio.state(sid)]
    for _ in range(2):
        twilio.outside.advance(1)
        states.append(twilio.state(sid))

    assert states == [("sent", None), ("delivered", None), ("read", None)]
    assert twilio.told() == ["message sent", "message delivered", "message read"]


def test_may_be_free_for_a_day_after_the_person_wrote(twilio: Twilio) -> None:
    twilio.says()
    twilio.outside.advance(24 * 3600 - 60)
    in_time = twilio.sent()
    twilio.outside.advance(120)
    too_late = twilio.sent()
    twilio.outside.advance(5)

    assert twilio.state(in_time) == ("read", None)
    assert twilio.state(too_late) == ("undelivered", 63016)


@pytest.mark.parametrize(
    ("phone", "code"),
    [("254799990003", 63003), ("254799990014", 63014), ("254799990016", 63016), ("254799990001", 30001)],
)
def test_ends_as_the_last_digits_say(twilio: Twilio, phone: str, code: int) -> None:
    twilio.says(who=phone)
    sid = twilio.sent(phone)
    twilio.outside.settle()

    assert twilio.state(sid) == ("undelivered", code)


def test_fails_twice_and_then_arrives(twilio: Twilio) -> None:
    twilio.says(who="254799990018")
    codes = []
    for _ in range(3):
        sid = twilio.sent("254799990018")
        twilio.outside.advance(5)
        codes.append(twilio.state(sid)[1])

    assert codes == [63018, 63018, None]


def test_waits_for_a_phone_that_is_off(twilio: Twilio) -> None:
    twilio.says()
    twilio.client.put(f"/api/phones/{AMINA}", json={"reachable": False})
    sid = twilio.sent()
    twilio.outside.advance(3600)
    waiting = twilio.state(sid)
    twilio.client.put(f"/api/phones/{AMINA}", json={"reachable": True})
    twilio.outside.advance(1)

    assert (waiting, twilio.state(sid)) == (("sent", None), ("read", None))


def test_expires_when_it_may_not_wait(twilio: Twilio) -> None:
    twilio.says()
    twilio.client.put(f"/api/phones/{AMINA}", json={"reachable": False})
    sid = twilio.sent(ValidityPeriod="60")
    twilio.outside.advance(61)

    assert twilio.state(sid) == ("undelivered", 30036)


def test_does_not_reach_a_phone_without_whatsapp(twilio: Twilio) -> None:
    twilio.says()
    twilio.client.put(f"/api/phones/{AMINA}/whatsapp", json={"has_whatsapp": False})
    sid = twilio.sent()
    twilio.outside.settle()

    assert twilio.state(sid) == ("undelivered", 63003)


def test_is_refused_by_whatsapp_when_there_are_too_many(twilio: Twilio) -> None:
    twilio.client.put("/api/preferences", json={"messages_per_s": 2})
    twilio.says()
    sids = [twilio.sent() for _ in range(3)]
    twilio.outside.advance(5)

    assert [twilio.state(sid)[1] for sid in sids] == [None, None, 63018]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"callback_lost": {"next": 3}}, []),
        (
            {"callback_duplicated": {"next": 1, "times": 3}},
            ["message sent"] * 3 + ["message delivered", "message read"],
        ),
        ({"read_before_delivered": {"next": 1}}, ["message sent", "message read", "message delivered"]),
        ({"message_fails": {"next": 1, "code": 63038}}, ["message undelivered"]),
    ],
)
def test_is_told_of_as_the_faults_want(twilio: Twilio, fault: dict[str, Any], told: list[str]) -> None:
    twilio.says()
    twilio.outside.faults(**fault)
    twilio.sent()
    for _ in range(5):
        twilio.outside.advance(1)

    assert twilio.told() == told


def test_is_told_of_hours_late(twilio: Twilio) -> None:
    twilio.says()
    twilio.outside.faults(callback_late={"next": 1, "delay_s": 7200})
    twilio.sent()
    twilio.outside.advance(10)
    before = twilio.told()
    twilio.outside.advance(7200)

    assert (before, twilio.told()[-1]) == (["message delivered", "message read"], "message sent")


def test_survives_a_restart(twilio: Twilio) -> None:
    twilio.says()
    sid = twilio.sent()
    again = Twilio(twilio.outside.again())
    again.outside.advance(5)

    assert again.state(sid) == ("read", None)


@pytest.mark.parametrize(
    ("types", "status"),
    [
        ({"twilio/text": {"body": "Hi"}}, 201),
        ({"twilio/quick-reply": {"body": "Hi", "actions": [{"title": "x" * 20, "id": "a"}]}}, 201),
        ({"twilio/quick-reply": {"body": "Hi", "actions": [{"title": "x" * 21, "id": "a"}]}}, 400),
        ({"twilio/quick-reply": {"body": "Hi", "actions": []}}, 400),
        ({"twilio/quick-reply": {"body": "x" * 1025, "actions": [{"title": "a", "id": "a"}]}}, 400),
        ({"twilio/list-picker": {"body": "Hi", "button": "Choose", "items": [{"item": "A", "id": "a"}] * 11}}, 400),
        ({"twilio/unheard-of": {"body": "Hi"}}, 400),
        ({}, 400),
    ],
)
def test_has_contents_within_the_limits_of_whatsapp(twilio: Twilio, types: dict[str, Any], status: int) -> None:
    made = twilio.client.post("/v1/Content", json={"types": types}, auth=(ACCOUNT, TOKEN))

    assert made.status_code == status


@pytest.mark.parametrize(
    ("body", "variables", "state"),
    [
        ("Hi {{1}}, thank you.", {"1": "you"}, "approved"),
        ("{{1}} is due.", {"1": "KSh 5"}, "rejected"),
        ("Due: {{1}}{{2}} now.", {"1": "a", "2": "b"}, "rejected"),
        ("Hi {{1}}, thank you.", {}, "rejected"),
    ],
)
def test_has_templates_approved_by_meta_s_rules(
    twilio: Twilio, body: str, variables: dict[str, str], state: str
) -> None:
    content = {"types": {"twilio/text": {"body": body}}, "variables": variables}
    made = twilio.client.post("/v1/Content", json=content, auth=(ACCOUNT, TOKEN))
    url = f"/v1/Content/{made.json()['sid']}/ApprovalRequests"
    twilio.client.post(f"{url}/whatsapp", json={"name": "due", "category": "UTILITY"}, auth=(ACCOUNT, TOKEN))

    assert twilio.client.get(url, auth=(ACCOUNT, TOKEN)).json()["whatsapp"]["status"] == state


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _it_ ~no~", "<b>bold</b> <i>it</i> <s>no</s>"),
        ("5*3*2 a_b_c * x *", "5*3*2 a_b_c * x *"),
        ("<b>&", "&lt;b&gt;&amp;"),
        ("`a*b*`", "<code>a*b*</code>"),
        ("*see* https://x.example/a_b_c.", '<b>see</b> <a href="https://x.example/a_b_c"'),
    ],
)
def test_is_formatted_as_on_a_phone(text: str, html: str) -> None:
    from pamoja.sandbox.console.formatting import whatsapp

    assert html in whatsapp(text)
