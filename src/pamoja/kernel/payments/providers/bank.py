"""Transfers that people make at their own bank: nobody is spoken to, the bank's statement says what came and went."""

from __future__ import annotations

from pamoja.kernel.payments.providers.base import BaseRail
from pamoja.kernel.payments.rules.messages import CollectOrder, PayoutOrder, Submission


class Bank(BaseRail):
    """The member is shown where to transfer to and what to write on it; a statement's line settles it."""

    name = "bank"

    def collect(self, order: CollectOrder) -> Submission:
        """Nothing to say to anybody: the order stands until a transfer comes."""
        return Submission(rail_id=order.attempt_id.hex)

    def pay_out(self, order: PayoutOrder) -> Submission:
        """A person makes the transfer from the list of those to make; the statement says that it left."""
        return Submission(rail_id=order.originator_id)
