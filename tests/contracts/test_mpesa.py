"""Our M-PESA adapter, over real HTTP against the sandbox: every word of the contract that we depend on."""

from __future__ import annotations

import base64
import contextlib
import json
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from pamoja.foundation.money import Money
from pamoja.kernel.payments.errors import RailFailure
from pamoja.kernel.payments.providers import mpesa_notices
from pamoja.kernel.payments.providers.mpesa import Mpesa, nairobi_timestamp, push_password
from pamoja.kernel.payments.rules.messages import CollectOrder, Found, NoticeKind, PayoutOrder

if TYPE_CHECKING:
    from tests.harness.servers import Served

PHONE = "254733000111"


@pytest.fixture
def switches(sandbox: Served) -> Iterator[Callable[..., None]]:
    """Sets the sandbox's faults; all off again afterwards."""

    def set_faults(**faults: Any) -> None:
        answer = sandbox.request("PUT", "/api/faults", json={"seed": 1, "faults": faults})
        assert answer.status_code == 200, answer.text

    set_faults()
    at_once = {"second_prompt": "show", "callback_delay_s": 0, "b2c_delay_s": 0, "command_delay_s": 0}
    sandbox.request("PUT", "/api/preferences", json=at_once)
    sandbox.request("PUT", "/api/autopilot", json={"answer": "off"})
    yield set_faults
    set_faults()
    sandbox.request("PUT", "/api/preferences", json={"second_prompt": "refuse"})


@pytest.fixture
def rail(switches: Callable[..., None], community: object) -> Iterator[Mpesa]:
    """A fresh adapter, by the settings."""
    from pamoja.kernel.payments.providers.rails import close_rails, rail_named

    close_rails()
    adapter = rail_named("mpesa")
    assert isinstance(adapter, Mpesa)
    yield adapter
    close_rails()


def an_order(shillings: int = 50, **differs: Any) -> CollectOrder:
    usual = {
        "attempt_id": uuid4(),
        "rail": "mpesa",
        "amount": Money(shillings * 100, "KES"),
        "phone": PHONE,
        "reference": "P0193ABCDEF",
        "description": "Contribution",
        "token": "0" * 80,
    }
    return CollectOrder(**(usual | differs))


def a_payout(shillings: int = 50, **differs: Any) -> PayoutOrder:
    usual = {
        "payout_id": uuid4(),
        "rail": "mpesa",
        "amount": Money(shillings * 100, "KES"),
        "phone": PHONE,
        "originator_id": uuid4().hex,
        "remarks": "Withdrawal",
        "token": "0" * 80,
        "late_token": "1" * 80,
    }
    return PayoutOrder(**(usual | differs))


def test_the_password_is_the_contract_s_own_example() -> None:
    timestamp = nairobi_timestamp(datetime(2026, 11, 21, 5, 34, tzinfo=UTC))

    assert timestamp == "20261121083400"
    assert (
        push_password("174379", "pamoja-sandbox-passkey", timestamp)
        == "MTc0Mzc5cGFtb2phLXNhbmRib3gtcGFzc2tleTIwMjYxMTIxMDgzNDAw"
    )


def test_a_prompt_is_accepted_pending_and_then_answered(rail: Mpesa, sandbox: Served) -> None:
    submission = rail.collect(an_order())
    assert submission.rail_id.startswith("ws_CO_")
    assert rail.query(submission.rail_id).code is None

    prompts = sandbox.get(f"/api/phones/{PHONE}/prompts").json()["prompts"]
    prompt = next(each for each in prompts if each["checkout_request_id"] == submission.rail_id)
    sandbox.post(f"/api/prompts/{prompt['id']}/answer", json={"action": "cancel"})

    answer = rail.query(submission.rail_id)
    assert (answer.rail_id, answer.code, answer.text) == (submission.rail_id, "1032", "Request cancelled by user")


def test_an_id_that_nobody_issued_is_refused_for_good(rail: Mpesa) -> None:
    with pytest.raises(RailFailure) as caught:
        rail.query("ws_CO_nobody")

    assert (caught.value.permanent, caught.value.code) == (True, "400.002.02")


@pytest.mark.parametrize(
    ("fault", "code", "may_have_happened"),
    [
        ("spike_arrest", "500.003.02", False),
        ("too_many_requests", "429", False),
        ("internal_error", "500.003.1001", True),
        ("html_error", "502", True),
        ("request_lost", "unreachable", True),
        ("answer_lost", "unreachable", True),
    ],
)
def test_a_failure_says_what_to_make_of_it(
    rail: Mpesa, switches: Callable[..., None], fault: str, code: str, may_have_happened: bool
) -> None:
    for ask in (lambda: rail.collect(an_order()), lambda: rail.pay_out(a_payout())):
        switches(**{fault: {"next": 1}})

        with pytest.raises(RailFailure) as caught:
            ask()

        failure = caught.value
        assert (failure.code, failure.permanent, failure.may_have_happened) == (code, False, may_have_happened)


def test_nobody_there_is_certain_not_to_have_happened(rail: Mpesa) -> None:
    elsewhere = Mpesa(replace(rail._account, base_url="http://127.0.0.1:9"))

    with pytest.raises(RailFailure) as caught:
        elsewhere.collect(an_order())

    elsewhere.close()

    assert (caught.value.permanent, caught.value.may_have_happened) == (False, False)


def test_an_expired_token_is_renewed_unseen(rail: Mpesa, switches: Callable[..., None]) -> None:
    rail.collect(an_order())
    switches(token_expires={"next": 1})

    assert rail.collect(an_order()).rail_id


def test_eight_threads_share_one_token(rail: Mpesa, sandbox: Served) -> None:
    def tokens_given() -> int:
        found = sandbox.get("/api/requests?q=/oauth/v1/generate&limit=1000").json()["requests"]
        return len(found)

    before = tokens_given()

    def asks() -> None:
        with contextlib.suppress(RailFailure):
            rail.query("ws_CO_nobody")

    threads = [threading.Thread(target=asks) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert tokens_given() == before + 1


def test_a_payout_told_twice_is_accepted_and_paid_once(rail: Mpesa, sandbox: Served) -> None:
    order = a_payout()

    first, second = rail.pay_out(order), rail.pay_out(order)
    sandbox.post("/api/settle", json={"timeout_s": 10})

    assert first.rail_id.startswith("AG_")
    assert second.rail_id == ""
    moved = sandbox.get(f"/mpesa/statement?originator={order.originator_id}").json()["movements"]
    assert [row["amount_kes"] for row in moved] == [50]


def test_a_payout_to_a_number_that_is_none_is_refused_for_good(rail: Mpesa) -> None:
    with pytest.raises(RailFailure) as caught:
        rail.pay_out(a_payout(phone="447400000005"))

    assert (caught.value.permanent, caught.value.may_have_happened) == (True, False)


def test_the_state_of_a_payout_can_be_asked_for(rail: Mpesa) -> None:
    rail.query_payout(payout_id=UUID(int=1), originator_id=uuid4().hex, token="0" * 80)


def test_no_log_line_holds_a_phone_or_a_secret(
    rail: Mpesa, caplog: pytest.LogCaptureFixture, switches: Callable[..., None]
) -> None:
    caplog.set_level(logging.DEBUG)
    rail.collect(an_order())
    rail.pay_out(a_payout())
    switches(html_error={"next": 1})
    with pytest.raises(RailFailure) as caught:
        rail.collect(an_order())

    said = caplog.text + str(caught.value) + "".join(str(vars(record)) for record in caplog.records)
    for secret in (PHONE, "pamoja-sandbox-passkey", "pamoja-sandbox-secret", "pamoja-initiator-password"):
        assert secret not in said
        assert base64.b64encode(secret.encode()).decode() not in said
    assert repr(rail._account).count("pamoja-sandbox-passkey") == 0


def told(**result: Any) -> bytes:
    return json.dumps({"Result": {"ResultCode": 0, "ResultDesc": "said", "ConversationID": "AG_1"} | result}).encode()


PAIRS = [{"Key": "TransactionReceipt", "Value": "SKL7TLTQA2"}, {"Key": "TransactionAmount", "Value": 50}, {"Key": "X"}]


@pytest.mark.parametrize(
    ("body", "code", "receipt", "minor"),
    [
        (told(ResultParameters={"ResultParameter": PAIRS}), "0", "SKL7TLTQA2", 5000),
        (told(ResultCode="0", ResultParameters={"ResultParameter": PAIRS}), "0", "SKL7TLTQA2", 5000),
        (told(ResultParameters={"ResultParameter": PAIRS[0]}), "0", "SKL7TLTQA2", None),
        (told(TransactionID="SKL7TLTQA2"), "0", "SKL7TLTQA2", None),
        (told(ResultCode=2001), "2001", "", None),
        (told(ResultCode="SFC_IC0003", TransactionID="X"), "SFC_IC0003", "", None),
    ],
)
def test_a_result_is_read_in_every_shape(body: bytes, code: str, receipt: str, minor: int | None) -> None:
    notice = mpesa_notices.read(NoticeKind.PAYOUT, body)

    assert (notice.is_readable, notice.code, notice.receipt, notice.amount_minor) == (True, code, receipt, minor)


@pytest.mark.parametrize(
    ("code", "state", "found"),
    [
        (0, "Completed", Found.COMPLETED),
        ("0", "completed", Found.COMPLETED),
        (0, "Failed", Found.FAILED),
        (0, "Declined", Found.FAILED),
        (0, "Pending", Found.PENDING),
        (0, "Something new", Found.UNCLEAR),
        (0, None, Found.UNCLEAR),
        (25, None, Found.UNKNOWN_TO_RAIL),
        (2001, None, Found.UNCLEAR),
    ],
)
def test_a_state_is_read_with_care(code: object, state: str | None, found: Found) -> None:
    parameters = {"ResultParameters": {"ResultParameter": [{"Key": "TransactionStatus", "Value": state}]}}

    assert mpesa_notices.read(NoticeKind.PAYOUT_STATE, told(ResultCode=code, **parameters)).found == found


@pytest.mark.parametrize("kind", list(NoticeKind))
@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[]", b"1", b"null", b"\xff", b'{"Body": []}', b'{"Result": "x"}', b"[" * 5000, b"9" * 5000),
        b'{"Body":{"stkCallback":{"CheckoutRequestID":{},"ResultCode":true}}}',
    ],
)
def test_nonsense_is_unreadable_and_raises_nothing(kind: NoticeKind, body: bytes) -> None:
    assert not mpesa_notices.read(kind, body).is_readable


def test_a_zero_byte_never_reaches_the_database() -> None:
    body = json.dumps({"Body": {"stkCallback": {"CheckoutRequestID": "ws\x00_1", "ResultCode": 0}}}).encode()

    assert mpesa_notices.read(NoticeKind.COLLECTION, body).rail_id == "ws_1"
