"""Heeding signed events: each only makes it time to ask about what it is about, in whatever order they come."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from pamoja.foundation import clock
from pamoja.foundation.actions import joins_transaction
from pamoja.kernel.payments.actions.disputing import notice_dispute
from pamoja.kernel.payments.models import CollectionAttempt, Method, Onward, Payee, Payout, Refund
from pamoja.kernel.payments.rules.givingback import RefundState
from pamoja.kernel.payments.rules.messages import Notice
from pamoja.kernel.payments.rules.methods import MethodState
from pamoja.kernel.payments.rules.onward import OnwardState
from pamoja.kernel.payments.rules.states import AttemptState, Doubt, PayoutState


@joins_transaction
def heed_events(rail: str, notices: Sequence[Notice]) -> None:
    """Make the question due about every payment and way to pay that the events name."""
    now = clock.now()
    about = _Named(notices)
    _heed_what_goes_back(rail, about)
    _heed_what_goes_out(rail, about)
    if about.payments:
        (
            CollectionAttempt.objects.filter(rail=rail, checkout_request_id__in=about.payments)
            .exclude(Q(state=AttemptState.PAID) | Q(doubt=Doubt.AMOUNT))
            .update(next_query_at=now)
        )
    if about.visits or about.methods:
        (
            Method.objects.filter(rail=rail)
            .filter(
                Q(session_id__in=about.visits) | Q(rail_id__in=about.methods) | Q(mandate_id__in=about.methods - {""})
            )
            .exclude(state=MethodState.REMOVED)
            .update(next_query_at=now)
        )


@joins_transaction
def _heed_what_goes_back(rail: str, about: _Named) -> None:
    now = clock.now()
    if about.refunds:
        Refund.objects.filter(attempt__rail=rail, rail_id__in=about.refunds).exclude(state=RefundState.FAILED).update(
            next_query_at=now
        )
    for rail_id, payment_id in sorted(about.disputes.items()):
        notice_dispute(rail, rail_id, payment_id)


@joins_transaction
def _heed_what_goes_out(rail: str, about: _Named) -> None:
    now = clock.now()
    if about.transfers:
        named = Q(conversation_id__in=about.transfers) | Q(originator_id__in=about.transferred_for)
        Payout.objects.filter(named, rail=rail, state__in=[PayoutState.SENT, PayoutState.ACCEPTED]).update(
            next_query_at=now
        )
    if about.onwards:
        is_lost = Q(rail_id__isnull=True, state=OnwardState.SENT, account__in=about.accounts)
        moving = [OnwardState.SENT, OnwardState.MOVING, OnwardState.PAID]
        Onward.objects.filter(Q(rail_id__in=about.onwards) | is_lost, state__in=moving).update(next_query_at=now)
    if about.payees:
        Payee.objects.filter(rail_id__in=about.payees).update(next_query_at=now)


class _Named:
    """What the events are about, by the rail's own ids."""

    def __init__(self, notices: Sequence[Notice]) -> None:
        self.payments = self._of(notices, "payment_intent.")
        self.visits = self._of(notices, "checkout.session.")
        self.methods = self._of(notices, "payment_method.", "mandate.")
        self.refunds = self._of(notices, "refund.", "charge.refund.")
        self.transfers = self._of(notices, "transfer.")
        self.transferred_for = {each.other_id for each in notices if each.code.startswith("transfer.")} - {""}
        self.onwards = self._of(notices, "payout.")
        self.accounts = {each.other_id for each in notices if each.code.startswith("payout.")} - {""}
        changed = {each.other_id for each in notices if each.code.startswith(("account.external", "capability."))}
        self.payees = (self._of(notices, "account.updated") | changed) - {""}
        self.disputes = {each.rail_id: each.other_id for each in notices if each.code.startswith("charge.dispute.")}

    def _of(self, notices: Sequence[Notice], *kinds: str) -> set[str]:
        return {each.rail_id for each in notices if each.rail_id and each.code.startswith(kinds)}
