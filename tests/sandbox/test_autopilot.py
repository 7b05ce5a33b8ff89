"""The autopilot of the sandbox's phones"""

from typing import Any

import pytest

from tests.sandbox.conftest import AMINA, BRIAN, Outside


def result(outside: Outside, **changes: Any) -> str | None:
    """The result code of a push payment as the query tells it; None while it is being processed."""
    checkout = outside.push(**changes).json()["CheckoutRequestID"]
    outside.settle()
    answer = outside.query(checkout).json()
    return answer.get("ResultCode")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("pin", "0"),
        ("cancel", "1032"),
        ("wrong_pin", "2001"),
        ("unreachable", "1037"),
        ("insufficient", "1"),
        ("1019", "1019"),
        ("ignore", None),
        ("off", None),
    ],
)
def test_answers_every_phone(outside: Outside, answer: str, code: str | None) -> None:
    outside.autopilot(answer)

    assert result(outside) == code


def test_answers_after_its_delay_by_the_clock(outside: Outside) -> None:
    outside.autopilot("pin", delay_s=20)

    before = result(outside)
    outside.advance(21)

    assert before is None
    assert len(outside.statement()) == 1


def test_answers_only_the_named_phones(outside: Outside) -> None:
    outside.autopilot("pin", phones=[AMINA])

    assert (result(outside), result(outside, PhoneNumber=BRIAN)) == ("0", None)


def test_answers_a_phone_its_own_way(outside: Outside) -> None:
    outside.autopilot("pin", per_phone={BRIAN: "cancel"})

    assert (result(outside), result(outside, PhoneNumber=BRIAN)) == ("0", "1032")


def test_mixes_answers_the_same_way_in_every_run_of_one_seed(outside: Outside) -> None:
    outside.autopilot("mix", mix={"pin": 1, "cancel": 1}, seed=7)

    mixed = [result(outside, PhoneNumber=str(254700000000 + n)) for n in range(8)]

    assert mixed == ["1032", "1032", "1032", "1032", "1032", "1032", "0", "0"]


@pytest.mark.parametrize(
    ("phone", "amount", "code"),
    [
        ("254712341032", 50, "1032"),
        ("254712341037", 50, "1037"),
        ("254712342001", 50, "2001"),
        ("254712340001", 50, "1"),
        ("254712344999", 50, None),
        ("254712345678", 1532, "1032"),
        ("254712345678", 1537, "1037"),
        ("254712345678", 1500, "0"),
    ],
)
def test_follows_the_rules_of_number_and_amount(outside: Outside, phone: str, amount: int, code: str | None) -> None:
    outside.autopilot("rules")

    assert result(outside, PhoneNumber=phone, Amount=amount) == code


@pytest.mark.parametrize(("phone", "code"), [("254799991032", "1032"), ("254799990000", "0")])
def test_is_built_into_some_numbers(outside: Outside, phone: str, code: str) -> None:
    assert result(outside, PhoneNumber=phone) == code


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"answer": "maybe"}, "answer"),
        ({"delay_s": -1}, "delay_s"),
        ({"delay_s": True}, "delay_s"),
        ({"phones": ["0712"]}, "phones"),
        ({"phones": 5}, "phones"),
        ({"per_phone": {"x": "pin"}}, "per_phone"),
        ({"answer": "mix"}, "mix"),
        ({"answer": "mix", "mix": {"pin": 0}}, "mix"),
        ({"mood": "good"}, "mood"),
        ({"seed": 1.5}, "seed"),
    ],
)
def test_is_not_set_from_bad_input(outside: Outside, wish: dict[str, Any], field: str) -> None:
    outside.autopilot("cancel")

    answer = outside.client.post("/api/autopilot", json=wish)

    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)
    assert outside.client.get("/api/autopilot").json()["answer"] == "cancel"
