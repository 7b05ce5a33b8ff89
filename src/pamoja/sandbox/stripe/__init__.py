"""Stripe: cards, bank debits, billing and Connect, as far as the platform uses them."""
