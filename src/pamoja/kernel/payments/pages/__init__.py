"""Pages about payments: thin doors to the actions."""

from pamoja.kernel.payments.pages import billing, billing_desk, desk, history, limits, offers, safety
from pamoja.kernel.payments.pages.cases import bank_statement, case, cases, compare, refund
from pamoja.kernel.payments.pages.methods import add_bank, add_hosted, add_phone, method, methods
from pamoja.kernel.payments.pages.methods import change as change_method
from pamoja.kernel.payments.pages.own import payment, retry
from pamoja.kernel.payments.pages.payees import add_payee, payee_again, take_back
from pamoja.kernel.payments.pages.receipts import name_receipt
from pamoja.kernel.payments.pages.review import ask_again, resolve, review
from pamoja.kernel.payments.pages.settings import payment_settings
from pamoja.kernel.payments.pages.wallet import home_cards, top_up, wallet, withdraw

__all__ = [
    "add_bank",
    "add_hosted",
    "add_payee",
    "add_phone",
    "ask_again",
    "bank_statement",
    "billing",
    "billing_desk",
    "case",
    "cases",
    "change_method",
    "compare",
    "desk",
    "history",
    "home_cards",
    "limits",
    "method",
    "methods",
    "name_receipt",
    "offers",
    "payee_again",
    "payment",
    "payment_settings",
    "refund",
    "resolve",
    "retry",
    "review",
    "safety",
    "take_back",
    "top_up",
    "wallet",
    "withdraw",
]
