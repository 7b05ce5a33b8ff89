"""The sandbox's Stripe, proven by Stripe's own SDK as it is: only the base address is another."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

import httpx
import pytest
import stripe

from tests.harness.servers import NO_AUTHORITIES
from tests.sandbox.conftest import Process

pytestmark = pytest.mark.filterwarnings("default")

_numbers = count()


class Listener:
    """The platform's hook: raw bodies and signatures, in the order in which they came."""

    def __init__(self) -> None:
        self.heard: list[tuple[bytes, str]] = []
        listener = self

        class Hook(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener.heard.append((body, self.headers["Stripe-Signature"]))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hooks/stripe"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """One sandbox process for all of these."""
    process = Process(tmp_path_factory.mktemp("stripe") / "outside")
    with httpx.Client(base_url=process.url, trust_env=False, timeout=20, verify=NO_AUTHORITIES) as client:
        client.put("/api/preferences", json={"callback_delay_s": 0, "bank_debit_s": 0})
        yield client
    process.stop()


@pytest.fixture
def faults(outside: httpx.Client) -> Iterator[Callable[..., None]]:
    def switch(**faults: Any) -> None:
        answer = outside.put("/api/faults", json={"seed": 1, "faults": faults})
        assert answer.status_code == 200, answer.text

    yield switch
    switch()


@pytest.fixture(scope="module")
def client(outside: httpx.Client) -> stripe.StripeClient:
    return stripe.StripeClient(
        "sk_test_pamoja_sandbox",
        base_addresses={"api": f"{str(outside.base_url).rstrip('/')}/stripe"},
        max_network_retries=0,
    )


@pytest.fixture
def customer(client: stripe.StripeClient) -> stripe.Customer:
    return client.v1.customers.create({"email": f"amina{next(_numbers)}@example.org", "name": "Amina"})


def with_card(client: stripe.StripeClient, customer: stripe.Customer, card: str = "pm_card_visa") -> str:
    return client.v1.payment_methods.attach(card, {"customer": customer.id}).id


def pay(client: stripe.StripeClient, amount: int = 5_000, **more: Any) -> stripe.PaymentIntent:
    order: Any = {"amount": amount, "currency": "gbp", "confirm": True, "payment_method_types": ["card"]} | more
    return client.v1.payment_intents.create(order)


def settle(outside: httpx.Client) -> None:
    assert outside.post("/api/settle", json={"timeout_s": 10}).json() == {"settled": True}


def test_charges_a_kept_card_without_its_holder(client: stripe.StripeClient, customer: stripe.Customer) -> None:
    card = with_card(client, customer)

    intent = pay(
        client,
        customer=customer.id,
        payment_method=card,
        off_session=True,
        expand=["latest_charge.balance_transaction"],
    )

    charge: Any = intent.latest_charge
    assert (intent.status, intent.amount_received) == ("succeeded", 5_000)
    assert (charge.balance_transaction.amount, charge.balance_transaction.net) == (5_000, 5_000 - 95)


DECLINES = [
    ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
    ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
    ("pm_card_chargeDeclinedLostCard", "card_declined", "lost_card"),
    ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
    ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
    ("pm_card_authenticationRequired", "authentication_required", "authentication_required"),
]


@pytest.mark.parametrize(("token", "code", "decline"), DECLINES)
def test_raises_card_errors(client: stripe.StripeClient, token: str, code: str, decline: str) -> None:
    with pytest.raises(stripe.CardError) as caught:
        pay(client, payment_method=token, off_session=True)

    error: Any = caught.value.error
    assert (caught.value.http_status, caught.value.code, error.decline_code) == (402, code, decline)
    assert error.payment_intent.status == "requires_payment_method"
    failed = client.v1.charges.retrieve(error.charge)
    assert (failed.status, failed.failure_code) == ("failed", code)


def test_asks_the_cardholder_and_goes_on_when_they_agree(client: stripe.StripeClient, outside: httpx.Client) -> None:
    intent = pay(client, payment_method="pm_card_authenticationRequired", return_url="https://example.org/back")
    assert intent.status == "requires_action"
    assert intent.next_action is not None

    outside.post(f"/api/stripe/{intent.id}/authenticate", json={"passes": True})

    after = client.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    charge: Any = after.latest_charge
    assert (after.status, charge.payment_method_details.card.three_d_secure.result) == ("succeeded", "authenticated")


ERRORS: list[tuple[Callable[[stripe.StripeClient], Any], type[stripe.StripeError], int, str | None]] = [
    (lambda c: c.v1.payment_intents.retrieve("pi_nobody"), stripe.InvalidRequestError, 404, "resource_missing"),
    (lambda c: c.v1.payment_intents.create({"amount": 5_000}), stripe.InvalidRequestError, 400, "parameter_missing"),  # type: ignore[typeddict-item]  # that is the point
    (lambda c: pay(c, 1), stripe.InvalidRequestError, 400, "amount_too_small"),
    (lambda c: pay(c, colour="red"), stripe.InvalidRequestError, 400, "parameter_unknown"),
    (lambda c: c.v1.balance.retrieve({}, {"api_key": "sk_live_no"}), stripe.AuthenticationError, 401, None),
    (
        lambda c: c.v1.balance.retrieve({}, {"stripe_account": "acct_no"}),
        stripe.PermissionError,
        403,
        None,
    ),
]


@pytest.mark.parametrize(("ask", "kind", "status", "code"), ERRORS)
def test_maps_errors_to_the_sdks_classes(
    client: stripe.StripeClient, ask: Callable[..., Any], kind: type[stripe.StripeError], status: int, code: str | None
) -> None:
    with pytest.raises(kind) as caught:
        ask(client)

    assert (caught.value.http_status, caught.value.code) == (status, code)
    assert str(caught.value.request_id).startswith("req_")


def test_answers_a_repeated_key_once_and_refuses_another_use_of_it(client: stripe.StripeClient) -> None:
    key: Any = {"idempotency_key": f"key-{next(_numbers)}"}
    order: Any = {"amount": 700, "currency": "gbp"}

    first, again = (client.v1.payment_intents.create(order, key) for _ in range(2))

    assert first.id == again.id
    assert again.last_response is not None
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError):
        client.v1.payment_intents.create(order | {"amount": 800}, key)


def test_keeps_a_decline_under_its_key(client: stripe.StripeClient) -> None:
    key: Any = {"idempotency_key": f"key-{next(_numbers)}"}
    order: Any = {"amount": 700, "currency": "gbp", "confirm": True, "payment_method_types": ["card"],
                  "payment_method": "pm_card_chargeDeclined"}  # fmt: skip

    told = []
    for _ in range(2):
        with pytest.raises(stripe.CardError) as caught:
            client.v1.payment_intents.create(order, key)
        told.append(caught.value.json_body)

    assert told[0] == told[1]


def test_pages_through_lists(client: stripe.StripeClient, customer: stripe.Customer) -> None:
    made = [client.v1.payment_intents.create({"amount": 100 + n, "currency": "gbp", "customer": customer.id}).id
            for n in range(5)]  # fmt: skip

    page = client.v1.payment_intents.list({"customer": customer.id, "limit": 2})

    assert [intent.id for intent in page.auto_paging_iter()] == made[::-1]
    before = client.v1.payment_intents.list({"customer": customer.id, "limit": 2, "ending_before": made[1]})
    assert ([intent.id for intent in before.data], before.has_more) == ([made[3], made[2]], True)


def test_gives_back_once(client: stripe.StripeClient) -> None:
    intent = pay(client, payment_method="pm_card_visa")

    refund = client.v1.refunds.create({"payment_intent": intent.id, "amount": 2_000})
    client.v1.refunds.create({"payment_intent": intent.id})

    assert refund.status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": intent.id})
    assert caught.value.code == "charge_already_refunded"


def test_signs_webhooks_so_that_the_sdk_believes_them(client: stripe.StripeClient, outside: httpx.Client) -> None:
    listener = Listener()
    endpoint = client.v1.webhook_endpoints.create({"url": listener.url, "enabled_events": ["payment_intent.succeeded"]})
    intent = pay(client, payment_method="pm_card_visa")
    settle(outside)
    client.v1.webhook_endpoints.delete(endpoint.id)

    ((body, signature),) = listener.heard
    event: Any = stripe.Webhook.construct_event(body, signature, endpoint.secret)  # type: ignore[no-untyped-call]  # untyped in the SDK

    assert (event.type, event.data.object.id) == ("payment_intent.succeeded", intent.id)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body + b" ", signature, endpoint.secret)  # type: ignore[no-untyped-call]  # untyped in the SDK
    assert client.v1.events.retrieve(event.id).to_dict()["data"] == json.loads(body)["data"]


def test_loses_and_wins_disputes(client: stripe.StripeClient, outside: httpx.Client) -> None:
    intent = pay(client, payment_method="pm_card_createDispute")
    outside.put("/clock", json={"advance_s": 2})

    (dispute,) = client.v1.disputes.list({"payment_intent": intent.id, "expand": ["data.balance_transactions"]}).data
    assert (dispute.status, dispute.balance_transactions[0].net) == ("needs_response", -5_000 - 2_000)
    client.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": True})
    outside.put("/clock", json={"advance_s": 61})

    assert client.v1.disputes.retrieve(dispute.id).status == "won"


def test_bills_a_subscription_on_a_test_clock(client: stripe.StripeClient, outside: httpx.Client) -> None:
    new_year = 1_767_225_600
    clock = client.v1.test_helpers.test_clocks.create({"frozen_time": new_year})
    customer = client.v1.customers.create({"email": "clock@example.org", "test_clock": clock.id})
    card = with_card(client, customer)
    client.v1.customers.update(customer.id, {"invoice_settings": {"default_payment_method": card}})
    product = client.v1.products.create({"name": "Circle"})
    price = client.v1.prices.create(
        {"product": product.id, "currency": "gbp", "unit_amount": 1_000, "recurring": {"interval": "month"}}
    )
    subscription = client.v1.subscriptions.create(
        {
            "customer": customer.id,
            "items": [{"price": price.id}],
            "default_payment_method": card,
            "trial_period_days": 7,
        }
    )
    assert subscription.status == "trialing"

    client.v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": new_year + 8 * 86_400})
    settle(outside)

    after = client.v1.subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice.payments"]})
    invoice: Any = after.latest_invoice
    assert (after.status, invoice.status, invoice.amount_paid) == ("active", "paid", 1_000)
    assert after["items"].data[0].current_period_end == 1_770_508_800  # 2026-02-08
    assert client.v1.payment_intents.retrieve(invoice.payments.data[0].payment.payment_intent).status == "succeeded"


def test_opens_checkout_and_pays_out_through_connect(client: stripe.StripeClient, outside: httpx.Client) -> None:
    session = client.v1.checkout.sessions.create(
        {"mode": "setup", "currency": "gbp", "success_url": "https://example.org/{CHECKOUT_SESSION_ID}"}
    )
    assert outside.get(str(session.url)).status_code == 200
    account = client.v1.accounts.create({"type": "express", "capabilities": {"transfers": {"requested": True}}})
    link = client.v1.account_links.create(
        {
            "account": account.id,
            "type": "account_onboarding",
            "refresh_url": "https://a.org",
            "return_url": "https://b.org",
        }
    )
    outside.post(link.url, data={"answer": "done"})
    pay(client, 100_000, payment_method="pm_card_bypassPending")

    transfer = client.v1.transfers.create({"amount": 1_000, "currency": "gbp", "destination": account.id})

    balance = client.v1.balance.retrieve({}, {"stripe_account": account.id})
    assert (balance.available[0].amount, transfer.reversed) == (1_000, False)


def test_retries_by_itself_what_may_be_retried(
    outside: httpx.Client, client: stripe.StripeClient, faults: Callable[..., None]
) -> None:
    base = f"{str(outside.base_url).rstrip('/')}/stripe"
    patient = stripe.StripeClient("sk_test_patient", base_addresses={"api": base}, max_network_retries=2)
    faults(answer_lost={"next": 1, "scope": "stripe"})

    intent = pay(patient, 777, payment_method="pm_card_visa")

    assert intent.status == "succeeded"
    assert len([each for each in client.v1.charges.list({"limit": 100}).data if each.amount == 777]) == 1
