"""Stripe's own pages, as members meet them"""

from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import Outside
from tests.sandbox.stripe_outside import Stripe

LINES = [{"price_data": {"currency": "gbp", "unit_amount": 1_500, "product_data": {"name": "Hat"}}, "quantity": 2}]
BACK = "https://example.org/back?session={CHECKOUT_SESSION_ID}"


@pytest.fixture
def stripe(outside: Outside) -> Stripe:
    return Stripe(outside)


def session(stripe: Stripe, **given: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {"mode": "payment", "success_url": BACK, "cancel_url": "https://example.org/no"}
    if given.get("mode") != "setup":
        usual["line_items"] = LINES
    return stripe.post("/checkout/sessions", **usual | given)


def path(url: str) -> str:
    return url.partition("http://sandbox")[2]


def fill_in(stripe: Stripe, url: str, number: str = "4242424242424242", **more: str) -> httpx.Response:
    form = {"kind": "card", "email": "amina@example.org", "name": "Amina", "number": number, "expiry": "12 / 34",
            "cvc": "123"}  # fmt: skip
    return stripe.outside.client.post(path(url), data=form | more, headers={"Accept": "text/html"})


def test_takes_a_payment_and_goes_back(stripe: Stripe) -> None:
    opened = session(stripe)
    assert "£30.00" in stripe.outside.client.get(path(opened["url"])).text

    answer = fill_in(stripe, opened["url"])

    assert answer.headers["location"] == BACK.replace("{CHECKOUT_SESSION_ID}", opened["id"])
    after = stripe.get(f"/checkout/sessions/{opened['id']}", expand=["payment_intent", "line_items"])
    assert (after["status"], after["payment_status"], after["url"]) == ("complete", "paid", None)
    assert (after["payment_intent"]["amount_received"], after["line_items"]["data"][0]["quantity"]) == (3_000, 2)
    assert stripe.events(about=opened["id"]) == ["checkout.session.completed"]


def test_says_a_decline_and_lets_the_payer_try_again(stripe: Stripe) -> None:
    opened = session(stripe)

    declined = fill_in(stripe, opened["url"], "4000000000009995")

    assert declined.status_code == 402
    assert "Your card has insufficient funds." in declined.text
    assert fill_in(stripe, opened["url"]).status_code == 303
    assert [charge["status"] for charge in stripe.get("/charges")["data"]] == ["succeeded", "failed"]


@pytest.mark.parametrize(("answer", "status"), [("approve", "complete"), ("decline", "open")])
def test_sends_the_payer_to_their_bank(stripe: Stripe, answer: str, status: str) -> None:
    opened = session(stripe)
    bank = fill_in(stripe, opened["url"], "4000002760003184").headers["location"]
    assert "£30.00" in stripe.outside.client.get(path(bank)).text

    back = stripe.outside.client.post(path(bank), data={"answer": answer}).headers["location"]
    stripe.outside.client.get(path(back))

    assert stripe.get(f"/checkout/sessions/{opened['id']}")["status"] == status
    assert len(stripe.get("/charges")["data"]) == (1 if status == "complete" else 0)


def test_keeps_a_card_without_taking_anything(stripe: Stripe) -> None:
    customer = stripe.customer()["id"]
    opened = session(stripe, mode="setup", customer=customer, currency="gbp")

    fill_in(stripe, opened["url"])

    (method,) = stripe.get(f"/customers/{customer}/payment_methods")["data"]
    intent = stripe.get(f"/checkout/sessions/{opened['id']}", expand=["setup_intent"])["setup_intent"]
    assert (intent["status"], intent["payment_method"]) == ("succeeded", method["id"])
    assert stripe.get("/charges")["data"] == []


def test_tells_of_a_bank_debit_twice(stripe: Stripe) -> None:
    stripe.outside.client.put("/api/preferences", json={"bank_debit_s": 60})
    opened = session(stripe, payment_method_types=["card", "bacs_debit"])
    fill_in(stripe, opened["url"], kind="bacs_debit", sort_code="10-88-00", account_number="00012345")
    assert stripe.get(f"/checkout/sessions/{opened['id']}")["payment_status"] == "unpaid"

    stripe.outside.advance(61)

    told = stripe.events(about=opened["id"])
    assert told == ["checkout.session.completed", "checkout.session.async_payment_succeeded"]


def test_begins_a_subscription_with_a_promotion_code(stripe: Stripe) -> None:
    coupon = stripe.post("/coupons", percent_off=50, duration="once")["id"]
    stripe.post("/promotion_codes", promotion={"type": "coupon", "coupon": coupon}, code="HALF")
    data = LINES[0]["price_data"] | {"recurring": {"interval": "month"}}
    opened = session(stripe, mode="subscription", allow_promotion_codes=True, line_items=[{"price_data": data}])

    page = stripe.outside.client.post(path(opened["url"]), data={"promotion": "half"})
    fill_in(stripe, opened["url"])

    assert "£7.50" in page.text
    after = stripe.get(f"/checkout/sessions/{opened['id']}", expand=["subscription.latest_invoice"])
    assert (after["status"], after["amount_total"]) == ("complete", 750)
    assert after["subscription"]["status"] == "active"
    assert after["subscription"]["latest_invoice"]["amount_paid"] == 750
    assert after["subscription"]["default_payment_method"]


def test_expires(stripe: Stripe) -> None:
    asked, left = session(stripe), session(stripe)
    stripe.post(f"/checkout/sessions/{asked['id']}/expire")

    stripe.outside.advance(24 * 3_600 + 1)

    for each in (asked, left):
        assert stripe.get(f"/checkout/sessions/{each['id']}")["status"] == "expired"
        assert fill_in(stripe, each["url"]).status_code == 402
    assert stripe.get("/charges")["data"] == []


def test_pays_members_and_coaches_through_connect(stripe: Stripe) -> None:
    bank = {"object": "bank_account", "country": "GB", "currency": "gbp", "account_number": "00012345"}
    account = stripe.post("/accounts", type="express", external_account=bank)["id"]
    order = {"amount": 4_000, "currency": "gbp", "destination": account}
    assert stripe.refused("/transfers", 400, **order)["code"] == "insufficient_capabilities_for_transfer"

    link = stripe.post("/account_links", account=account, type="account_onboarding", refresh_url="https://a.example",
                       return_url="https://b.example")  # fmt: skip
    stripe.outside.client.post(path(link["url"]), data={"answer": "done"})
    assert stripe.refused("/transfers", 400, **order)["code"] == "balance_insufficient"

    stripe.pay("pm_card_bypassPending", 10_000)
    transfer = stripe.post("/transfers", **order)
    payout = stripe.post("/payouts", amount=3_000, currency="gbp", on=account)
    stripe.outside.advance(3 * 86_400)

    assert stripe.get(f"/payouts/{payout['id']}", on=account)["status"] == "paid"
    assert (stripe.available(account), stripe.available()) == (1_000, 10_000 - 170 - 4_000)
    assert stripe.refused(f"/transfers/{transfer['id']}/reversals", 400)["code"] == "balance_insufficient"
    stripe.post(f"/transfers/{transfer['id']}/reversals", amount=1_000)
    assert stripe.get(f"/transfers/{transfer['id']}")["amount_reversed"] == 1_000


def test_brings_back_a_payout_that_the_bank_refuses(stripe: Stripe) -> None:
    bank = {"object": "bank_account", "country": "GB", "currency": "gbp", "account_number": "00088888"}
    account = stripe.post("/accounts", type="express", external_account=bank)["id"]
    stripe.outside.client.post(f"/stripe/onboarding/{account}", data={"answer": "done"})
    stripe.pay("pm_card_bypassPending", 10_000)
    stripe.post("/transfers", amount=4_000, currency="gbp", destination=account)
    payout = stripe.post("/payouts", amount=3_000, currency="gbp", on=account)["id"]

    stripe.outside.advance(3 * 86_400)
    first = stripe.get(f"/payouts/{payout}", on=account)["status"]
    stripe.outside.advance(3 * 86_400)

    assert (first, stripe.get(f"/payouts/{payout}", on=account)["status"]) == ("paid", "failed")
    assert stripe.available(account) == 4_000
