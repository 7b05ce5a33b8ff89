"""The door in front of Stripe's API"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sandbox.conftest import Outside
from tests.sandbox.stripe_outside import KEY, Stripe


@pytest.fixture
def stripe(outside: Outside) -> Stripe:
    return Stripe(outside)


REFUSED = [
    ({"secret": "sk_live_1234"}, 401, None),
    ({"secret": "pk_test_1234"}, 401, "secret_key_required"),
    ({"on": "acct_nobody"}, 403, "account_invalid"),
    ({"colour": "red"}, 400, "parameter_unknown"),
    ({"metadata": {"k" * 41: "v"}}, 400, None),
    ({"balance": "much"}, 400, "parameter_invalid_integer"),
    ({"payment_method": "pm_nobody"}, 400, "resource_missing"),
]


@pytest.mark.parametrize(("given", "status", "code"), REFUSED)
def test_refuses_and_makes_nothing(stripe: Stripe, given: dict[str, str], status: int, code: str | None) -> None:
    error = stripe.refused("/customers", status, **given)

    assert error.get("code") == code
    assert stripe.get("/customers")["data"] == []


def test_takes_the_key_as_a_user_name_too(outside: Outside) -> None:
    answer = outside.client.get("/stripe/v1/balance", auth=(KEY, ""))

    assert answer.status_code == 200
    assert answer.headers["Request-Id"].startswith("req_")


def test_says_unknown_addresses_in_stripes_words(outside: Outside) -> None:
    answer = outside.client.get("/stripe/v1/unicorns")

    assert answer.status_code == 404
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_expands_what_is_asked_for(stripe: Stripe) -> None:
    intent = stripe.pay(expand=["latest_charge.balance_transaction", "latest_charge.refunds"])

    assert intent["latest_charge"]["balance_transaction"]["source"] == intent["latest_charge"]["id"]
    assert intent["latest_charge"]["refunds"]["data"] == []
    page = stripe.get("/payment_intents", expand=["data.latest_charge"])
    assert page["data"][0]["latest_charge"]["object"] == "charge"
    assert (
        "cannot be expanded"
        in stripe.refused(f"/payment_intents/{intent['id']}", 400, verb="GET", expand=["x"])["message"]
    )


def test_answers_a_repeated_key_with_what_it_said_first(stripe: Stripe) -> None:
    order = stripe.order()

    first, again = (stripe.ask("POST", "/payment_intents", key="k", **order) for _ in range(2))

    assert first.content == again.content
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(stripe.get("/charges")["data"]) == 1


def test_refuses_a_key_that_was_used_for_something_else(stripe: Stripe) -> None:
    stripe.post("/payment_intents", key="k", **stripe.order())

    error = stripe.refused("/payment_intents", 400, key="k", **stripe.order(amount=6_000))

    assert error["type"] == "idempotency_error"
    assert len(stripe.get("/charges")["data"]) == 1


def test_refuses_a_key_whose_first_request_is_not_answered_yet(stripe: Stripe) -> None:
    stripe.outside.faults(slow_answer={"next": 1, "scope": "stripe", "delay_ms": 300})

    with ThreadPoolExecutor(2) as both:
        asked = [both.submit(stripe.ask, "POST", "/payment_intents", key="k", **stripe.order()) for _ in range(2)]
    answers = sorted((each.result() for each in asked), key=lambda answer: answer.status_code)

    assert [answer.status_code for answer in answers] == [200, 409]
    assert answers[1].json()["error"]["code"] == "idempotency_key_in_use"
    assert answers[1].headers["Stripe-Should-Retry"] == "true"
    assert len(stripe.get("/charges")["data"]) == 1


def test_keeps_no_validation_failure_under_its_key(stripe: Stripe) -> None:
    stripe.refused("/payment_intents", 400, key="k", **stripe.order(colour="red"))

    assert stripe.post("/payment_intents", key="k", **stripe.order())["status"] == "succeeded"


def test_forgets_a_key_after_a_day(stripe: Stripe) -> None:
    first = stripe.post("/payment_intents", key="k", **stripe.order())
    stripe.outside.advance(86_401)

    assert stripe.post("/payment_intents", key="k", **stripe.order())["id"] != first["id"]


def test_keeps_keys_apart_by_account(stripe: Stripe) -> None:
    account = stripe.post("/accounts", type="express")["id"]

    ours = stripe.post("/customers", key="k", email="a@example.org")
    theirs = stripe.post("/customers", key="k", email="a@example.org", on=account)

    assert ours["id"] != theirs["id"]
    assert stripe.refused(f"/customers/{theirs['id']}", 404, verb="GET")["code"] == "resource_missing"


def test_keeps_an_answer_over_a_restart(outside: Outside) -> None:
    first = Stripe(outside).post("/payment_intents", key="k", **Stripe(outside).order())

    after = Stripe(outside.again())

    assert after.post("/payment_intents", key="k", **after.order()) == first


def test_limits_requests_to_so_many_a_second(stripe: Stripe) -> None:
    stripe.outside.client.put("/api/preferences", json={"stripe_rate_per_s": 2})

    answers = [stripe.ask("GET", "/balance").status_code for _ in range(3)]

    assert answers == [200, 200, 429]


def test_makes_the_same_ids_from_the_same_seed(outside: Outside) -> None:
    first = [Stripe(outside).customer()["id"] for _ in range(2)]
    outside.client.delete("/api/stripe")

    assert [Stripe(outside).customer()["id"] for _ in range(2)] == first
    outside.client.delete("/api/stripe")
    outside.faults(seed=2)
    assert Stripe(outside).customer()["id"] != first[0]


def test_masks_numbers_and_secrets_in_the_log(stripe: Stripe) -> None:
    stripe.post(
        "/payment_methods",
        type="card",
        card={"number": "4242424242424242", "exp_month": 1, "exp_year": 2040, "cvc": "987"},
    )
    stripe.pay()

    log = str(stripe.outside.client.get("/api/requests", params={"scope": "stripe"}).json())

    assert "4242424242424242" not in log
    assert "987" not in log.split("body")[1][:200]
    assert KEY not in log
    assert "_secret_****" in log


def test_forgetting_everything_gives_no_endpoints_id_a_second_time(stripe: Stripe) -> None:
    def open_one() -> str:
        path = f"{stripe.outside.hooks}/stripe"
        return str(stripe.post("/webhook_endpoints", url=path, enabled_events=["*"])["id"])

    kept = {open_one(), open_one()}
    for _ in range(2):
        assert stripe.outside.client.delete("/api/stripe").status_code == 200
        kept |= {open_one()}

    assert len(kept) == 4
