"""Cards and bank debits at Stripe"""

import pytest

from tests.sandbox.conftest import Outside, Platform
from tests.sandbox.stripe_outside import Stripe

MANDATE = {"customer_acceptance": {"type": "online", "online": {"ip_address": "127.0.0.1", "user_agent": "test"}}}


@pytest.fixture
def stripe(outside: Outside) -> Stripe:
    return Stripe(outside)


CHARGED = [
    # card, off session, how it ends, the decline
    ("pm_card_visa", True, "succeeded", None),
    ("pm_card_mastercard_debit", False, "succeeded", None),
    ("pm_card_threeDSecureOptional", False, "succeeded", None),
    ("pm_card_riskLevelHighest", False, "succeeded", None),
    ("pm_card_authenticationRequiredSetupForOffSession", True, "succeeded", None),
    ("pm_card_authenticationRequiredOnSetup", False, "requires_action", None),
    ("pm_card_authenticationRequired", False, "requires_action", None),
    ("pm_card_threeDSecure2Required", False, "requires_action", None),
    ("pm_card_authenticationRequired", True, "requires_payment_method", "authentication_required"),
    ("pm_card_authenticationRequiredOnSetup", True, "requires_payment_method", "authentication_required"),
    ("pm_card_chargeDeclinedStolenCard", True, "requires_payment_method", "stolen_card"),
    ("pm_card_chargeCustomerFail", True, "requires_payment_method", "generic_decline"),
    ("pm_card_radarBlock", False, "requires_payment_method", "fraudulent"),
]


@pytest.mark.parametrize(("card", "off_session", "status", "decline"), CHARGED)
def test_decides_as_the_cards_bank_does(
    stripe: Stripe, card: str, off_session: bool, status: str, decline: str | None
) -> None:
    answer = stripe.ask("POST", "/payment_intents", **stripe.order(card, off_session=off_session)).json()

    intent = answer["error"]["payment_intent"] if decline else answer
    assert (intent["status"], answer.get("error", {}).get("decline_code")) == (status, decline)
    assert stripe.booked() == (5_000 - 95 if status == "succeeded" else 0)


AUTHENTICATED = [
    ("pm_card_authenticationRequired", True, "succeeded", None),
    ("pm_card_authenticationRequired", False, "requires_payment_method", "payment_intent_authentication_failure"),
    ("pm_card_threeDSecureRequiredChargeDeclined", True, "requires_payment_method", "card_declined"),
    ("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds", True, "requires_payment_method", "card_declined"),
]


@pytest.mark.parametrize(("card", "passes", "status", "code"), AUTHENTICATED)
def test_goes_on_after_3d_secure(stripe: Stripe, card: str, passes: bool, status: str, code: str | None) -> None:
    intent = stripe.pay(card)

    stripe.do(intent["id"], "authenticate", passes=passes)

    after = stripe.get(f"/payment_intents/{intent['id']}")
    assert (after["status"], (after["last_payment_error"] or {}).get("code")) == (status, code)


def test_charges_off_session_once_the_holder_agreed_on_set_up(stripe: Stripe) -> None:
    customer = stripe.customer()["id"]
    setup = stripe.post("/setup_intents", customer=customer, payment_method="pm_card_authenticationRequiredOnSetup",
                        payment_method_types=["card"], confirm=True)  # fmt: skip
    assert setup["status"] == "requires_action"
    stripe.do(setup["id"], "authenticate")
    kept = stripe.get(f"/setup_intents/{setup['id']}")

    assert kept["status"] == "succeeded"
    assert stripe.pay(kept["payment_method"], customer=customer, off_session=True)["status"] == "succeeded"


def test_declines_a_bad_card_when_it_is_to_be_kept(stripe: Stripe) -> None:
    customer = stripe.customer()["id"]

    error = stripe.refused("/payment_methods/pm_card_chargeDeclined/attach", 402, customer=customer)

    assert (error["type"], error["code"]) == ("card_error", "card_declined")
    assert stripe.get("/payment_methods", customer=customer)["data"] == []


def test_refuses_a_wrong_number_and_an_old_card(stripe: Stripe) -> None:
    card = {"number": "4242424242424241", "exp_month": 1, "exp_year": 2040}

    assert stripe.refused("/payment_methods", 402, type="card", card=card)["code"] == "incorrect_number"
    old = card | {"number": "4242424242424242", "exp_year": 2020}
    assert stripe.refused("/payment_methods", 402, type="card", card=old)["code"] == "invalid_expiry_year"


def test_uses_a_method_of_nobody_only_once(stripe: Stripe) -> None:
    method = stripe.post("/payment_methods", type="card", card={"token": "tok_visa"})["id"]
    stripe.pay(method)

    assert "may not be used again" in stripe.refused("/payment_intents", 400, **stripe.order(method))["message"]


def test_asks_for_a_return_url_where_stripe_chooses_the_methods(stripe: Stripe) -> None:
    order = {"amount": 500, "currency": "gbp", "payment_method": "pm_card_visa", "confirm": True}

    assert stripe.refused("/payment_intents", 400, **order)["param"] == "return_url"
    never = {"enabled": True, "allow_redirects": "never"}
    assert stripe.post("/payment_intents", **order, automatic_payment_methods=never)["status"] == "succeeded"


def test_holds_and_captures_part(stripe: Stripe) -> None:
    intent = stripe.pay(capture_method="manual")
    assert (intent["status"], intent["amount_capturable"], stripe.booked()) == ("requires_capture", 5_000, 0)

    captured = stripe.post(f"/payment_intents/{intent['id']}/capture", amount_to_capture=2_000)

    assert (captured["status"], captured["amount_received"]) == ("succeeded", 2_000)
    assert stripe.booked() == 2_000 - 50
    again = stripe.refused(f"/payment_intents/{intent['id']}/capture", 400)
    assert again["code"] == "payment_intent_unexpected_state"


def test_lets_go_of_what_is_not_captured_within_a_week(stripe: Stripe) -> None:
    intent = stripe.pay(capture_method="manual")

    stripe.outside.advance(7 * 86_400 + 1)

    assert stripe.get(f"/payment_intents/{intent['id']}")["status"] == "canceled"


def test_cancels_what_is_not_paid_and_nothing_else(stripe: Stripe) -> None:
    intent = stripe.post("/payment_intents", amount=500, currency="gbp")

    assert stripe.post(f"/payment_intents/{intent['id']}/cancel")["status"] == "canceled"
    paid = stripe.pay()
    error = stripe.refused(f"/payment_intents/{paid['id']}/cancel", 400)
    assert error["code"] == "payment_intent_unexpected_state"
    assert error["payment_intent"]["status"] == "succeeded"


def test_makes_funds_available_after_two_days(stripe: Stripe) -> None:
    stripe.pay()
    stripe.pay("pm_card_bypassPending", 1_000)
    assert stripe.available() == 965

    stripe.outside.advance(2 * 86_400 + 1)

    assert stripe.available() == 965 + 4_905
    assert "balance.available" in stripe.events()


def test_gives_back_no_more_than_was_taken(stripe: Stripe) -> None:
    intent = stripe.pay()

    stripe.post("/refunds", payment_intent=intent["id"], amount=2_000)

    assert stripe.refused("/refunds", 400, payment_intent=intent["id"], amount=3_001)["param"] == "amount"
    stripe.post("/refunds", payment_intent=intent["id"])
    assert stripe.refused("/refunds", 400, payment_intent=intent["id"])["code"] == "charge_already_refunded"
    assert stripe.booked() == -95
    assert stripe.get(f"/charges/{intent['latest_charge']}")["refunded"] is True


def test_tells_of_a_refund_that_comes_back(stripe: Stripe) -> None:
    intent = stripe.pay("pm_card_refundFail")
    refund = stripe.post("/refunds", payment_intent=intent["id"])

    stripe.outside.advance(3_601)

    after = stripe.get(f"/refunds/{refund['id']}")
    assert (after["status"], after["failure_reason"]) == ("failed", "expired_or_canceled_card")
    assert stripe.booked() == 4_905
    assert stripe.events(about=refund["id"])[-1] == "refund.failed"


DISPUTED = [("winning_evidence", "won", 4_905 - 2_000), ("losing_evidence", "lost", -95 - 2_000)]


@pytest.mark.parametrize(("evidence", "outcome", "left"), DISPUTED)
def test_decides_a_dispute_by_its_evidence(stripe: Stripe, evidence: str, outcome: str, left: int) -> None:
    intent = stripe.pay("pm_card_createDispute")
    stripe.outside.advance(2)
    (dispute,) = stripe.get("/disputes", payment_intent=intent["id"])["data"]
    assert (dispute["status"], stripe.booked()) == ("needs_response", -95 - 2_000)

    stripe.post(f"/disputes/{dispute['id']}", evidence={"uncategorized_text": evidence}, submit=True)
    stripe.outside.advance(61)

    assert stripe.get(f"/disputes/{dispute['id']}")["status"] == outcome
    assert stripe.booked() == left


def test_loses_a_dispute_that_nobody_answers(stripe: Stripe) -> None:
    stripe.pay("pm_card_createDispute")
    stripe.outside.advance(2)
    stripe.outside.advance(9 * 86_400)

    (dispute,) = stripe.get("/disputes")["data"]
    assert (dispute["status"], dispute["evidence_details"]["past_due"]) == ("lost", True)


def test_takes_nothing_for_an_inquiry(stripe: Stripe) -> None:
    stripe.pay("pm_card_createDisputeInquiry")
    stripe.outside.advance(2)

    (dispute,) = stripe.get("/disputes")["data"]
    assert (dispute["status"], stripe.booked()) == ("warning_needs_response", 4_905)


def debited(stripe: Stripe, token: str) -> dict[str, object]:
    order = stripe.order(token, payment_method_types=["bacs_debit"], mandate_data=MANDATE)
    return stripe.post("/payment_intents", **order, customer=stripe.customer()["id"], setup_future_usage="off_session")


BACS = [
    ("pm_bacsDebit_success", "succeeded", None, "active"),
    ("pm_bacsDebit_insufficientFunds", "requires_payment_method", "insufficient_funds", "active"),
    ("pm_bacsDebit_debitNotAuthorized", "requires_payment_method", "debit_not_authorized", "inactive"),
]


@pytest.mark.parametrize(("token", "status", "code", "mandate"), BACS)
def test_hears_from_the_bank_four_days_later(
    stripe: Stripe, token: str, status: str, code: str | None, mandate: str
) -> None:
    intent = debited(stripe, token)
    stripe.outside.advance(3 * 86_400)
    assert stripe.get(f"/payment_intents/{intent['id']}")["status"] == "processing"

    stripe.outside.advance(86_401)

    after = stripe.get(f"/payment_intents/{intent['id']}", expand=["latest_charge"])
    assert (after["status"], (after["last_payment_error"] or {}).get("code")) == (status, code)
    named = after["latest_charge"]["payment_method_details"]["bacs_debit"]["mandate"]
    assert stripe.get(f"/mandates/{named}")["status"] == mandate


def test_refuses_a_debit_without_a_mandate(stripe: Stripe) -> None:
    order = stripe.order("pm_bacsDebit_success", payment_method_types=["bacs_debit"])

    assert stripe.refused("/payment_intents", 400, **order)["param"] == "mandate_data"


def test_lets_a_person_decide_a_debit_once(stripe: Stripe) -> None:
    intent = debited(stripe, "pm_bacsDebit_success")

    stripe.do(str(intent["id"]), "debit", failure="insufficient_funds")
    stripe.outside.advance(5 * 86_400)

    assert stripe.get(f"/payment_intents/{intent['id']}")["status"] == "requires_payment_method"
    assert stripe.booked() == 0


def test_signs_anew_and_tries_again_until_it_is_taken(stripe: Stripe, platform: Platform) -> None:
    stripe.outside.client.put("/api/stripe/webhook", json={"url": platform.url, "enabled_events": ["charge.succeeded"]})
    platform.status = 500
    stripe.pay()
    stripe.outside.settle()

    platform.status = 200
    stripe.outside.advance(61)
    stripe.outside.advance(3_600)

    assert [body["type"] for body in platform.told] == ["charge.succeeded"] * 2
    assert len({body["id"] for body in platform.told}) == 1
    (delivery,) = stripe.outside.client.get("/api/stripe/deliveries").json()["deliveries"]
    assert (delivery["attempts"], delivery["status"]) == (2, 200)
