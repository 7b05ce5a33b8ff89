"""A member in London with a card at the sandbox's Stripe, in as few words as a spec needs."""

from __future__ import annotations

import itertools
from typing import Any
from uuid import UUID

import httpx
from django.conf import settings
from django.db import transaction

from pamoja.foundation import clock
from pamoja.foundation.money import Money
from pamoja.kernel.ledger.public import account_of, balance
from pamoja.kernel.payments import jobs
from pamoja.kernel.payments.actions.collecting import collect
from pamoja.kernel.payments.models import Collection, CollectionAttempt, Customer, Method
from tests.harness.servers import NO_AUTHORITIES

_keys = itertools.count(1)


class Bank:
    """Stripe and the banks behind it, as the sandbox plays them."""

    def __init__(self) -> None:
        config = settings.PAMOJA
        key = config.stripe_secret_key.get_secret_value()
        self._stripe = httpx.Client(
            base_url=config.stripe_base_url, headers={"Authorization": f"Bearer {key}"}, verify=NO_AUTHORITIES
        )
        self._sandbox = httpx.Client(base_url=config.sandbox_url, verify=NO_AUTHORITIES)

    def begin(self) -> None:
        """Events come to this community's address."""
        jobs.connect_community()

    def end(self) -> None:
        """No event of a later spec goes to this community's address."""
        for endpoint in self.get("/v1/webhook_endpoints", limit=100)["data"]:
            self._stripe.delete(f"/v1/webhook_endpoints/{endpoint['id']}")
        self._stripe.close()
        self._sandbox.close()

    def card(self, member_id: UUID, token: str = "pm_card_visa") -> Method:  # noqa: S107 - a test card
        """A card that the member saved at Stripe."""
        known = Customer.objects.filter(member_id=member_id).first()
        customer = known.rail_id if known else self.post("/v1/customers", name="Grace")["id"]
        if known is None:
            Customer.objects.create(member_id=member_id, rail="stripe", rail_id=customer)
        setup = self.post(
            "/v1/setup_intents",
            **{
                "customer": customer,
                "payment_method": token,
                "payment_method_types[]": "bacs_debit" if "bacs" in token else "card",
                "confirm": "true",
                "usage": "off_session",
                "return_url": "http://localhost/",
                **({"mandate_data[customer_acceptance][type]": "offline"} if "bacs" in token else {}),
            },
        )
        if setup["status"] == "requires_action":
            setup = self.does(setup["id"], "authenticate")
        found = self.get(f"/v1/payment_methods/{setup['payment_method']}")
        number = Method.objects.filter(member_id=member_id).count() + 1
        return Method.objects.create(
            member_id=member_id, rail="stripe", kind=found["type"], position=number, state="verified", number="",
            rail_id=found["id"], mandate_id=setup["mandate"] or "", last4=found[found["type"]]["last4"],
            verified_at=clock.now(),
        )  # fmt: skip

    def post(self, path: str, *, on_account: str = "", **form: Any) -> dict[str, Any]:
        answer = self._stripe.post(path, data=form, headers={"Stripe-Account": on_account} if on_account else {})
        assert answer.is_success, answer.text
        return dict(answer.json())

    def get(self, path: str, *, on_account: str = "", **form: Any) -> dict[str, Any]:
        headers = {"Stripe-Account": on_account} if on_account else {}
        return dict(self._stripe.get(path, params=form, headers=headers).json())

    def visits(self, url: str, **form: str) -> httpx.Response:
        """Somebody opens a page of Stripe's, or with a form fills it in. They are not led on from it."""
        return self._sandbox.post(url, data=form) if form else self._sandbox.get(url)

    def does(self, what: str, deed: str, **wish: Any) -> dict[str, Any]:
        """What a cardholder or a bank does about an object."""
        answer = self._sandbox.post(f"/api/stripe/{what}/{deed}", json=wish)
        assert answer.is_success, answer.text
        return dict(answer.json())

    def charged(self, member_id: UUID) -> int:
        """What was really charged, in pence."""
        customer = Customer.objects.get(member_id=member_id).rail_id
        return sum(
            each["amount"] for each in self.get("/v1/charges", limit=100, customer=customer)["data"] if each["paid"]
        )


def ask(member_id: UUID, pence: int = 5_000, **differs: Any) -> Collection:
    """A committed request for money."""
    usual = {"purpose": f"tests.gift:{next(_keys)}", "key": f"card-{next(_keys)}"}
    with transaction.atomic():
        return collect(member_id=member_id, amount=Money(pence, "GBP"), **(usual | differs))


def attempt_of(collection: Collection) -> CollectionAttempt:
    """The last one."""
    found = collection.attempts.order_by("number").last()
    assert found is not None
    return found


def wallet(member_id: UUID) -> int:
    """Units: pence."""
    account = account_of(owner=f"member:{member_id}", purpose="wallet", currency="GBP")
    return balance(account).posted.amount_minor if account else 0


def clearing() -> int:
    """What Stripe owes the community's books, as they hold it. Units: pence, money in is negative."""
    account = account_of(owner="rail:stripe", purpose="clearing", currency="GBP")
    return balance(account).posted.amount_minor if account else 0
