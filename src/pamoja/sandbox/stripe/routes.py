"""Gives every Stripe address its answerer, and sets Stripe going in a world."""

from functools import cache

from starlette.routing import Route

from pamoja.sandbox.stripe import (
    accounts,
    api,
    balance,
    catalogue,
    charges,
    checkout,
    customers,
    disputes,
    invoice_api,
    invoices,
    paying,
    payment_intents,
    payment_methods,
    refunds,
    setup_intents,
    subscription_api,
    subscriptions,
    test_clocks,
    transfers,
    webhooks,
)
from pamoja.sandbox.stripe.call import Call
from pamoja.sandbox.stripe.desk import Desk
from pamoja.sandbox.stripe.dues import happens
from pamoja.sandbox.stripe.gate import Handler, behind_the_gate
from pamoja.sandbox.stripe.objects import Object
from pamoja.sandbox.world import World


def join(world: World) -> list[Route]:
    """Sets Stripe going and returns its routes: the impersonated ones, then those for tests."""
    for join_in in JOINING:
        join_in(world)
    happens(world, "stripe.funds_available", _funds_available)
    return [*_impersonated(), *api.ROUTES]


@cache
def _impersonated() -> list[Route]:
    """The same for every world of a process: there are many, and making them takes longer than a request."""
    return [_route(line, handler) for line, handler in TABLE.items()]


def _funds_available(desk: Desk, payload: dict[str, str]) -> None:
    balance.funds_available(desk, payload["line"])


def _route(line: str, handler: Handler) -> Route:
    verb, path = line.split()
    endpoint = behind_the_gate(handler, is_public=line in PUBLIC)
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

JOINING = (
    webhooks.join,
    paying.join,
    payment_intents.join,
    charges.join,
    refunds.join,
    disputes.join,
    checkout.join,
    invoices.join,
    subscriptions.join,
    test_clocks.join,
    accounts.join,
)
TABLE: dict[str, Handler] = {
    "GET /account": accounts.own,
    "POST /account_links": accounts.link,
    "GET /accounts": _list("account"),
    "POST /accounts": accounts.create,
    "GET /accounts/{id}": _retrieve("account"),
    "POST /accounts/{id}": accounts.update,
    "DELETE /accounts/{id}": accounts.delete,
    "POST /accounts/{id}/external_accounts": accounts.add_bank,
    "POST /accounts/{id}/login_links": accounts.login_link,
    "GET /balance": balance.show,
    "GET /balance_transactions": balance.listing,
    "GET /balance_transactions/{id}": balance.retrieve,
    "GET /charges": charges.listing,
    "GET /charges/{id}": _retrieve("charge"),
    "POST /charges/{id}": charges.update,
    "GET /charges/{id}/refunds": lambda call: call.listed("refund", charge=call.path["id"]),
    "GET /checkout/sessions": checkout.listing,
    "POST /checkout/sessions": checkout.create,
    "GET /checkout/sessions/{id}": _retrieve("checkout.session"),
    "POST /checkout/sessions/{id}": checkout.update,
    "POST /checkout/sessions/{id}/expire": checkout.expire,
    "GET /checkout/sessions/{id}/line_items": checkout.line_items,
    "GET /coupons": _list("coupon"),
    "POST /coupons": catalogue.create_coupon,
    "GET /coupons/{id}": _retrieve("coupon"),
    "POST /coupons/{id}": catalogue.generic_update("coupon"),
    "DELETE /coupons/{id}": catalogue.delete_coupon,
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
    "GET /invoice_payments": invoice_api.list_payments,
    "GET /invoice_payments/{id}": _retrieve("invoice_payment"),
    "GET /invoiceitems": _list("invoiceitem", "customer", "invoice"),
    "POST /invoiceitems": invoice_api.create_item,
    "GET /invoiceitems/{id}": _retrieve("invoiceitem"),
    "GET /invoices": invoice_api.listing,
    "POST /invoices": invoices.create,
    "POST /invoices/create_preview": subscription_api.preview,
    "GET /invoices/{id}": _retrieve("invoice"),
    "POST /invoices/{id}": invoice_api.update,
    "DELETE /invoices/{id}": invoice_api.delete,
    "POST /invoices/{id}/finalize": invoice_api.finalize,
    "GET /invoices/{id}/lines": invoice_api.lines,
    "POST /invoices/{id}/mark_uncollectible": invoice_api.mark_uncollectible,
    "POST /invoices/{id}/pay": invoice_api.pay,
    "POST /invoices/{id}/send": invoice_api.send,
    "POST /invoices/{id}/void": invoice_api.void,
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
    "GET /payouts": accounts.list_payouts,
    "POST /payouts": accounts.pay_out,
    "GET /payouts/{id}": _retrieve("payout"),
    "POST /payouts/{id}/cancel": accounts.cancel_payout,
    "GET /prices": catalogue.list_prices,
    "POST /prices": catalogue.create_price,
    "GET /prices/{id}": _retrieve("price"),
    "POST /prices/{id}": catalogue.update_price,
    "GET /products": _list("product", "active"),
    "POST /products": catalogue.create_product,
    "GET /products/{id}": _retrieve("product"),
    "POST /products/{id}": catalogue.update_product,
    "DELETE /products/{id}": catalogue.delete_product,
    "GET /promotion_codes": catalogue.list_promotions,
    "POST /promotion_codes": catalogue.create_promotion,
    "GET /promotion_codes/{id}": _retrieve("promotion_code"),
    "POST /promotion_codes/{id}": catalogue.update_promotion,
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
    "GET /subscriptions": subscription_api.listing,
    "POST /subscriptions": subscription_api.create,
    "GET /subscriptions/{id}": _retrieve("subscription"),
    "POST /subscriptions/{id}": subscription_api.update,
    "DELETE /subscriptions/{id}": subscription_api.cancel,
    "POST /subscriptions/{id}/resume": subscription_api.resume,
    "GET /test_helpers/test_clocks": _list(test_clocks.KIND),
    "POST /test_helpers/test_clocks": test_clocks.create,
    "GET /test_helpers/test_clocks/{id}": _retrieve(test_clocks.KIND),
    "POST /test_helpers/test_clocks/{id}/advance": test_clocks.advance,
    "DELETE /test_helpers/test_clocks/{id}": test_clocks.delete,
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
