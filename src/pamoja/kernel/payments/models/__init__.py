"""The tables of payments; the database refuses what must never happen."""

from pamoja.kernel.payments.models.arrivals import Arrival, Inlet
from pamoja.kernel.payments.models.billing import Question, QuestionMessage, Redemption, Subscription, Usage
from pamoja.kernel.payments.models.cases import Case, Deposit
from pamoja.kernel.payments.models.collections import Collection, CollectionAttempt
from pamoja.kernel.payments.models.givingback import Dispute, Refund
from pamoja.kernel.payments.models.inbox import WebhookInbox
from pamoja.kernel.payments.models.invoices import (
    Invoice,
    InvoiceCounter,
    InvoiceLine,
    InvoiceRefund,
    RevenueSpan,
)
from pamoja.kernel.payments.models.methods import Customer, Method, Reference
from pamoja.kernel.payments.models.payees import Onward, Payee
from pamoja.kernel.payments.models.payouts import Payout
from pamoja.kernel.payments.models.plans import Discount, Plan, Price, PriceTier, PromotionCode, TaxRate
from pamoja.kernel.payments.models.safety import Approval, Freeze, MemberTier
from pamoja.kernel.payments.models.settings import Endpoint, PaymentSettings

__all__ = [
    "Approval",
    "Arrival",
    "Case",
    "Collection",
    "CollectionAttempt",
    "Customer",
    "Deposit",
    "Discount",
    "Dispute",
    "Endpoint",
    "Freeze",
    "Inlet",
    "Invoice",
    "InvoiceCounter",
    "InvoiceLine",
    "InvoiceRefund",
    "MemberTier",
    "Method",
    "Onward",
    "Payee",
    "PaymentSettings",
    "Payout",
    "Plan",
    "Price",
    "PriceTier",
    "PromotionCode",
    "Question",
    "QuestionMessage",
    "Redemption",
    "Reference",
    "Refund",
    "RevenueSpan",
    "Subscription",
    "TaxRate",
    "Usage",
    "WebhookInbox",
]
