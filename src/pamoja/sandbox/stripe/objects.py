"""What every object of Stripe's has in common: its shape, its kind of id, and what of it is shown."""

from typing import Any

Object = dict[str, Any]
API_VERSION = "2026-06-24.dahlia"
PREFIXES = {
    "account": "acct",
    "balance_transaction": "txn",
    "bank_account": "ba",
    "charge": "ch",
    "checkout.session": "cs_test",
    "customer": "cus",
    "dispute": "dp",
    "event": "evt",
    "invoice": "in",
    "invoice_payment": "inpay",
    "invoiceitem": "ii",
    "line_item": "il",
    "mandate": "mandate",
    "payment_intent": "pi",
    "payment_method": "pm",
    "payout": "po",
    "price": "price",
    "product": "prod",
    "promotion_code": "promo",
    "radar.early_fraud_warning": "issfr",
    "refund": "re",
    "setup_attempt": "setatt",
    "setup_intent": "seti",
    "subscription": "sub",
    "subscription_item": "si",
    "test_helpers.test_clock": "clock",
    "transfer": "tr",
    "transfer_reversal": "trr",
    "webhook_endpoint": "we",
}
WORDS = {"payment_method": "PaymentMethod", "checkout.session": "checkout session", "balance_transaction": "txn"}


def shown(thing: Object) -> Object:
    """An object as the API answers it: without what only the sandbox knows."""
    return {name: value for name, value in thing.items() if not name.startswith("_")}


def changes(before: Object, after: Object) -> Object:
    """What an event tells as previous attributes."""
    return {name: value for name, value in before.items() if after.get(name) != value and not name.startswith("_")}
