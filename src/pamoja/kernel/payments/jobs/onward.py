"""Members whom Stripe pays: how their accounts stand, and their money on its way from there to their banks."""

from __future__ import annotations

import logging

from pamoja.foundation.jobs import job
from pamoja.kernel.payments.actions import onward, payees
from pamoja.kernel.payments.errors import RailFailure
from pamoja.kernel.payments.jobs.speaking import spoken
from pamoja.kernel.payments.models import Payee
from pamoja.kernel.payments.providers.rails import rail_named
from pamoja.kernel.payments.rules.messages import OnwardAnswer, OnwardOrder
from pamoja.kernel.payments.rules.onward import OnwardState
from pamoja.kernel.payments.rules.payees import PayeeSaid
from pamoja.kernel.payments.rules.rails import STRIPE

log = logging.getLogger(__name__)

_BATCH = 100


@job("payments.move_onwards")
def move_payouts_onward() -> None:
    """Tell Stripe what is to go on to members' banks, or to come back, and ask about what it was told."""
    move_onwards()


def ask_about_payees() -> None:
    """Ask Stripe about every member's account of which there may be news."""
    while due := payees.take_due_payees():
        for payee, said in zip(due, spoken(_state_of, due), strict=True):
            if isinstance(said, RailFailure):
                log.info("a member's account was not asked about", extra={"payee": str(payee.pk), "code": said.code})
            else:
                payees.record_payee(payee_id=payee.pk, said=said)


def move_onwards() -> None:
    """The second halves of payouts that are due."""
    while due := onward.take_due_onwards(limit=_BATCH):
        for (order, _), answer in zip(due, spoken(_move, due), strict=True):
            if isinstance(answer, RailFailure):
                log.info("money was not sent on", extra={"payout": str(order.payout_id), "code": answer.code})
            onward.record_onward(payout_id=order.payout_id, answer=answer)


def _state_of(payee: Payee) -> PayeeSaid:
    return rail_named(STRIPE).payee_state(str(payee.rail_id))


def _move(due: tuple[OnwardOrder, OnwardState]) -> OnwardAnswer:
    order, before = due
    rail = rail_named(STRIPE)
    if before == OnwardState.COMING_BACK:
        return rail.take_back(order)
    if order.rail_id:
        return rail.cancel_onward(order) if order.is_recalled else rail.query_onward(order)
    return rail.send_on(order) if before == OnwardState.REQUESTED else rail.find_onward(order)
