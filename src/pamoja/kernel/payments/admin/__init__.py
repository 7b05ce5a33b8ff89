"""The back office of payments: all of it is read there, and moves by its own pages alone."""

from pamoja.kernel.payments.admin import billing, giving_back, payees, payments

__all__ = ["billing", "giving_back", "payees", "payments"]
