"""What other packages may use of payments."""

from pamoja.kernel.payments.actions.approving import request_adjustment
from pamoja.kernel.payments.actions.collecting import collect, give_up_collection, try_collection_again
from pamoja.kernel.payments.actions.invoicing import bill_member
from pamoja.kernel.payments.actions.paying_out import pay_out
from pamoja.kernel.payments.actions.subscribing import report_usage
from pamoja.kernel.payments.errors import (
    AmountNotWhole,
    AmountTooLarge,
    AmountTooSmall,
    CollectionEnded,
    CollectionUnderWay,
    CurrencyNotCarried,
    KeyReused,
    MethodMissing,
    MethodNotFound,
    MethodUnusable,
    PaymentNotFound,
    PhoneMissing,
    PhoneUnfit,
    RailUnknown,
)
from pamoja.kernel.payments.events import (
    CollectionConfirmed,
    CollectionDoubted,
    CollectionFailed,
    CollectionGivenUp,
    CollectionRequested,
    CollectionResolved,
    CollectionSubmitted,
    PayoutConfirmed,
    PayoutDoubted,
    PayoutFailed,
    PayoutRequested,
    PayoutResolved,
    PayoutSubmitted,
    SurplusReceived,
)
from pamoja.kernel.payments.events.billing import (
    InvoicePaid,
    InvoiceRefunded,
    SubscriptionBegan,
    SubscriptionCancelled,
    SubscriptionPaused,
    SubscriptionResumed,
)
from pamoja.kernel.payments.events.payees import PayoutCameBack
from pamoja.kernel.payments.models import Collection, Invoice, Payout, Plan, Subscription
from pamoja.kernel.payments.queries.billing import running_subscription, subscription_grants
from pamoja.kernel.payments.queries.collections import collection, collections_for
from pamoja.kernel.payments.queries.history import PaymentLine, Wanted, counts_by_state, member_payments
from pamoja.kernel.payments.queries.offering import Offered, asks_phones, chosen_way, ways_to_pay
from pamoja.kernel.payments.queries.own import action_url_of
from pamoja.kernel.payments.queries.payouts import payout, payouts_for
from pamoja.kernel.payments.queries.upcoming import Upcoming, upcoming_payments, upcoming_source
from pamoja.kernel.payments.rules.limits import Direction
from pamoja.kernel.payments.rules.states import CollectionState, PayoutState

__all__ = [
    "AmountNotWhole",
    "AmountTooLarge",
    "AmountTooSmall",
    "Collection",
    "CollectionConfirmed",
    "CollectionDoubted",
    "CollectionEnded",
    "CollectionFailed",
    "CollectionGivenUp",
    "CollectionRequested",
    "CollectionResolved",
    "CollectionState",
    "CollectionSubmitted",
    "CollectionUnderWay",
    "CurrencyNotCarried",
    "Direction",
    "Invoice",
    "InvoicePaid",
    "InvoiceRefunded",
    "KeyReused",
    "MethodMissing",
    "MethodNotFound",
    "MethodUnusable",
    "Offered",
    "PaymentLine",
    "PaymentNotFound",
    "Payout",
    "PayoutCameBack",
    "PayoutConfirmed",
    "PayoutDoubted",
    "PayoutFailed",
    "PayoutRequested",
    "PayoutResolved",
    "PayoutState",
    "PayoutSubmitted",
    "PhoneMissing",
    "PhoneUnfit",
    "Plan",
    "RailUnknown",
    "Subscription",
    "SubscriptionBegan",
    "SubscriptionCancelled",
    "SubscriptionPaused",
    "SubscriptionResumed",
    "SurplusReceived",
    "Upcoming",
    "Wanted",
    "action_url_of",
    "asks_phones",
    "bill_member",
    "chosen_way",
    "collect",
    "collection",
    "collections_for",
    "counts_by_state",
    "give_up_collection",
    "member_payments",
    "pay_out",
    "payout",
    "payouts_for",
    "report_usage",
    "request_adjustment",
    "running_subscription",
    "subscription_grants",
    "try_collection_again",
    "upcoming_payments",
    "upcoming_source",
    "ways_to_pay",
]
