"""Gives every Stripe address its answerer, and sets Stripe going in a world."""

from starlette.routing import Route

from pamoja.sandbox.stripe import (
    api,
    balance,
    charges,
    customers,
    disputes,
    paying,
    payment_intents,
    payment_methods,
    refunds,
    setup_intents,
    transfers,
    webhooks,
)
from pamoja.sandbox.stripe.call import Call
from pamoja.sandbox.stripe.desk import Desk
from pamoja.sandbox.stripe.dues import happens
from pamoja.sandbox.stripe.gate import Gate, Handler, behind_the_gate
from pamoja.sandbox.stripe.objects import Object
from pamoja.sandbox.world import World


def join(world: World) -> list[Route]:
    """Sets Stripe going and returns its routes: the impersonated ones, then those for tests."""
    for part in (webhooks, paying, payment_intents, charges, refunds, disputes):
        part.join(world)
    happens(world, "stripe.funds_available", _funds_available)
    gate = Gate()
    return [*(_route(gate, line, handler) for line, handler in TABLE.items()), *api.ROUTES]


def _funds_available(desk: Desk, payload: dict[str, str]) -> None:
    balance.funds_available(desk, payload["line"])


def _route(gate: Gate, line: str, handler: Handler) -> Route:
    verb, path = line.split()
    endpoint = behind_the_gate(gate, handler, is_public=line in PUBLIC)
    return Route(f"/stripe/v1{path}", endpoint, methods=[verb])


def _retrieve(kind: str) -> Handler:
    def handler(call: Call) -> Object:
        call.params.only(())
        return call.get(kind, call.path["id"])

    return handler


def _list(kind: str, *filters: str) -> Handler:
    def handler(call: Call) -> Object:
        return call.listed(kind, *filters)

    return handler


def _list_events(call: Call) -> Object:
    """`GET /v1/events?type=` or `types[]=`."""
    return call.listed("event", "type", among="types")


PUBLIC = {
    "POST /payment_methods",
    "GET /payment_intents/{id}",
    "POST /payment_intents/{id}/confirm",
    "GET /setup_intents/{id}",
    "POST /setup_intents/{id}/confirm",
}
"""What a browser may ask with a publishable key."""

TABLE: dict[str, Handler] = {
    "GET /balance": balance.show,
    "GET /balance_transactions": balance.listing,
    "GET /balance_transactions/{id}": balance.retrieve,
    "GET /charges": charges.listing,
    "GET /charges/{id}": _retrieve("charge"),
    "POST /charges/{id}": charges.update,
    "GET /charges/{id}/refunds": lambda call: call.listed("refund", charge=call.path["id"]),
    "GET /customers": customers.listing,
    "POST /customers": customers.create,
    "GET /customers/{id}": _retrieve("customer"),
    "POST /customers/{id}": customers.update,
    "DELETE /customers/{id}": customers.delete,
    "GET /customers/{id}/payment_methods": payment_methods.listing,
    "GET /customers/{id}/payment_methods/{method}": payment_methods.retrieve_of_customer,
    "GET /disputes": disputes.listing,
    "GET /disputes/{id}": _retrieve("dispute"),
    "POST /disputes/{id}": disputes.update,
    "POST /disputes/{id}/close": disputes.close,
    "GET /events": _list_events,
    "GET /events/{id}": _retrieve("event"),
    "GET /mandates/{id}": _retrieve("mandate"),
    "GET /payment_intents": payment_intents.listing,
    "POST /payment_intents": payment_intents.create,
    "GET /payment_intents/{id}": payment_intents.retrieve,
    "POST /payment_intents/{id}": payment_intents.update,
    "POST /payment_intents/{id}/confirm": payment_intents.confirm,
    "POST /payment_intents/{id}/capture": payment_intents.capture,
    "POST /payment_intents/{id}/cancel": payment_intents.cancel,
    "GET /payment_methods": payment_methods.listing,
    "POST /payment_methods": payment_methods.create,
    "GET /payment_methods/{id}": _retrieve("payment_method"),
    "POST /payment_methods/{id}": payment_methods.update,
    "POST /payment_methods/{id}/attach": payment_methods.attach,
    "POST /payment_methods/{id}/detach": payment_methods.detach,
    "GET /radar/early_fraud_warnings": _list("radar.early_fraud_warning", "charge", "payment_intent"),
    "GET /radar/early_fraud_warnings/{id}": _retrieve("radar.early_fraud_warning"),
    "GET /refunds": refunds.listing,
    "POST /refunds": refunds.create,
    "GET /refunds/{id}": _retrieve("refund"),
    "POST /refunds/{id}": refunds.update,
    "POST /refunds/{id}/cancel": refunds.cancel,
    "GET /setup_intents": setup_intents.listing,
    "POST /setup_intents": setup_intents.create,
    "GET /setup_intents/{id}": setup_intents.retrieve,
    "POST /setup_intents/{id}": setup_intents.update,
    "POST /setup_intents/{id}/confirm": setup_intents.confirm,
    "POST /setup_intents/{id}/cancel": setup_intents.cancel,
    "GET /transfers": transfers.listing,
    "POST /transfers": transfers.create,
    "GET /transfers/{id}": transfers.retrieve,
    "POST /transfers/{id}": transfers.update,
    "GET /transfers/{id}/reversals": transfers.list_reversals,
    "POST /transfers/{id}/reversals": transfers.reverse,
    "GET /transfers/{id}/reversals/{reversal}": transfers.retrieve_reversal,
    "GET /webhook_endpoints": _list("webhook_endpoint"),
    "POST /webhook_endpoints": webhooks.create,
    "GET /webhook_endpoints/{id}": _retrieve("webhook_endpoint"),
    "POST /webhook_endpoints/{id}": webhooks.update,
    "DELETE /webhook_endpoints/{id}": webhooks.delete,
}
