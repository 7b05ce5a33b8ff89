"""The sandbox's own API"""

from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.conftest import AMINA, Outside


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/api/phones/0812345678", None, 400),
        ("GET", "/api/phones/x/prompts", None, 400),
        ("PUT", f"/api/phones/{AMINA}", {"balance_kes": -1}, 400),
        ("PUT", f"/api/phones/{AMINA}", {"pin": 1234}, 400),
        ("PUT", f"/api/phones/{AMINA}", {"reachable": "no"}, 400),
        ("PUT", f"/api/phones/{AMINA}", {"colour": "red"}, 400),
        ("POST", "/api/prompts/99/answer", {"pin": "1234"}, 404),
        ("POST", "/api/prompts/x/answer", {"pin": "1234"}, 404),
        ("POST", "/api/prompts/99999999999999999999/answer", {"pin": "1234"}, 404),
        ("PUT", "/api/preferences", {"prompt_timeout_s": "long"}, 400),
        ("PUT", "/api/preferences", {"callback_attempts": 9}, 400),
        ("PUT", "/api/preferences", {"second_prompt": "maybe"}, 400),
        ("PUT", "/api/preferences", {"validates_c2b": 1}, 400),
        ("PUT", "/api/preferences", {"mood": "good"}, 400),
        ("PUT", "/api/shortcodes/abc", {}, 400),
        ("PUT", "/api/shortcodes/174379", {"balance_kes": "much"}, 400),
        ("POST", "/api/settle", {"timeout_s": "x"}, 400),
        ("PUT", "/api/faults/nothing", {"next": 1}, 400),
        ("GET", "/api/requests?limit=0", None, 400),
        ("GET", "/api/requests?before=99999999999999999999", None, 400),
        ("GET", "/mpesa/statement?limit=x", None, 400),
        ("GET", "/mpesa/statement?after=99999999999999999999", None, 400),
        ("GET", "/api/nothing", None, 404),
        ("DELETE", "/clock", None, 405),
    ],
)
def test_answers_bad_input_with_a_sentence(outside: Outside, method: str, path: str, body: Any, status: int) -> None:
    answer = outside.client.request(method, path, json=body)

    assert answer.status_code == status
    assert answer.json()["error"]["message"]


@pytest.mark.parametrize("content", [b"{", b"[1]", b"null", b"\xff", b'{"pin": NaN', b"[" * 100_000])
def test_answers_a_broken_body_with_a_sentence(outside: Outside, content: bytes) -> None:
    answer = outside.client.put("/clock", content=content)

    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


def test_refuses_a_change_that_a_page_elsewhere_makes_a_browser_ask_for(outside: Outside) -> None:
    answer = outside.client.put("/clock", json={"advance_s": 60}, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    assert outside.client.get("/clock").json()["offset_s"] == 0


def test_tells_all_that_the_platform_needs(outside: Outside) -> None:
    known = outside.client.get("/api/credentials").json()

    assert known["shortcode"] == "174379"
    assert Path(known["certificate_file"]).read_bytes() == outside.client.get("/mpesa/certificate.pem").content


def test_opens_a_further_shortcode(outside: Outside) -> None:
    outside.client.put("/api/shortcodes/600426", json={"name": "UMOJA SAVERS", "balance_kes": 5})

    answer = outside.b2c(PartyA="600426", Amount=5)
    outside.settle()

    assert answer.status_code == 200
    assert outside.statement(shortcode="600426")[0]["shortcode_balance_kes"] == 0


def test_keeps_preferences_faults_and_autopilot_over_a_restart(outside: Outside) -> None:
    outside.client.put("/api/preferences", json={"prompt_timeout_s": 5})
    outside.faults(seed=9, callback_lost={"probability": 0.25})
    outside.autopilot("cancel")

    after = outside.again().client

    assert after.get("/api/preferences").json()["prompt_timeout_s"] == 5
    assert after.get("/api/faults").json()["seed"] == 9
    assert after.get("/api/faults").json()["faults"]["callback_lost"]["probability"] == 0.25
    assert after.get("/api/autopilot").json()["answer"] == "cancel"


def test_takes_numbers_as_people_type_them(outside: Outside) -> None:
    assert outside.client.get("/api/phones/0712 345 678").json()["msisdn"] == AMINA
    assert outside.client.get("/api/phones/%2B254712345678").json()["msisdn"] == AMINA
