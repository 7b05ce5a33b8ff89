"""Transfers that people make at their own bank: nobody is spoken to, and the bank's statement says what came."""

from __future__ import annotations

from pamoja.kernel.payments.providers.base import BaseRail
from pamoja.kernel.payments.rules.messages import CollectOrder, Submission


class Bank(BaseRail):
    """The member is shown where to transfer to and what to write on it; a statement's line settles it."""

    name = "bank"

    def collect(self, order: CollectOrder) -> Submission:
        """Nothing to say to anybody: the order stands until a transfer comes."""
        return Submission(rail_id=order.attempt_id.hex)
