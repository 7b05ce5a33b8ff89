"""The tables of payments; the database refuses what must never happen."""

from pamoja.kernel.payments.models.collections import Collection, CollectionAttempt
from pamoja.kernel.payments.models.inbox import WebhookInbox
from pamoja.kernel.payments.models.payouts import Payout

__all__ = ["Collection", "CollectionAttempt", "Payout", "WebhookInbox"]
