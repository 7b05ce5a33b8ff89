"""A fault of the sandbox

Whatever it tells, the statement stays the truth: `paid` is what really moved.
"""

from typing import Any

import pytest

from tests.sandbox.conftest import AMINA, BRIAN, Outside, Platform


def paid(outside: Outside) -> list[int]:
    return [movement["amount_kes"] for movement in outside.statement()]


def pay(outside: Outside, **changes: Any) -> str:
    """A push payment answered with the right PIN; returns its CheckoutRequestID."""
    outside.autopilot("pin")
    answer = outside.push(**changes)
    assert answer.status_code == 200, answer.text
    outside.settle()
    return str(answer.json()["CheckoutRequestID"])


def test_loses_the_callback_only(outside: Outside, platform: Platform) -> None:
    outside.faults(callback_lost={"next": 1})

    checkout = pay(outside)

    assert platform.told == []
    assert outside.query(checkout).json()["ResultCode"] == "0"
    assert paid(outside) == [50]


def test_sends_the_callback_several_times(outside: Outside, platform: Platform) -> None:
    outside.faults(callback_duplicated={"next": 1, "times": 4})

    pay(outside)

    assert len(platform.stk()) == 4
    assert all(told == platform.stk()[0] for told in platform.stk())
    assert paid(outside) == [50]


def test_sends_the_callback_late_by_the_clock(outside: Outside, platform: Platform) -> None:
    outside.faults(callback_late={"next": 1, "delay_s": 7200})
    pay(outside)

    outside.advance(7100)
    before = len(platform.told)
    outside.advance(200)

    assert (before, len(platform.told)) == (0, 1)


def test_sends_the_callback_before_the_push_is_answered(outside: Outside, platform: Platform) -> None:
    outside.faults(callback_before_answer={"next": 1})

    answer = outside.push()

    (told,) = platform.stk()
    assert told["CheckoutRequestID"] == answer.json()["CheckoutRequestID"]
    assert paid(outside) == [50]


def test_lets_the_next_callback_overtake(outside: Outside, platform: Platform) -> None:
    outside.faults(callback_reordered={"next": 1})

    first, second = pay(outside), pay(outside, PhoneNumber=BRIAN)

    assert [told["CheckoutRequestID"] for told in platform.stk()] == [second, first]


def test_holds_a_callback_that_nothing_overtakes_for_a_while_only(outside: Outside, platform: Platform) -> None:
    outside.faults(callback_reordered={"next": 1, "wait_s": 30})
    pay(outside)

    before = len(platform.told)
    outside.advance(31)

    assert (before, len(platform.told)) == (0, 1)


def test_reports_another_amount_than_was_paid(outside: Outside, platform: Platform) -> None:
    outside.faults(callback_wrong_amount={"next": 1, "more_kes": 100})

    pay(outside)

    assert platform.stk()[0]["CallbackMetadata"]["Item"][0] == {"Name": "Amount", "Value": 150.0}
    assert paid(outside) == [50]


def test_writes_numbers_as_text_and_the_text_code_as_a_number(outside: Outside, platform: Platform) -> None:
    outside.faults(callback_as_text={"next": 1})

    checkout = pay(outside)

    (told,) = platform.stk()
    assert told["ResultCode"] == "0"
    assert told["CallbackMetadata"]["Item"][0]["Value"] == "50"
    assert outside.query(checkout).json()["ResultCode"] == 0


def test_forges_a_callback_for_ids_nobody_issued(outside: Outside, platform: Platform) -> None:
    outside.faults(forged_unknown={"next": 1})

    checkout = pay(outside)

    told = {callback["CheckoutRequestID"]: peer for callback, peer in zip(platform.stk(), platform.peers, strict=True)}
    assert told.pop(checkout) == "127.0.0.1"
    assert list(told.values()) == ["127.0.0.66"]
    assert paid(outside) == [50]


def test_forges_success_for_a_payment_that_is_then_cancelled(outside: Outside, platform: Platform) -> None:
    outside.faults(forged_success={"next": 1})
    checkout = outside.push().json()["CheckoutRequestID"]
    outside.settle()

    outside.answer(action="cancel")
    outside.settle()

    told = [(callback["CheckoutRequestID"], callback["ResultCode"]) for callback in platform.stk()]
    assert told == [(checkout, 0), (checkout, 1032)]
    assert platform.peers == ["127.0.0.66", "127.0.0.1"]
    assert outside.query(checkout).json()["ResultCode"] == "1032"
    assert paid(outside) == []


def test_ends_a_payment_with_an_unknown_code(outside: Outside, platform: Platform) -> None:
    outside.faults(unknown_result_code={"next": 1, "code": 7531})

    checkout = pay(outside)

    assert platform.stk()[0]["ResultCode"] == 7531
    assert outside.query(checkout).json()["ResultCode"] == "7531"
    assert paid(outside) == []


def test_reports_1037_and_hours_later_success(outside: Outside, platform: Platform) -> None:
    outside.faults(late_success={"next": 1, "delay_s": 7200})

    checkout = pay(outside)
    before = outside.query(checkout).json()["ResultCode"]
    outside.advance(7201)
    outside._token = ""

    assert before == "1037"
    assert outside.query(checkout).json()["ResultCode"] == "0"
    assert [told["ResultCode"] for told in platform.stk()] == [1037, 0]
    assert platform.stk()[1]["CallbackMetadata"]["Item"][1]["Value"] == outside.statement()[0]["receipt"]
    assert paid(outside) == [50]


def test_lets_the_query_lag_behind_the_callback(outside: Outside, platform: Platform) -> None:
    outside.faults(query_lags={"next": 1, "delay_s": 30})

    checkout = pay(outside)
    lagging = outside.query(checkout)
    outside.advance(31)

    assert platform.stk()[0]["ResultCode"] == 0
    assert lagging.json()["errorCode"] == "500.001.1001"
    assert outside.query(checkout).json()["ResultCode"] == "0"


def test_tells_a_push_payment_as_c2b_too(outside: Outside, platform: Platform) -> None:
    urls = {"ConfirmationURL": f"{outside.hooks}/confirm", "ValidationURL": f"{outside.hooks}/validate"}
    outside.call("/mpesa/c2b/v1/registerurl", {"ShortCode": "174379", "ResponseType": "Completed"} | urls)
    outside.faults(also_c2b={"next": 1})

    pay(outside)

    (receipt,) = [movement["receipt"] for movement in outside.statement()]
    assert [body["TransID"] for body in platform.told if body["path"] == "/hooks/confirm"] == [receipt]
    assert platform.stk()[0]["CallbackMetadata"]["Item"][1]["Value"] == receipt


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("token_expires", 401, "401.002.01"),
        ("spike_arrest", 500, "500.003.02"),
        ("too_many_requests", 429, "429"),
        ("internal_error", 500, "500.003.1001"),
    ],
)
def test_at_the_gate_refuses_and_does_nothing(outside: Outside, kind: str, status: int, code: str) -> None:
    outside.faults(**{kind: {"next": 1}})

    answer = outside.push()
    outside._token = ""

    assert (answer.status_code, answer.json()["errorCode"]) == (status, code)
    assert outside.prompts() == []
    assert outside.push().status_code == 200


def test_at_the_gate_may_answer_with_a_page(outside: Outside) -> None:
    outside.faults(html_error={"next": 1})

    answer = outside.push()

    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html; charset=utf-8")


def test_at_the_gate_really_takes_the_token_away(outside: Outside) -> None:
    outside.faults(token_expires={"next": 1})
    outside.push()

    assert outside.push().json()["errorCode"] == "401.002.01"


def test_loses_the_answer_after_the_prompt_was_shown(outside: Outside) -> None:
    outside.faults(answer_lost={"next": 1})

    with pytest.raises(ConnectionResetError):
        outside.push()

    assert len(outside.prompts()) == 1


def test_loses_the_request_before_anything_was_done(outside: Outside) -> None:
    outside.faults(request_lost={"next": 1})

    with pytest.raises(ConnectionResetError):
        outside.push()

    assert outside.prompts() == []


def test_loses_the_answer_to_a_payout_that_is_made(outside: Outside, platform: Platform) -> None:
    outside.faults(answer_lost={"next": 1, "scope": "b2c"})

    with pytest.raises(ConnectionResetError):
        outside.b2c()
    outside.settle()

    assert outside.b2c().json()["errorCode"] == "500.002.1001"
    assert len(platform.results()) == 1
    assert paid(outside) == [60_000]


def test_is_not_used_up_by_a_payout_that_is_refused_as_a_duplicate(outside: Outside) -> None:
    outside.b2c()
    outside.faults(callback_lost={"next": 1, "scope": "b2c"})

    outside.b2c()

    assert outside.client.get("/api/faults").json()["faults"]["callback_lost"]["next"] == 1


def test_loses_the_result_of_a_payout_that_is_made(outside: Outside, platform: Platform) -> None:
    outside.faults(callback_lost={"next": 1, "scope": "b2c"})

    outside.b2c()
    outside.settle()

    assert platform.told == []
    assert paid(outside) == [60_000]


@pytest.mark.parametrize(
    ("kind", "moved", "state"),
    [("timeout_after_effect", [60_000], "Completed"), ("timeout_without_effect", [], "Failed")],
)
def test_tells_only_a_queue_time_out(
    outside: Outside, platform: Platform, kind: str, moved: list[int], state: str
) -> None:
    outside.faults(**{kind: {"next": 1}})

    outside.b2c()
    outside.settle()
    outside.command(
        "/mpesa/transactionstatus/v1/query",
        CommandID="TransactionStatusQuery",
        PartyA="174379",
        IdentifierType="4",
        OriginalConversationID="payout-1",
    )
    outside.settle()

    timed_out, status = platform.told
    assert timed_out["path"] == "/hooks/timeout"
    assert timed_out["Result"]["ResultCode"] == 1
    told = {item["Key"]: item.get("Value") for item in status["Result"]["ResultParameters"]["ResultParameter"]}
    assert told["TransactionStatus"] == state
    assert paid(outside) == moved


def test_tells_one_result_parameter_without_a_list(outside: Outside, platform: Platform) -> None:
    outside.faults(result_parameter_object={"next": 1})

    outside.b2c()
    outside.settle()

    (result,) = platform.results()
    assert result["ResultParameters"]["ResultParameter"]["Key"] == "TransactionReceipt"
    assert isinstance(result["ReferenceData"]["ReferenceItem"], list)


def test_forges_the_result_of_a_payout(outside: Outside, platform: Platform) -> None:
    outside.faults(forged_success={"next": 1, "scope": "b2c"})

    outside.b2c(InitiatorName="stranger")
    outside.settle()

    assert sorted(result["ResultCode"] for result in platform.results()) == [0, 2001]
    assert paid(outside) == []


def test_strikes_only_its_scope(outside: Outside, platform: Platform) -> None:
    outside.faults(callback_lost={"next": 1, "scope": "b2c"})

    pay(outside)

    assert len(platform.stk()) == 1


def test_strikes_the_same_payments_again_from_the_same_seed(outside: Outside) -> None:
    def struck(seed: int) -> list[bool]:
        outside.faults(seed=seed, spike_arrest={"probability": 0.5})
        return [outside.push(PhoneNumber=f"2547000000{n:02}").status_code == 500 for n in range(20)]

    outside.client.put("/api/preferences", json={"second_prompt": "show"})
    first, again, other = struck(7), struck(7), struck(8)

    assert first == again
    assert first != other
    assert 3 <= sum(first) <= 17


def test_strikes_a_phone_the_same_way_whoever_came_between(outside: Outside) -> None:
    def struck(*phones: str) -> list[bool]:
        outside.faults(seed=3, spike_arrest={"probability": 0.5})
        return [outside.push(PhoneNumber=phone).status_code == 500 for phone in phones]

    outside.client.put("/api/preferences", json={"second_prompt": "show"})

    alone = struck(AMINA, AMINA, AMINA, AMINA)
    amid = struck(AMINA, BRIAN, AMINA, BRIAN, AMINA, BRIAN, AMINA)

    assert amid[::2] == alone


def test_is_listed_with_what_it_does_and_how_often_it_struck(outside: Outside) -> None:
    outside.faults(callback_lost={"next": 2})
    pay(outside)

    listed = outside.client.get("/api/faults").json()["faults"]

    assert len(listed) >= 20
    assert (listed["callback_lost"]["next"], listed["callback_lost"]["fired"]) == (1, 1)
    assert all(fault["title"] and fault["says"] for fault in listed.values())


def test_is_named_in_the_log(outside: Outside) -> None:
    outside.faults(callback_duplicated={"next": 1})

    pay(outside)

    notes = [entry["note"] for entry in outside.client.get("/api/requests").json()["requests"]]
    assert sum("fault: callback_duplicated" in note for note in notes) == 4


@pytest.mark.parametrize(
    "wish",
    [
        {"faults": {"nothing": {"next": 1}}},
        {"faults": {"callback_lost": {"probability": 2}}},
        {"faults": {"callback_lost": {"probability": "often"}}},
        {"faults": {"callback_lost": {"next": -1}}},
        {"faults": {"callback_lost": {"sometimes": 1}}},
        {"faults": {"late_success": {"next": 1, "scope": "b2c"}}},
        {"faults": []},
        {"seed": "x"},
    ],
)
def test_is_not_set_from_bad_input(outside: Outside, wish: dict[str, Any]) -> None:
    outside.faults(callback_lost={"next": 5})

    answer = outside.client.put("/api/faults", json=wish)

    assert answer.status_code == 400
    assert outside.client.get("/api/faults").json()["faults"]["callback_lost"]["next"] == 5
