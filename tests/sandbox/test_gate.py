"""The M-PESA gateway on the sandbox"""

import pytest

from tests.sandbox.conftest import Outside

PUSH = "/mpesa/stkpush/v1/processrequest"


def test_gives_a_token_whose_lifetime_is_text(outside: Outside) -> None:
    answer = outside.client.get(
        "/oauth/v1/generate?grant_type=client_credentials", auth=("pamoja-sandbox-consumer", "pamoja-sandbox-secret")
    )

    assert answer.status_code == 200
    assert answer.json()["expires_in"] == "3599"


@pytest.mark.parametrize(
    ("query", "auth", "code", "message"),
    [
        ("", ("pamoja-sandbox-consumer", "pamoja-sandbox-secret"), "400.008.02", "Invalid grant type passed"),
        ("?grant_type=client_credentials", ("who", "what"), "400.008.01", "Invalid Authentication passed"),
        ("?grant_type=client_credentials", None, "400.008.01", "Invalid Authentication passed"),
    ],
)
def test_refuses_a_token(outside: Outside, query: str, auth: tuple[str, str] | None, code: str, message: str) -> None:
    answer = outside.client.get(f"/oauth/v1/generate{query}", auth=auth)

    assert answer.status_code == 400
    assert set(answer.json()) == {"requestId", "errorCode", "errorMessage"}
    assert (answer.json()["errorCode"], answer.json()["errorMessage"]) == (code, message)


@pytest.mark.parametrize(
    ("header", "status", "code"),
    [
        (None, 404, "404.001.04"),
        ("Basic abc", 404, "404.001.04"),
        ("Bearer made-up", 404, "404.001.03"),
    ],
)
def test_refuses_a_call_without_a_good_token(outside: Outside, header: str | None, status: int, code: str) -> None:
    headers = {"Authorization": header} if header else {}

    answer = outside.client.post(PUSH, json=outside.push_body(), headers=headers)

    assert (answer.status_code, answer.json()["errorCode"]) == (status, code)


def test_refuses_a_token_that_is_over_by_its_clock(outside: Outside) -> None:
    assert outside.push().status_code == 200

    outside.advance(3600)
    answer = outside.push()

    assert (answer.status_code, answer.json()["errorCode"]) == (401, "401.002.01")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"\xff\xfe", b"[" * 50_000, b'{"a":' * 20_000])
def test_refuses_a_body_that_is_no_json_object(outside: Outside, body: bytes) -> None:
    answer = outside.client.post(PUSH, content=body, headers={"Authorization": f"Bearer {outside.token()}"})

    assert (answer.status_code, answer.json()["errorCode"]) == (400, "400.002.02")


def test_refuses_a_wrong_verb_and_an_unknown_address_in_daraja_s_words(outside: Outside) -> None:
    verb, address = outside.client.get(PUSH), outside.client.post("/mpesa/nowhere")

    assert (verb.status_code, verb.json()["errorCode"]) == (405, "405.001")
    assert (address.status_code, address.json()["errorCode"]) == (404, "404.001.01")
