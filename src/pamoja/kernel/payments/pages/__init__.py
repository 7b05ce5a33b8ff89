"""Pages about payments: thin doors to the actions."""

from pamoja.kernel.payments.pages.methods import add_bank, add_hosted, add_phone, method, methods
from pamoja.kernel.payments.pages.methods import change as change_method
from pamoja.kernel.payments.pages.own import payment, payments, retry
from pamoja.kernel.payments.pages.review import ask_again, resolve, review
from pamoja.kernel.payments.pages.wallet import home_cards, top_up, wallet, withdraw

__all__ = [
    "add_bank",
    "add_hosted",
    "add_phone",
    "ask_again",
    "change_method",
    "home_cards",
    "method",
    "methods",
    "payment",
    "payments",
    "resolve",
    "retry",
    "review",
    "top_up",
    "wallet",
    "withdraw",
]
