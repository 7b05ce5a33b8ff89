"""What goes wrong at Stripe, repeatably"""

import hashlib
import hmac
from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import Outside, Platform
from tests.sandbox.stripe_outside import Stripe


@pytest.fixture
def stripe(outside: Outside, platform: Platform) -> Stripe:
    wanted = ["payment_intent.succeeded", "payment_intent.created"]
    outside.client.put("/api/stripe/webhook", json={"url": platform.url, "enabled_events": wanted})
    return Stripe(outside)


def told(stripe: Stripe, platform: Platform) -> list[str]:
    stripe.outside.settle()
    return [body["type"].removeprefix("payment_intent.") for body in platform.told]


GATE = [
    ("too_many_requests", 429, "rate_limit", 0),
    ("lock_timeout", 429, "lock_timeout", 0),
    ("internal_error", 500, None, 0),
    ("error_without_effect", 500, None, 0),
    ("error_after_effect", 500, None, 1),
    ("idempotency_conflict", 409, "idempotency_key_in_use", 0),
]


@pytest.mark.parametrize(("fault", "status", "code", "charges"), GATE)
def test_refuses_with_or_without_effect(
    stripe: Stripe, fault: str, status: int, code: str | None, charges: int
) -> None:
    stripe.outside.faults(**{fault: {"next": 1, "scope": "stripe"}})

    error = stripe.refused("/payment_intents", status, key="k", **stripe.order())

    assert error.get("code") == code
    assert len(stripe.get("/charges")["data"]) == charges


@pytest.mark.parametrize(
    ("fault", "again"), [("internal_error", 200), ("error_without_effect", 500), ("error_after_effect", 500)]
)
def test_keeps_some_errors_under_the_key(stripe: Stripe, fault: str, again: int) -> None:
    stripe.outside.faults(**{fault: {"next": 1}})
    stripe.ask("POST", "/payment_intents", key="k", **stripe.order())

    assert stripe.ask("POST", "/payment_intents", key="k", **stripe.order()).status_code == again


@pytest.mark.parametrize(("fault", "charges"), [("request_lost", 0), ("answer_lost", 1)])
def test_hangs_up_before_or_after_the_effect_and_pays_once(stripe: Stripe, fault: str, charges: int) -> None:
    stripe.outside.faults(**{fault: {"next": 1}})
    with pytest.raises((ConnectionResetError, httpx.TransportError)):
        stripe.ask("POST", "/payment_intents", key="k", **stripe.order())
    assert len(stripe.get("/charges")["data"]) == charges

    assert stripe.post("/payment_intents", key="k", **stripe.order())["status"] == "succeeded"
    assert len(stripe.get("/charges")["data"]) == 1


WEBHOOKS: list[tuple[str, dict[str, int], list[str]]] = [
    ("callback_lost", {"next": 1}, ["succeeded"]),
    ("callback_duplicated", {"next": 1, "times": 3}, ["created", "created", "created", "succeeded"]),
    ("callback_reordered", {"next": 1}, ["succeeded", "created"]),
    ("callback_late", {"next": 1}, ["succeeded"]),
]


@pytest.mark.parametrize(("fault", "setting", "heard"), WEBHOOKS)
def test_tells_wrongly(
    stripe: Stripe, platform: Platform, fault: str, setting: dict[str, int], heard: list[str]
) -> None:
    stripe.outside.faults(**{fault: setting | {"scope": "stripe"}})

    stripe.pay()

    assert sorted(told(stripe, platform)) == sorted(heard)
    if fault == "callback_reordered":
        assert told(stripe, platform) == heard
    if fault == "callback_late":
        stripe.outside.advance(7_201)
        assert told(stripe, platform) == [*heard, "created"]


def test_tells_before_it_answers(stripe: Stripe, platform: Platform) -> None:
    stripe.outside.client.put("/api/preferences", json={"callback_delay_s": 3600})
    stripe.outside.faults(callback_before_answer={"probability": 1})

    stripe.pay()

    # Both, in whichever order they were read: they are told side by side.
    assert sorted(body["type"] for body in platform.told) == ["payment_intent.created", "payment_intent.succeeded"]


def is_signed(body: str, header: str, now_s: float) -> bool:
    """As a careful platform verifies: the stamp is fresh, and one of the signatures fits."""
    parts = [part.partition("=") for part in header.split(",")]
    stamp = next(value for name, _, value in parts if name == "t")
    right = hmac.new(b"whsec_pamoja_sandbox", f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()
    return abs(now_s - int(stamp)) < 300 and any(value == right for name, _, value in parts if name == "v1")


@pytest.mark.parametrize("fault", ["forged_unknown", "forged_success", "stale_signature"])
def test_forges_beside_the_truth_and_nobody_careful_believes_it(stripe: Stripe, platform: Platform, fault: str) -> None:
    stripe.outside.faults(**{fault: {"next": 1}})
    stripe.pay()
    stripe.outside.settle()

    now_s = stripe.get("/events")["data"][0]["created"]
    believed = [is_signed(body, headers["Stripe-Signature"], now_s) for body, headers in platform.raw]

    assert sorted(believed) == [False, True, True]


LIES: list[tuple[str, str, Any]] = [
    ("stale_object", "status", "requires_confirmation"),
    ("callback_wrong_amount", "amount_received", 5_001),
]


@pytest.mark.parametrize(("fault", "field", "value"), LIES)
def test_tells_another_object_than_there_is(
    stripe: Stripe, platform: Platform, fault: str, field: str, value: Any
) -> None:
    stripe.outside.faults(**{fault: {"probability": 1}})

    intent = stripe.pay()
    stripe.outside.settle()

    (lie,) = (body["data"]["object"] for body in platform.told if body["type"] == "payment_intent.succeeded")
    assert lie[field] == value
    assert stripe.get(f"/payment_intents/{intent['id']}")[field] != value


def test_declines_in_a_burst(stripe: Stripe) -> None:
    stripe.outside.faults(decline_burst={"next": 1, "times": 3})

    answers = [stripe.ask("POST", "/payment_intents", **stripe.order()).status_code for _ in range(5)]

    assert answers == [402, 402, 402, 200, 200]


@pytest.mark.parametrize(("fault", "lines"), [("line_missing", 1), ("line_extra", 3)])
def test_falsifies_a_list_this_time(stripe: Stripe, fault: str, lines: int) -> None:
    stripe.pay()
    stripe.pay()
    stripe.outside.faults(**{fault: {"next": 1, "scope": "stripe"}})

    assert len(stripe.get("/balance_transactions")["data"]) == lines
    assert len(stripe.get("/balance_transactions")["data"]) == 2


def test_strikes_the_same_payments_again_from_the_same_seed(stripe: Stripe) -> None:
    def run(seed: int) -> list[int]:
        stripe.outside.client.delete("/api/stripe")
        stripe.outside.faults(seed=seed, internal_error={"probability": 0.5})
        orders = [stripe.order(receipt_email=f"m{number}@example.org") for number in range(12)]
        return [stripe.ask("POST", "/payment_intents", **order).status_code for order in orders]

    assert run(7) == run(7)
    assert run(7) != run(8)
