"""Meta's Cloud API in the sandbox answers as its reference has it; on the same phones, by the same clock as Twilio's"""

from __future__ import annotations

import base64
import hmac
from hashlib import sha256
from typing import Any

import pytest

from tests.sandbox.conftest import AMINA, Outside, Platform

NUMBER_ID, BUSINESS_ID, TOKEN = "106540352242922", "102290129340398", "sandbox-meta-token"
SENDER = "whatsapp:+15550783881"
TEXT = {"type": "text", "text": {"body": "Habari"}}
BUTTON = {"type": "reply", "reply": {"id": "a", "title": "A"}}


class Meta:
    """The sandbox as a platform's client and a person's phone use it."""

    def __init__(self, outside: Outside) -> None:
        self.outside, self.client = outside, outside.client
        at_once = {"message_sent_s": 0, "message_delivered_s": 1, "message_read_s": 1}
        assert self.client.put("/api/preferences", json=at_once).status_code == 200

    def ask(self, method: str, path: str, token: str = TOKEN, **request: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        return self.client.request(method, f"/graph/v25.0/{path}", headers=headers, **request)

    def send(self, **said: Any) -> Any:
        order = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": AMINA} | (said or TEXT)
        return self.ask("POST", f"{NUMBER_ID}/messages", json=order)

    def sent(self, **said: Any) -> str:
        answer = self.send(**said)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["messages"][0]["id"])

    def says(self, body: str = "hi", **said: Any) -> None:
        wish = {"sender": SENDER, "body": body} | said
        assert self.client.post(f"/api/phones/{AMINA}/chat", json=wish).status_code == 201

    def template(self, name: str, text: str = "Habari {{1}}, karibu.", samples: tuple[str, ...] = ("Amina",)) -> Any:
        body = {"type": "BODY", "text": text, "example": {"body_text": [list(samples)]}}
        wish = {"name": name, "language": "sw", "category": "UTILITY", "components": [body]}
        return self.ask("POST", f"{BUSINESS_ID}/message_templates", json=wish)


@pytest.fixture
def meta(outside: Outside) -> Meta:
    return Meta(outside)


@pytest.fixture
def listening(meta: Meta, outside: Outside) -> Meta:
    """What is told goes to the platform of these tests, which was not asked whose address that is."""
    store = outside.app.state.world.store
    outside.client.call(store.run, "UPDATE meta_number SET webhook_url = ?", outside.hooks)
    return meta


def template(name: str, *values: str) -> dict[str, Any]:
    parameters = [{"type": "text", "text": value} for value in values]
    part = {"name": name, "language": {"code": "sw"}, "components": [{"type": "body", "parameters": parameters}]}
    return {"type": "template", "template": part}


def interactive(**part: Any) -> dict[str, Any]:
    return {"type": "interactive", "interactive": {"body": {"text": "Well?"}} | part}


REFUSED: list[tuple[dict[str, Any], int, int]] = [
    (TEXT | {"messaging_product": "sms"}, 400, 100),
    (TEXT | {"to": ""}, 400, 131008),
    (TEXT | {"to": "12"}, 400, 131009),
    (TEXT | {"to": "", "recipient": "KE.nobodyatall"}, 400, 131009),
    (TEXT | {"to": "15550783881"}, 400, 131021),
    (TEXT | {"biz_opaque_callback_data": "x" * 513}, 400, 131009),
    ({"type": "text"}, 400, 131008),
    ({"type": "text", "text": {"body": " "}}, 400, 131008),
    ({"type": "text", "text": {"body": "x" * 4097}}, 400, 131009),
    ({"type": "dance", "dance": {}}, 400, 131051),
    (interactive(type="button", action={"buttons": [BUTTON] * 4}), 400, 131009),
    (interactive(type="button", action={"buttons": [BUTTON] * 2}), 400, 131009),
    (interactive(type="list", action={"button": "x" * 21, "sections": []}), 400, 131009),
    ({"type": "image", "image": {}}, 400, 131009),
    (template("nothing_like_it", "x"), 404, 132001),
]


def test_is_refused_by_its_code(meta: Meta) -> None:
    answers = [meta.send(**said) for said, _, _ in REFUSED]

    given = [(answer.status_code, answer.json()["error"]["code"]) for answer in answers]
    assert given == [(status, code) for _, status, code in REFUSED]


def test_opens_with_the_right_token_alone(meta: Meta) -> None:
    assert meta.ask("GET", NUMBER_ID, token="x").json()["error"]["code"] == 190
    assert meta.ask("GET", "999").json()["error"]["error_subcode"] == 33
    known = meta.ask("GET", NUMBER_ID).json()
    assert known == {"id": NUMBER_ID, "display_phone_number": "+15550783881", "verified_name": "Pamoja at Meta"}


def test_only_free_words_outside_the_window_fail_and_a_template_does_not(listening: Meta, platform: Platform) -> None:
    assert listening.template("karibu").json()["status"] == "PENDING"
    listed = listening.ask("GET", f"{BUSINESS_ID}/message_templates", params={"name": "karibu"}).json()["data"]
    assert [each["status"] for each in listed] == ["APPROVED"]
    assert listening.template("karibu").json()["error"]["error_subcode"] == 2388024
    assert listening.send(**template("karibu")).json()["error"]["code"] == 132000
    assert listening.send(**template("karibu", "a\nb")).json()["error"]["code"] == 132018

    free, approved = listening.sent(), listening.sent(**template("karibu", "Amina"))
    listening.outside.settle()
    listening.outside.advance(1)
    listening.outside.settle()

    told = [each for document in heard(platform) for each in document.get("statuses", [])]
    assert [(each["id"], each["status"]) for each in told if each["id"] == free] == [(free, "failed")]
    assert next(each for each in told if each["id"] == free)["errors"][0]["code"] == 131047
    assert [each["status"] for each in told if each["id"] == approved] == ["sent", "delivered"]
    shown = listening.client.get(f"/api/phones/{AMINA}/chat").json()["messages"]
    assert [each["body"] for each in shown] == ["Habari Amina, karibu."]


@pytest.mark.parametrize("text", ["{{1}} karibu", "karibu {{1}}", "a {{1}}{{2}} b"])
def test_a_template_of_no_fit_form_is_rejected(meta: Meta, text: str) -> None:
    meta.template("odd", text, tuple("x" * text.count("{{")))

    (listed,) = meta.ask("GET", f"{BUSINESS_ID}/message_templates").json()["data"]
    assert (listed["status"], listed["rejected_reason"]) == ("REJECTED", "INVALID_FORMAT")


def test_what_is_told_is_signed_over_its_bytes_and_bears_our_word(listening: Meta, platform: Platform) -> None:
    listening.says("Habari 👋")
    listening.outside.settle()  # two that wait are told side by side, in either order
    listening.sent(**TEXT, biz_opaque_callback_data="ours")
    listening.outside.settle()

    for body, headers in platform.raw:
        good = hmac.new(b"sandbox-meta-app-secret", body.encode(), sha256).hexdigest()
        assert headers["X-Hub-Signature-256"] == f"sha256={good}"
        assert body.isascii()
    written, reported = heard(platform)
    assert written["messages"][0]["text"]["body"] == "Habari 👋"
    assert (written["messages"][0]["from"], written["contacts"][0]["wa_id"]) == (AMINA, AMINA)
    assert reported["statuses"][0]["biz_opaque_callback_data"] == "ours"
    assert reported["metadata"] == {"display_phone_number": "15550783881", "phone_number_id": NUMBER_ID}


def test_who_hides_their_number_is_shown_by_id_and_written_to_by_it(listening: Meta, platform: Platform) -> None:
    listening.client.put(f"/api/phones/{AMINA}/whatsapp", json={"hides_number": True})
    listening.says()
    listening.outside.settle()

    (value,) = heard(platform)
    assert "from" not in value["messages"][0]
    assert "wa_id" not in value["contacts"][0]
    assert listening.sent(**TEXT, to="", recipient=value["contacts"][0]["user_id"])


def test_a_file_goes_by_its_upload_within_its_limits(listening: Meta, platform: Platform) -> None:
    def upload(kind: str, body: bytes) -> Any:
        form = {"messaging_product": "whatsapp", "type": kind}
        return listening.ask("POST", f"{NUMBER_ID}/media", data=form, files={"file": ("slip", body, kind)}).json()

    assert upload("image/gif", b"x")["error"]["code"] == 131053
    assert upload("image/png", b"x" * (5 * 1024 * 1024 + 1))["error"]["code"] == 131053
    media_id = upload("image/png", b"png")["id"]
    listening.says(media={"content_type": "image/jpeg", "base64": base64.b64encode(b"jpeg").decode()})
    listening.sent(type="image", image={"id": media_id, "caption": "Your slip"})
    listening.outside.settle()
    listening.outside.advance(1)

    shown = listening.client.get(f"/api/phones/{AMINA}/chat").json()["messages"][-1]
    assert (shown["body"], shown["media"][0]["url"]) == ("Your slip", f"/media/{media_id}")
    received = heard(platform)[0]["messages"][0]["image"]
    described = listening.ask("GET", received["id"]).json()
    assert (described["mime_type"], described["file_size"]) == ("image/jpeg", "4")
    assert listening.ask("GET", f"{received['id']}/download").content == b"jpeg"


def test_its_faults_are_those_of_any_messenger(meta: Meta) -> None:
    meta.says()
    meta.outside.faults(too_many_requests={"next": 1, "scope": "message"})
    assert meta.send().json()["error"]["code"] == 130429
    meta.outside.faults(internal_error={"next": 1, "scope": "message"})
    assert (answer := meta.send()).status_code == 500
    assert answer.json()["error"]["code"] == 131000
    meta.outside.faults(html_error={"next": 1, "scope": "message"})
    assert meta.send().status_code == 502
    meta.outside.faults()
    meta.client.put("/api/preferences", json={"messages_per_minute_each": 1})
    meta.sent()
    assert meta.send().json()["error"]["code"] == 131056


def heard(platform: Platform) -> list[dict[str, Any]]:
    """What the platform was told, each as its value."""
    return [told["entry"][0]["changes"][0]["value"] for told in platform.told]
