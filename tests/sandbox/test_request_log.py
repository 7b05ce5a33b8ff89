"""The request log of the sandbox"""

from functools import partial
from typing import Any

import pytest

from tests.sandbox.conftest import PASSWORD, Outside


def entries(outside: Outside, **query: str) -> list[dict[str, Any]]:
    return list(outside.client.get("/api/requests", params=query).json()["requests"])


def test_shows_every_request_in_and_callback_out_newest_first(outside: Outside) -> None:
    outside.push()
    outside.answer()
    outside.settle()

    callback, push, token = entries(outside)

    assert (callback["direction"], push["direction"], token["direction"]) == ("out", "in", "in")
    assert (push["method"], push["url"], push["status"]) == ("POST", "/mpesa/stkpush/v1/processrequest", 200)
    assert callback["url"] == f"{outside.hooks}/stk"
    assert '"ResultCode": 0' in callback["answer"]
    assert push["duration_ms"] > 0


def test_never_holds_a_secret_or_a_whole_phone_number(outside: Outside) -> None:
    outside.push()
    outside.answer()
    outside.b2c()
    outside.settle()

    text = str(entries(outside))

    for secret in (PASSWORD, outside._token, "pamoja-sandbox-secret", outside.credential()[:40], "254712345678"):
        assert secret not in text
    assert "2547****678" in text
    assert "Bearer ****" in text


def test_can_be_narrowed(outside: Outside) -> None:
    outside.push()
    outside.push()
    outside.b2c()
    outside.settle()

    assert {entry["scope"] for entry in entries(outside, scope="b2c")} == {"b2c"}
    assert {entry["direction"] for entry in entries(outside, direction="out")} == {"out"}
    assert [entry["status"] for entry in entries(outside, trouble="1")] == [500]
    assert len(entries(outside, q="254712345678")) == len(entries(outside, q="2547****678")) > 0
    assert entries(outside, q="100%_sure") == []


def test_is_read_page_by_page(outside: Outside) -> None:
    for _ in range(5):
        outside.push()

    first = entries(outside, limit="3")
    second = entries(outside, limit="3", before=str(first[-1]["id"]))

    assert [entry["id"] for entry in first + second] == [6, 5, 4, 3, 2, 1]


def test_leaves_out_the_sandbox_s_own_api(outside: Outside) -> None:
    outside.client.get("/clock")
    outside.client.get("/mpesa/statement")
    outside.client.get("/api/phones")

    assert entries(outside) == []


def test_shows_a_callback_that_could_not_be_delivered(outside: Outside) -> None:
    outside.push(CallBackURL="http://127.0.0.1:9/hook")
    outside.answer()
    outside.settle()

    (callback,) = entries(outside, direction="out")
    assert callback["status"] is None
    assert "not delivered: ClientConnectorError" in callback["note"]


def test_shows_a_line_that_was_closed_without_an_answer(outside: Outside) -> None:
    outside.faults(answer_lost={"next": 1})
    with pytest.raises(ConnectionResetError):
        outside.push()

    assert (entries(outside)[0]["status"], entries(outside)[0]["note"]) == (None, "fault: answer_lost")


def test_keeps_the_newest_only(outside: Outside) -> None:
    outside.client.put("/api/preferences", json={"requests_kept": 100})
    log = outside.app.state.world.log
    seen = {
        "direction": "in",
        "scope": "",
        "method": "GET",
        "url": "/mpesa/x",
        "peer": "",
        "note": "",
        "duration_ms": 1.0,
    }
    answered = {"headers": [], "body": b"", "status": 200, "answer_headers": [], "answer": b""}

    for _ in range(510):
        outside.client.call(partial(log.write, **seen, **answered))

    assert [entry["id"] for entry in entries(outside, limit="1000")] == list(range(510, 400, -1))
