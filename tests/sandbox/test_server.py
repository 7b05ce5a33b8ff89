"""The sandbox as a process of its own"""

import asyncio
import signal
import smtplib
import time
from email.message import EmailMessage

import aiohttp
import httpx
import pytest

from tests.harness.servers import NO_AUTHORITIES
from tests.harness.thoroughness import examples
from tests.sandbox.conftest import AMINA, PASSWORD, TIMESTAMP, Platform, Process

MANY = examples(60, long=200)
PUSH = "/mpesa/stkpush/v1/processrequest"


def token(client: httpx.Client) -> str:
    consumer = ("pamoja-sandbox-consumer", "pamoja-sandbox-secret")
    answer = client.get("/oauth/v1/generate", params={"grant_type": "client_credentials"}, auth=consumer)
    return str(answer.json()["access_token"])


def push_body(hooks: str, phone: str = AMINA) -> dict[str, str]:
    return {
        "BusinessShortCode": "174379",
        "Password": PASSWORD,
        "Timestamp": TIMESTAMP,
        "TransactionType": "CustomerPayBillOnline",
        "Amount": "50",
        "PartyA": phone,
        "PartyB": "174379",
        "PhoneNumber": phone,
        "CallBackURL": f"{hooks}/stk",
        "AccountReference": "CIRCLE4",
        "TransactionDesc": "Round 4",
    }


def push(client: httpx.Client, hooks: str, phone: str = AMINA) -> httpx.Response:
    return client.post(PUSH, headers={"Authorization": f"Bearer {token(client)}"}, json=push_body(hooks, phone))


def letter() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "umoja@example.org", "amina@example.org", "Karibu"
    message.set_content("Habari ya asubuhi")
    return message


def test_keeps_money_prompts_letters_and_log_when_it_is_killed(process: Process, platform: Platform) -> None:
    with httpx.Client(base_url=process.url, trust_env=False, verify=NO_AUTHORITIES) as client:
        push(client, platform.url)
        client.put("/clock", json={"advance_s": 3600})
        push(client, platform.url)
        (prompt,) = client.get(f"/api/phones/{AMINA}/prompts").json()["prompts"]
        client.post(f"/api/prompts/{prompt['id']}/answer", json={"pin": "1234"})
        client.put("/clock", json={"advance_s": 86_400})
        with smtplib.SMTP("127.0.0.1", process.smtp_port) as smtp:
            smtp.send_message(letter())

    assert process.stop(signal.SIGKILL) == -signal.SIGKILL
    process.start()

    with httpx.Client(base_url=process.url, trust_env=False, verify=NO_AUTHORITIES) as client:
        assert client.post("/api/settle").json() == {"settled": True}
        statement = client.get("/mpesa/statement").json()
        assert [movement["amount_kes"] for movement in statement["movements"]] == [50]
        assert statement["proof"]["unaccounted_kes"] == 0
        assert client.get("/api/mail?to=amina").json()["mail"][0]["text"].strip() == "Habari ya asubuhi"
        assert client.get("/clock").json()["offset_s"] > 80_000
        assert len(client.get("/api/requests?direction=in").json()["requests"]) == 4
        codes = {told["ResultCode"] for told in platform.stk()}
        assert codes == {0, 1037}


def test_really_closes_the_line_when_an_answer_is_lost(same_process: Process, platform: Platform) -> None:
    with httpx.Client(base_url=same_process.url, trust_env=False, verify=NO_AUTHORITIES) as client:
        client.put("/api/faults", json={"faults": {"answer_lost": {"next": 1}}})

        with pytest.raises(httpx.TransportError):
            push(client, platform.url)

        assert len(client.get(f"/api/phones/{AMINA}/prompts").json()["prompts"]) == 1


def test_takes_many_payments_at_once(same_process: Process, platform: Platform) -> None:
    async def pay(headers: dict[str, str]) -> set[int]:
        async with aiohttp.ClientSession(same_process.url, headers=headers) as session:

            async def one(phone: str) -> int:
                async with session.post(PUSH, json=push_body(platform.url, phone)) as answer:
                    return answer.status

            return set(await asyncio.gather(*(one(f"2547{n:08}") for n in range(MANY))))

    with httpx.Client(base_url=same_process.url, trust_env=False, timeout=60, verify=NO_AUTHORITIES) as client:
        client.put("/api/preferences", json={"callback_delay_s": 0})
        client.post("/api/autopilot", json={"answer": "pin"})
        statuses = asyncio.run(pay({"Authorization": f"Bearer {token(client)}"}))
        client.post("/api/settle", json={"timeout_s": 60})
        proof = client.get("/mpesa/statement").json()["proof"]
    until = time.monotonic() + 10
    while len(platform.stk()) < MANY and time.monotonic() < until:
        time.sleep(0.05)

    assert statuses == {200}
    assert (proof["count"], proof["in_kes"], proof["unaccounted_kes"]) == (MANY, MANY * 50, 0)
    assert len({told["CheckoutRequestID"] for told in platform.stk()}) == len(platform.stk()) == MANY


def test_stops_at_once_although_a_console_page_is_watching(same_process: Process) -> None:
    with (
        httpx.Client(base_url=same_process.url, trust_env=False, verify=NO_AUTHORITIES) as client,
        client.stream("GET", f"/phones/{AMINA}/events") as stream,
    ):
        assert next(stream.iter_lines()) == "retry: 1000"
        started = time.monotonic()

        code = same_process.stop()

    assert time.monotonic() - started < 3
    assert code in (0, -signal.SIGTERM)
    same_process.start()
