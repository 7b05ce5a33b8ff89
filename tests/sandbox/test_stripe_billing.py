"""Subscriptions, invoices and discounts at Stripe, on test clocks"""

from typing import Any

import pytest

from tests.sandbox.conftest import Outside
from tests.sandbox.stripe_outside import Stripe

DAY = 86_400
NEW_YEAR = 1_767_225_600  # 2026-01-01T00:00:00Z


@pytest.fixture
def stripe(outside: Outside) -> Stripe:
    return Stripe(outside)


class Billing:
    """A customer on a test clock who subscribes to something of ten pounds a month."""

    def __init__(self, stripe: Stripe, card: str = "pm_card_visa", **plan: Any) -> None:
        self.stripe = stripe
        self.clock = stripe.post("/test_helpers/test_clocks", frozen_time=NEW_YEAR)["id"]
        self.customer = stripe.customer(card, test_clock=self.clock)
        price = {"currency": "gbp", "unit_amount": 1_000, "recurring": {"interval": "month"}} | plan
        self.price = stripe.post("/prices", **price, product_data={"name": "Circle"})["id"]

    def subscribe(self, **given: Any) -> dict[str, Any]:
        order = {"customer": self.customer["id"], "items": [{"price": self.price}], "expand": ["latest_invoice"]}
        return self.stripe.post("/subscriptions", **order | given)

    def charge_from_now_on(self, card: str) -> None:
        method = self.stripe.post(f"/payment_methods/{card}/attach", customer=self.customer["id"])
        settings = {"default_payment_method": method["id"]}
        self.stripe.post(f"/customers/{self.customer['id']}", invoice_settings=settings)

    def advance(self, days: float) -> None:
        path = f"/test_helpers/test_clocks/{self.clock}"
        to = int(self.stripe.get(path)["frozen_time"] + days * DAY)
        self.stripe.post(f"{path}/advance", frozen_time=to)
        self.stripe.outside.settle()
        assert self.stripe.get(path)["status"] == "ready"

    def state(self, subscription: dict[str, Any]) -> tuple[str, str, int, int]:
        """Status, and of the newest invoice its status, what it took and how often that was tried."""
        found = self.stripe.get(f"/subscriptions/{subscription['id']}", expand=["latest_invoice"])
        invoice = found["latest_invoice"]
        return found["status"], invoice["status"], invoice["amount_paid"], invoice["attempt_count"]


def test_goes_through_trial_renewal_failure_grace_and_recovery(stripe: Stripe) -> None:
    billing = Billing(stripe)
    subscription = billing.subscribe(trial_period_days=14)
    assert billing.state(subscription) == ("trialing", "paid", 0, 0)

    billing.advance(14.1)
    assert billing.state(subscription) == ("active", "paid", 1_000, 1)

    billing.charge_from_now_on("pm_card_chargeCustomerFail")
    billing.advance(31)
    assert billing.state(subscription) == ("past_due", "open", 0, 1)

    billing.charge_from_now_on("pm_card_visa")
    billing.advance(3)
    assert billing.state(subscription) == ("active", "paid", 1_000, 2)
    assert "customer.subscription.trial_will_end" in stripe.events()


ENDS = [("cancel", "canceled"), ("unpaid", "unpaid"), ("past_due", "past_due")]


@pytest.mark.parametrize(("preference", "status"), ENDS)
def test_ends_as_preferred_after_the_last_try(stripe: Stripe, preference: str, status: str) -> None:
    stripe.outside.client.put("/api/preferences", json={"after_last_retry": preference})
    billing = Billing(stripe)
    subscription = billing.subscribe()
    billing.charge_from_now_on("pm_card_chargeCustomerFail")

    billing.advance(31.1)
    billing.advance(7)

    assert billing.state(subscription) == (status, "open", 0, 4)


def test_leaves_a_first_payment_that_fails_incomplete_and_expires_it(stripe: Stripe) -> None:
    billing = Billing(stripe, "pm_card_chargeCustomerFail")
    subscription = billing.subscribe()
    assert billing.state(subscription)[0] == "incomplete"

    billing.advance(1)

    assert billing.state(subscription)[:2] == ("incomplete_expired", "void")


def test_makes_no_subscription_where_an_error_was_preferred(stripe: Stripe) -> None:
    billing = Billing(stripe, "pm_card_chargeCustomerFail")

    order = {"customer": billing.customer["id"], "items": [{"price": billing.price}]}
    error = stripe.refused("/subscriptions", 402, **order, payment_behavior="error_if_incomplete")

    assert error["code"] == "card_declined"
    assert stripe.get("/subscriptions", status="all")["data"] == []


def test_is_paid_by_its_client_where_it_begins_incomplete(stripe: Stripe) -> None:
    billing = Billing(stripe, "")
    subscription = billing.subscribe(payment_behavior="default_incomplete")
    secret = subscription["latest_invoice"]["confirmation_secret"]["client_secret"]

    intent = secret.partition("_secret_")[0]
    paid = stripe.ask("POST", f"/payment_intents/{intent}/confirm", secret="pk_test_browser", client_secret=secret,
                      payment_method="pm_card_visa", return_url="https://example.org")  # fmt: skip

    assert paid.json()["status"] == "succeeded"
    assert billing.state(subscription) == ("active", "paid", 1_000, 0)


def test_ends_with_its_period_when_it_was_cancelled(stripe: Stripe) -> None:
    billing = Billing(stripe)
    subscription = billing.subscribe()
    stripe.post(f"/subscriptions/{subscription['id']}", cancel_at_period_end=True)
    billing.advance(30)
    assert billing.state(subscription)[0] == "active"

    billing.advance(1.1)

    assert billing.state(subscription)[0] == "canceled"
    assert len(stripe.get("/invoices", customer=billing.customer["id"])["data"]) == 1


def test_prorates_a_change_in_the_middle_to_the_second(stripe: Stripe) -> None:
    billing = Billing(stripe)
    subscription = billing.subscribe()
    item = subscription["items"]["data"][0]["id"]
    billing.advance(15.5)

    changed = stripe.post(f"/subscriptions/{subscription['id']}", items=[{"id": item, "quantity": 3}],
                          proration_behavior="always_invoice", expand=["latest_invoice"])  # fmt: skip

    lines = [line["amount"] for line in changed["latest_invoice"]["lines"]["data"]]
    assert sorted(lines) == [-500, 1_500]
    assert (changed["latest_invoice"]["status"], changed["latest_invoice"]["amount_paid"]) == ("paid", 1_000)


def test_previews_without_changing_anything(stripe: Stripe) -> None:
    billing = Billing(stripe)
    subscription = billing.subscribe()
    item = subscription["items"]["data"][0]["id"]
    before = stripe.events()

    details = {"items": [{"id": item, "quantity": 5}]}
    preview = stripe.post("/invoices/create_preview", subscription=subscription["id"], subscription_details=details)

    assert preview["total"] == 5_000 + 4_000
    assert stripe.get(f"/subscriptions/{subscription['id']}")["items"]["data"][0]["quantity"] == 1
    assert stripe.events() == before


DISCOUNTS: list[tuple[dict[str, Any], list[int]]] = [
    ({"percent_off": 25, "duration": "forever"}, [750, 750, 750]),
    ({"percent_off": 50, "duration": "once"}, [500, 1_000, 1_000]),
    ({"amount_off": 300, "currency": "gbp", "duration": "repeating", "duration_in_months": 2}, [700, 700, 1_000]),
]


@pytest.mark.parametrize(("coupon", "paid"), DISCOUNTS)
def test_takes_discounts_off_for_as_long_as_they_last(stripe: Stripe, coupon: dict[str, Any], paid: list[int]) -> None:
    billing = Billing(stripe)
    made = stripe.post("/coupons", **coupon)
    stripe.post("/promotion_codes", promotion={"type": "coupon", "coupon": made["id"]}, code="HALF-OFF")
    (code,) = stripe.get("/promotion_codes", code="HALF-OFF")["data"]

    billing.subscribe(discounts=[{"promotion_code": code["id"]}])
    billing.advance(31.1)
    billing.advance(31)

    invoices = stripe.get("/invoices", customer=billing.customer["id"])["data"][::-1]
    assert [invoice["amount_paid"] for invoice in invoices] == paid


def test_refuses_a_code_that_was_used_up(stripe: Stripe) -> None:
    billing = Billing(stripe)
    coupon = stripe.post("/coupons", percent_off=10, duration="once", max_redemptions=1)["id"]
    billing.subscribe(discounts=[{"coupon": coupon}])

    order = {"customer": billing.customer["id"], "items": [{"price": billing.price}], "discounts": [{"coupon": coupon}]}

    assert stripe.refused("/subscriptions", 400, **order)["code"] == "coupon_expired"


def test_counts_tiers(stripe: Stripe) -> None:
    tiers = [{"up_to": 5, "unit_amount": 100}, {"up_to": "inf", "unit_amount": 50, "flat_amount": 200}]
    billing = Billing(stripe, unit_amount="", tiers=tiers, tiers_mode="graduated", billing_scheme="tiered")

    subscription = billing.subscribe(items=[{"price": billing.price, "quantity": 8}])

    assert subscription["latest_invoice"]["amount_paid"] == 5 * 100 + 3 * 50 + 200


def test_bills_items_by_hand(stripe: Stripe) -> None:
    customer = stripe.customer("pm_card_visa")
    stripe.post("/invoiceitems", customer=customer["id"], amount=700, currency="gbp", description="Seat")

    invoice = stripe.post("/invoices", customer=customer["id"])
    paid = stripe.post(f"/invoices/{invoice['id']}/pay", expand=["payments"])

    assert (invoice["status"], paid["status"], paid["amount_paid"]) == ("draft", "paid", 700)
    assert paid["payments"]["data"][0]["status"] == "paid"
    assert stripe.refused(f"/invoices/{invoice['id']}/void", 400)
