"""The tables of payments; the database refuses what must never happen."""

from pamoja.kernel.payments.models.collections import Collection, CollectionAttempt
from pamoja.kernel.payments.models.inbox import WebhookInbox
from pamoja.kernel.payments.models.methods import Customer, Method, Reference
from pamoja.kernel.payments.models.payouts import Payout
from pamoja.kernel.payments.models.settings import Endpoint, PaymentSettings

__all__ = [
    "Collection",
    "CollectionAttempt",
    "Customer",
    "Endpoint",
    "Method",
    "PaymentSettings",
    "Payout",
    "Reference",
    "WebhookInbox",
]
