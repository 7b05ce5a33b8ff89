"""Money at Stripe in a member's name: sent on to their bank and watched until it is there, or taken back."""

from __future__ import annotations

from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor, action
from pamoja.foundation.events import announce
from pamoja.kernel.ledger.public import Transfer, post, wallet_of
from pamoja.kernel.payments.actions.casework import close_case, open_case
from pamoja.kernel.payments.actions.reviewing import MANAGE, said_why
from pamoja.kernel.payments.errors import NothingToTakeBack, RailFailure
from pamoja.kernel.payments.errors import PayoutArrived as HasArrived
from pamoja.kernel.payments.events.payees import PayoutArrived, PayoutCameBack, PayoutRecalled
from pamoja.kernel.payments.models import Onward, Payout
from pamoja.kernel.payments.queries import payees as found
from pamoja.kernel.payments.queries.accounts import clearing_account
from pamoja.kernel.payments.rules.givingback import CaseKind
from pamoja.kernel.payments.rules.messages import OnwardAnswer, OnwardOrder
from pamoja.kernel.payments.rules.onward import OnwardState, next_query_at
from pamoja.kernel.payments.rules.timing import silent_at

# The money of a transfer may not be free there yet: it is told again. After so long, it comes back.
_NOT_FREE = "balance_insufficient"
_TRIES_MAX = 14


@action
def take_due_onwards(*, by: Actor = SYSTEM, limit: int = 100) -> list[tuple[OnwardOrder, OnwardState]]:
    """What Stripe is told or asked now, and how far each had come; each gets its next time first."""
    now, due = clock.now(), []
    for onward in found.onwards_due(now, limit):
        before = OnwardState(onward.state)
        if before == OnwardState.REQUESTED:
            onward.state, onward.sent_at = OnwardState.SENT, now
        if before in (OnwardState.REQUESTED, OnwardState.COMING_BACK):
            onward.tries += 1
        _ask_later(onward)
        onward.save(update_fields=["state", "sent_at", "tries", "next_query_at"])
        due.append((_order(onward), before))
    return due


@action
def record_onward(*, by: Actor = SYSTEM, payout_id: UUID, answer: OnwardAnswer | RailFailure) -> Onward:
    """Believe what Stripe says of the second half of a payout, in whatever order it is said."""
    onward = found.onward_for_update(payout_id)
    if onward.state in (OnwardState.CAME_BACK, OnwardState.STUCK):
        return onward
    if isinstance(answer, RailFailure):
        _not_done(onward, answer)
    elif onward.state == OnwardState.COMING_BACK:
        if answer.state == "came_back":
            _came_back(onward, answer.rail_id)
    elif not answer.state:
        _not_known(onward)
    else:
        _moved(onward, answer)
    return onward


@action
def take_payout_back(*, by: Actor, payout_id: UUID, reason: str) -> Onward:
    """Have Stripe give back what has not reached the member's bank; it goes into their wallet.

    Raises: NotAllowed, ReasonMissing, PaymentNotFound; PayoutArrived; NothingToTakeBack when it is on its way back.
    """
    by.require(MANAGE)
    reason = said_why(reason)
    onward = found.onward_for_update(payout_id)
    if onward.state == OnwardState.PAID:
        raise HasArrived()
    if onward.state in (OnwardState.COMING_BACK, OnwardState.CAME_BACK):
        raise NothingToTakeBack()
    now = clock.now()
    onward.recalled_at, onward.recall_reason, onward.next_query_at = now, reason, now
    onward.save(update_fields=["recalled_at", "recall_reason", "next_query_at"])
    announce(PayoutRecalled(**onward.payout.told(), reason=reason))
    if onward.state in (OnwardState.REQUESTED, OnwardState.STUCK):
        _come_back(onward, onward.code or "taken_back")
    return onward


def _moved(onward: Onward, answer: OnwardAnswer) -> None:
    now, before = clock.now(), OnwardState(onward.state)
    onward.rail_id = onward.rail_id or answer.rail_id
    onward.expected_at = answer.expected_at
    if answer.state == "failed":
        onward.save(update_fields=["rail_id", "expected_at"])
        _come_back(onward, "taken_back" if answer.code == "canceled" and onward.recalled_at else answer.code)
        return
    is_new = answer.state == "paid" and before != OnwardState.PAID
    if is_new:
        onward.state, onward.paid_at, onward.ended_at = OnwardState.PAID, now, now
    elif before in (OnwardState.REQUESTED, OnwardState.SENT):
        onward.state = OnwardState.MOVING
    is_to_be_cancelled = onward.recalled_at and before == OnwardState.SENT and not is_new
    _ask_later(onward)
    if is_to_be_cancelled:
        onward.next_query_at = now
    onward.save(update_fields=["rail_id", "expected_at", "state", "paid_at", "ended_at", "next_query_at"])
    if is_new:
        announce(PayoutArrived(**onward.payout.told()))


def _not_known(onward: Onward) -> None:
    """Its answer was lost, and Stripe does not have it: it is told again, once it must have been carried out."""
    now = clock.now()
    if onward.state == OnwardState.SENT and onward.sent_at and now >= silent_at(onward.sent_at):
        _tell_again(onward)


def _not_done(onward: Onward, failure: RailFailure) -> None:
    if onward.state == OnwardState.COMING_BACK:
        if failure.permanent:
            _stuck(onward)
    elif onward.state == OnwardState.SENT and onward.rail_id is None and not failure.may_have_happened:
        is_over = failure.permanent and (failure.code != _NOT_FREE or onward.tries >= _TRIES_MAX)
        if is_over:
            _come_back(onward, failure.code)
        else:
            _tell_again(onward)


def _tell_again(onward: Onward) -> None:
    if onward.recalled_at:
        _come_back(onward, "taken_back")
        return
    onward.state = OnwardState.REQUESTED
    _ask_later(onward)
    onward.save(update_fields=["state", "next_query_at"])


def _come_back(onward: Onward, code: str) -> None:
    onward.state, onward.code, onward.ended_at = OnwardState.COMING_BACK, code[:60] or "unknown", None
    onward.next_query_at = clock.now()
    onward.save(update_fields=["state", "code", "ended_at", "next_query_at"])


def _came_back(onward: Onward, reversal_id: str) -> None:
    payout = onward.payout
    entry = post(
        key=f"payments.came_back:{payout.pk}",
        transfers=[
            Transfer(
                debit=clearing_account(payout.rail, payout.currency),
                credit=wallet_of(payout.member_id, payout.currency),
                amount=payout.amount,
            )
        ],
        description="What was sent to your bank came back",
        reference=payout.public_id,
    )
    onward.state, onward.reversal_id, onward.back_entry_id = OnwardState.CAME_BACK, reversal_id, entry.id
    onward.ended_at, onward.next_query_at = clock.now(), None
    onward.save(update_fields=["state", "reversal_id", "back_entry_id", "ended_at", "next_query_at"])
    close_case(kind=CaseKind.PAYOUT, subject=_subject(payout), reason="Stripe gave it back")
    announce(PayoutCameBack(**payout.told(), reason_code=onward.code[:40], reason=onward.reason))


def _stuck(onward: Onward) -> None:
    payout = onward.payout
    onward.state, onward.next_query_at = OnwardState.STUCK, None
    onward.save(update_fields=["state", "next_query_at"])
    open_case(
        kind=CaseKind.PAYOUT,
        subject=_subject(payout),
        says="Money that did not reach a member's bank cannot be taken back from their account with Stripe",
        amount=payout.amount,
        member_id=payout.member_id,
    )


def _ask_later(onward: Onward) -> None:
    onward.next_query_at = next_query_at(
        OnwardState(onward.state),
        since=onward.requested_at,
        paid_at=onward.paid_at,
        tries=onward.tries,
        now=clock.now(),
    )


def _subject(payout: Payout) -> str:
    return f"payout:{payout.pk}"


def _order(onward: Onward) -> OnwardOrder:
    return OnwardOrder(
        payout_id=onward.payout_id,
        account=onward.account,
        amount=onward.payout.amount,
        transfer_id=onward.transfer_id,
        rail_id=onward.rail_id or "",
        tries=max(onward.tries, 1),
        since=onward.requested_at,
        is_recalled=onward.recalled_at is not None,
    )
