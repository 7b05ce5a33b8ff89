"""Pages about payments: thin doors to the actions."""

from pamoja.kernel.payments.pages.own import payment, payments, retry
from pamoja.kernel.payments.pages.review import ask_again, resolve, review
from pamoja.kernel.payments.pages.wallet import home_cards, top_up, wallet, withdraw

__all__ = [
    "ask_again",
    "home_cards",
    "payment",
    "payments",
    "resolve",
    "retry",
    "review",
    "top_up",
    "wallet",
    "withdraw",
]
