"""Stripe in this process, asked as its SDKs ask: forms in, JSON out."""

from typing import Any

import httpx

from tests.sandbox.conftest import Outside

KEY = "sk_test_a_test"


def fields(given: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested values in Stripe's form encoding."""
    flat: dict[str, str] = {}
    for name, value in given.items():
        called = f"{prefix}[{name}]" if prefix else name
        if isinstance(value, dict):
            flat |= fields(value, called)
        elif isinstance(value, list):
            flat |= fields({str(number): each for number, each in enumerate(value)}, called)
        else:
            flat[called] = str(value).lower() if isinstance(value, bool) else str(value)
    return flat


class Stripe:
    """`on` acts on a connected account, `key` is an idempotency key."""

    def __init__(self, outside: Outside) -> None:
        self.outside = outside

    def ask(
        self, verb: str, path: str, *, on: str = "", key: str = "", secret: str = KEY, **given: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {secret}"}
        headers |= {"Stripe-Account": on} if on else {}
        headers |= {"Idempotency-Key": key} if key else {}
        where = "data" if verb == "POST" else "params"
        return self.outside.client.request(verb, f"/stripe/v1{path}", headers=headers, **{where: fields(given)})

    def post(self, path: str, **given: Any) -> dict[str, Any]:
        answer = self.ask("POST", path, **given)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def get(self, path: str, **given: Any) -> dict[str, Any]:
        answer = self.ask("GET", path, **given)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def refused(self, path: str, status: int, *, verb: str = "POST", **given: Any) -> dict[str, Any]:
        """The error of a request that must be refused with `status`."""
        answer = self.ask(verb, path, **given)
        assert answer.status_code == status, answer.text
        return dict(answer.json()["error"])

    def customer(self, card: str = "", **given: Any) -> dict[str, Any]:
        """A customer, with a card where one is named, which is then the one to charge."""
        customer = self.post("/customers", **{"email": "amina@example.org", "name": "Amina"} | given)
        if card:
            method = self.post(f"/payment_methods/{card}/attach", customer=customer["id"])
            settings = {"default_payment_method": method["id"]}
            customer = self.post(f"/customers/{customer['id']}", invoice_settings=settings)
        return customer

    def card_of(self, customer: dict[str, Any]) -> str:
        return str(customer["invoice_settings"]["default_payment_method"])

    def pay(self, card: str = "pm_card_visa", amount: int = 5_000, **given: Any) -> dict[str, Any]:
        return self.post("/payment_intents", **self.order(card, amount, **given))

    def order(self, card: str = "pm_card_visa", amount: int = 5_000, **given: Any) -> dict[str, Any]:
        usual = {"currency": "gbp", "confirm": True, "payment_method_types": ["card"]}
        return {"amount": amount, "payment_method": card} | usual | given

    def do(self, number: str, deed: str, **wish: Any) -> None:
        answer = self.outside.client.post(f"/api/stripe/{number}/{deed}", json=wish)
        assert answer.status_code == 200, answer.text

    def events(self, *, about: str = "") -> list[str]:
        """Types of events, oldest first; only those about an object where it is named."""
        found = self.get("/events", limit=100)["data"][::-1]
        return [each["type"] for each in found if not about or each["data"]["object"].get("id") == about]

    def available(self, on: str = "", currency: str = "gbp") -> int:
        """Units: minor."""
        balance = self.get("/balance", on=on)
        return sum(each["amount"] for each in balance["available"] if each["currency"] == currency)

    def booked(self, on: str = "") -> int:
        """All lines of the book. Units: minor."""
        return sum(line["net"] for line in self.get("/balance_transactions", on=on, limit=100)["data"])
