"""Who wants to hear what became of an invoice."""

from collections.abc import Callable

from pamoja.sandbox.stripe.desk import Desk
from pamoja.sandbox.stripe.objects import Object

Watcher = Callable[[Desk, Object, str], None]
"""Hears of an invoice that it is paid, failed, action_required, given_up."""
INVOICE_WATCHERS: list[Watcher] = []
