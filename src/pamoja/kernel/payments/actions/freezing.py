"""Freezing money by hand, and lifting what a rule or a person froze: what waited goes on, or is given back."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, action, joins_transaction
from pamoja.foundation.events import announce
from pamoja.kernel.identity.public import SignInNeeded, member_with_id
from pamoja.kernel.payments.actions.guarding import begin_freeze, go_on, hold_back, wait_for_turn
from pamoja.kernel.payments.actions.paying_out import fail_payout
from pamoja.kernel.payments.actions.reviewing import said_why
from pamoja.kernel.payments.errors.safety import FreezeLiftedAlready, FrozenAlready, LeftAlready, OwnCase
from pamoja.kernel.payments.events.safety import FreezeLifted, MoneyFreed
from pamoja.kernel.payments.models import Approval, Freeze, Payout
from pamoja.kernel.payments.queries import freezes
from pamoja.kernel.payments.queries.payouts import payout as payout_with_id
from pamoja.kernel.payments.queries.payouts import payout_for_update
from pamoja.kernel.payments.rules.safeguards import ApprovalState
from pamoja.kernel.payments.rules.states import PayoutState

GUARD = "payments.guard"
"""May see what is frozen and by which rule, freeze, lift, and say how well a member is known."""

WentBack = "We could not send this payment. Please write to us if you need it."
Outcome = Literal["go_on", "give_back"]
OUTCOMES: dict[Outcome, str] = {"go_on": "and what waited goes on", "give_back": "and what waited was given back"}


@action
def freeze_member(*, by: Actor, member_id: UUID, reason: str) -> Freeze:
    """Let nothing out of the member's wallet from now on; payouts that have not left wait.

    Raises: NotAllowed, MemberNotFound, ReasonMissing; OwnCase; FrozenAlready.
    """
    by_id, reason = deciding(by, GUARD, about=member_with_id(member_id).pk), said_why(reason)
    wait_for_turn(member_id)
    if freezes.is_frozen(member_id):
        raise FrozenAlready()
    made = begin_freeze(member_id=member_id, payout=None, reason=reason, by_id=by_id)
    for payout in freezes.payouts_not_sent(member_id):
        hold_back(payout)
    return made


@action
def freeze_payout(*, by: Actor, payout_id: UUID, reason: str) -> Freeze:
    """Let one payout wait that has not left yet.

    Raises: NotAllowed, PaymentNotFound, ReasonMissing; OwnCase; FrozenAlready; LeftAlready.
    """
    member_id = payout_with_id(payout_id).member_id
    by_id, reason = deciding(by, GUARD, about=member_id), said_why(reason)
    wait_for_turn(member_id)
    payout = payout_for_update(payout_id)
    if payout.freezes.filter(lifted_at__isnull=True).exists():
        raise FrozenAlready()
    if payout.state == PayoutState.REQUESTED and not payout.submissions_made:
        hold_back(payout)
    elif payout.state != PayoutState.WAITING:
        raise LeftAlready()
    return begin_freeze(member_id=member_id, payout=payout, reason=reason, by_id=by_id)


@action
def lift_freeze(*, by: Actor, freeze_id: UUID, outcome: Outcome, reason: str) -> Freeze:
    """Decide about what is frozen. What waited because of it leaves, unless something else stands in its way, or goes
    back to the wallet.

    Raises: NotAllowed, FreezeNotFound, ReasonMissing; OwnCase; FreezeLiftedAlready.
    """
    member_id = freezes.freeze_with(freeze_id).member_id
    by_id, reason = deciding(by, GUARD, about=member_id), said_why(reason)
    wait_for_turn(member_id)
    freeze = freezes.freeze_for_update(freeze_id)
    if not freeze.is_open:
        raise FreezeLiftedAlready()
    freeze.lifted_at, freeze.lifted_by_id, freeze.lift_reason = clock.now(), by_id, reason
    freeze.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
    told = {"freeze_id": freeze.pk, "member_id": member_id}
    announce(MoneyFreed(**told))
    announce(FreezeLifted(**told, outcome=OUTCOMES[outcome], why=reason))
    for payout in freezes.held_by(freeze):
        if outcome == "go_on":
            go_on(payout)
        else:
            give_back(payout)
    return freeze


@joins_transaction
def give_back(payout: Payout) -> None:
    """What waited is the member's again; nobody is asked about it any more. The row is locked by the caller."""
    waiting = Approval.objects.filter(payout=payout, state=ApprovalState.WAITING)
    waiting.update(state=ApprovalState.EXPIRED, decided_at=clock.now())
    fail_payout(payout, "held_back", WentBack)


def deciding(by: Actor, permission: str, *, about: UUID) -> UUID:
    """The member who decides about another member's money.

    Raises: NotAllowed; OwnCase when it is their own.
    """
    by.require(permission)
    if by.member_id is None:
        raise SignInNeeded()
    if by.member_id == about:
        raise OwnCase()
    return by.member_id
