"""What only two people decide: large payouts, and moving money between a wallet and the community."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor, action, joins_transaction
from pamoja.foundation.events import announce
from pamoja.foundation.money import Money
from pamoja.kernel.identity.public import member_with_id
from pamoja.kernel.ledger.public import EntryId, Transfer, balance, post, wallet_of
from pamoja.kernel.payments.actions.freezing import deciding, give_back
from pamoja.kernel.payments.actions.guarding import go_on, wait_for_turn
from pamoja.kernel.payments.actions.reviewing import said_why
from pamoja.kernel.payments.errors import KeyReused
from pamoja.kernel.payments.errors.safety import (
    AdjustmentUnfit,
    ApprovalEnded,
    BalanceGone,
    EvidenceMissing,
    SecondPersonNeeded,
)
from pamoja.kernel.payments.events.safety import (
    ApprovalAsked,
    ApprovalDeclined,
    ApprovalExpired,
    ApprovalGiven,
    WalletAdjusted,
)
from pamoja.kernel.payments.models import Approval
from pamoja.kernel.payments.queries import freezes, limits
from pamoja.kernel.payments.queries.accounts import community_account
from pamoja.kernel.payments.queries.payouts import payout_for_update
from pamoja.kernel.payments.rules.limits import Direction
from pamoja.kernel.payments.rules.safeguards import ADJUSTED_AGAINST, ApprovalKind, ApprovalState

ADJUST = "payments.adjust"
"""May ask for a correction of a wallet."""

APPROVE = "payments.approve"
"""May be the second person."""


@action
def request_adjustment(
    *,
    by: Actor,
    member_id: UUID,
    direction: Direction,
    account: str,
    amount: Money,
    reason: str,
    evidence: str,
    key: str,
) -> Approval:
    """Ask that money be moved between a member's wallet and an account of the community. Nothing moves yet.

    Raises: NotAllowed, MemberNotFound, ReasonMissing, EvidenceMissing; OwnCase; AdjustmentUnfit; KeyReused.
    """
    by_id = deciding(by, ADJUST, about=member_with_id(member_id).pk)
    reason = said_why(reason)
    if len(evidence.strip()) < 3:
        raise EvidenceMissing(field="evidence")
    if account not in ADJUSTED_AGAINST or amount.amount_minor <= 0:
        raise AdjustmentUnfit(field="account")
    wait_for_turn(member_id)
    own_key = f"adjustment:{by_id}:{key}"[:200]
    if before := Approval.objects.filter(key=own_key).first():
        if (before.member_id, before.amount, before.direction) != (member_id, amount, direction):
            raise KeyReused()
        return before
    now = clock.now()
    made = Approval.objects.create(
        kind=ApprovalKind.ADJUSTMENT,
        member_id=member_id,
        direction=direction,
        account=account,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        key=own_key,
        reason=reason,
        evidence=evidence.strip()[:300],
        requested_by_id=by_id,
        requested_at=now,
        expires_at=now + timedelta(hours=limits.safeguards_of(amount.currency).approval_h),
    )
    announce(ApprovalAsked(**_told(made), reason=reason))
    return made


@action
def approve(*, by: Actor, approval_id: UUID, reason: str) -> Approval:
    """Agree, as the second person: the payout leaves unless it is frozen, the correction is posted.

    Raises: NotAllowed, ApprovalNotFound, ReasonMissing; OwnCase, SecondPersonNeeded; ApprovalEnded; BalanceGone.
    """
    approval, by_id, reason = _to_decide(by, approval_id, reason)
    if approval.kind == ApprovalKind.ADJUSTMENT:
        approval.entry_id = _adjust(approval)
    _decide(approval, ApprovalState.APPROVED, by_id, reason)
    announce(ApprovalGiven(**_told(approval), reason=reason))
    if approval.payout_id:
        go_on(payout_for_update(approval.payout_id))
    else:
        is_in = approval.direction == Direction.IN
        change = approval.amount if is_in else -approval.amount
        announce(
            WalletAdjusted(
                approval_id=approval.pk,
                member_id=approval.member_id,
                amount=approval.amount,
                change=change.text,
                reason=approval.reason,
            )
        )
    return approval


@action
def decline(*, by: Actor, approval_id: UUID, reason: str) -> Approval:
    """Disagree: the payout goes back to the wallet, the correction is not made.

    Raises: NotAllowed, ApprovalNotFound, ReasonMissing; OwnCase, SecondPersonNeeded; ApprovalEnded.
    """
    approval, by_id, reason = _to_decide(by, approval_id, reason)
    _decide(approval, ApprovalState.DECLINED, by_id, reason)
    announce(ApprovalDeclined(**_told(approval), reason=reason))
    if approval.payout_id:
        give_back(payout_for_update(approval.payout_id))
    return approval


@action
def expire_approval(*, by: Actor = SYSTEM, approval_id: UUID, member_id: UUID) -> bool:
    """End what nobody decided in time: a payout goes back to the wallet. Whether it was ended now."""
    wait_for_turn(member_id)
    approval = freezes.approval_for_update(approval_id)
    if not approval.is_waiting or approval.expires_at > clock.now():
        return False
    approval.state, approval.decided_at = ApprovalState.EXPIRED, clock.now()
    approval.save(update_fields=["state", "decided_at"])
    announce(ApprovalExpired(**_told(approval)))
    if approval.payout_id:
        give_back(payout_for_update(approval.payout_id))
    return True


@joins_transaction
def _adjust(approval: Approval) -> EntryId:
    wallet = wallet_of(approval.member_id, approval.currency)
    ours = community_account(approval.account, approval.currency)
    is_in = approval.direction == Direction.IN
    free = balance(wallet).available
    if not is_in and free < approval.amount:
        raise BalanceGone(available=free.text, asked=approval.amount.text)
    debit, credit = (ours, wallet) if is_in else (wallet, ours)
    entry = post(
        key=f"payments.adjustment:{approval.pk}",
        transfers=[Transfer(debit=debit, credit=credit, amount=approval.amount)],
        description=f"Corrected: {approval.reason}"[:200],
        reference=f"payments.approval:{approval.pk}",
    )
    return entry.id


def _to_decide(by: Actor, approval_id: UUID, reason: str) -> tuple[Approval, UUID, str]:
    by.require(APPROVE)  # before anything is said about whether there is such a thing
    member_id = freezes.approval_with(approval_id).member_id
    by_id, reason = deciding(by, APPROVE, about=member_id), said_why(reason)
    wait_for_turn(member_id)
    approval = freezes.approval_for_update(approval_id)
    if approval.requested_by_id == by_id:
        raise SecondPersonNeeded()
    if not approval.is_waiting or approval.expires_at <= clock.now():
        raise ApprovalEnded()
    return approval, by_id, reason


def _decide(approval: Approval, state: ApprovalState, by_id: UUID, reason: str) -> None:
    approval.state, approval.decided_at = state, clock.now()
    approval.decided_by_id, approval.decision = by_id, reason
    approval.save(update_fields=["state", "decided_at", "decided_by", "decision", "entry_id"])


def _told(approval: Approval) -> dict[str, Any]:
    return {
        "approval_id": approval.pk,
        "member_id": approval.member_id,
        "amount": approval.amount,
        "what": approval.what,
    }
