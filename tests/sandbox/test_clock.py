"""The clock of the outside world"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.conftest import AMINA, BRIAN, Outside, Platform


def now(outside: Outside) -> datetime:
    return datetime.fromisoformat(outside.client.get("/clock").json()["now"])


def test_is_real_until_it_is_turned(outside: Outside) -> None:
    assert outside.client.get("/clock").json()["offset_s"] == 0
    assert abs(now(outside) - datetime.now(UTC)) < timedelta(seconds=5)


def test_turns_to_a_moment_and_goes_on(outside: Outside) -> None:
    outside.client.put("/clock", json={"now": "2030-01-31T09:00:00Z"})

    assert timedelta(0) <= now(outside) - datetime(2030, 1, 31, 9, tzinfo=UTC) < timedelta(seconds=5)


def test_advances_and_comes_back(outside: Outside) -> None:
    outside.client.put("/clock", json={"advance_s": 86_400})
    ahead = now(outside) - datetime.now(UTC)
    outside.client.put("/clock", json={"real": True})

    assert timedelta(hours=23) < ahead < timedelta(hours=25)
    assert outside.client.get("/clock").json()["offset_s"] == 0


def test_lets_what_became_due_happen_in_order_before_it_answers(outside: Outside, platform: Platform) -> None:
    first = outside.push(PhoneNumber=AMINA).json()["CheckoutRequestID"]
    outside.client.put("/clock", json={"advance_s": 5})
    second = outside.push(PhoneNumber=BRIAN).json()["CheckoutRequestID"]

    turned = outside.client.put("/clock", json={"advance_s": 30 * 86_400}).json()
    prompts = [
        outside.client.get(f"/api/phones/{phone}/prompts?all=1").json()["prompts"][0] for phone in (AMINA, BRIAN)
    ]
    outside.settle()

    assert turned["happened"] >= 2
    assert [prompt["result_code"] for prompt in prompts] == ["1037", "1037"]
    assert [prompt["answered_at"] for prompt in prompts] == [prompt["expires_at"] for prompt in prompts]
    assert {told["CheckoutRequestID"] for told in platform.stk()} == {first, second}


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"now": "tomorrow"},
        {"now": "1999-01-01T00:00:00Z"},
        {"now": "9999-12-31T23:59:59Z"},
        {"advance_s": "60"},
        {"advance_s": 1e300},
        {"real": False},
        {"now": "2030-01-01T00:00:00Z", "advance_s": 1},
    ],
)
def test_is_not_turned_by_bad_input(outside: Outside, wish: dict[str, Any]) -> None:
    assert outside.client.put("/clock", json=wish).status_code == 400
    assert outside.client.get("/clock").json()["offset_s"] == 0
