"""Ends what nobody decided in time."""

from __future__ import annotations

from pamoja.foundation import clock
from pamoja.foundation.jobs import every
from pamoja.kernel.communities.public import each_community
from pamoja.kernel.payments.actions.approving import expire_approval
from pamoja.kernel.payments.queries.freezes import approvals_to_expire

_BATCH = 100


@every(seconds=60, name="payments.sweep_approvals")
def sweep_approvals() -> None:
    """In each community."""
    for _ in each_community():
        expire_approvals()


def expire_approvals() -> int:
    """Those of the entered community whose time ran out; says how many."""
    due = approvals_to_expire(clock.now(), _BATCH)
    return sum(expire_approval(approval_id=approval_id, member_id=member_id) for approval_id, member_id in due)
