"""Reading what is frozen and what waits for a second person."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from pamoja.kernel.payments.errors.safety import ApprovalNotFound, FreezeNotFound
from pamoja.kernel.payments.models import Approval, Freeze, Payout
from pamoja.kernel.payments.rules.safeguards import ApprovalState
from pamoja.kernel.payments.rules.states import PayoutState


def open_freezes() -> QuerySet[Freeze]:
    """Those that nobody lifted yet, oldest first."""
    return Freeze.objects.filter(lifted_at__isnull=True).select_related("payout").order_by("frozen_at", "id")


def lifted_freezes() -> QuerySet[Freeze]:
    """Those that somebody lifted, newest first."""
    return Freeze.objects.filter(lifted_at__isnull=False).select_related("payout").order_by("-lifted_at", "-id")


def freezes_of(member_id: UUID) -> QuerySet[Freeze]:
    """All of a member, newest first."""
    return Freeze.objects.filter(member_id=member_id).select_related("payout").order_by("-frozen_at", "-id")


def is_frozen(member_id: UUID) -> bool:
    """Whether nothing at all leaves the member's wallet for now."""
    return Freeze.objects.filter(member_id=member_id, payout__isnull=True, lifted_at__isnull=True).exists()


def freeze_with(freeze_id: UUID) -> Freeze:
    """Raises: FreezeNotFound."""
    found = Freeze.objects.select_related("payout").filter(pk=freeze_id).first()
    if found is None:
        raise FreezeNotFound()
    return found


def freeze_for_update(freeze_id: UUID) -> Freeze:
    """Locked, after its member's turn was waited for. Raises: FreezeNotFound."""
    found = Freeze.objects.select_for_update().filter(pk=freeze_id).first()
    if found is None:
        raise FreezeNotFound()
    return found


def is_held_back(payout: Payout) -> bool:
    """Whether anything still stands in the way of a payout."""
    frozen = Q(payout_id=payout.pk) | Q(member_id=payout.member_id, payout__isnull=True)
    return (
        Freeze.objects.filter(frozen, lifted_at__isnull=True).exists()
        or Approval.objects.filter(payout_id=payout.pk).exclude(state=ApprovalState.APPROVED).exists()
    )


def held_by(freeze: Freeze) -> list[Payout]:
    """The payouts that wait because of a freeze, oldest first, locked."""
    rows = Payout.objects.select_for_update().filter(member_id=freeze.member_id, state=PayoutState.WAITING)
    if freeze.payout_id:
        rows = rows.filter(pk=freeze.payout_id)
    return list(rows.order_by("requested_at", "id"))


def payouts_waiting(member_id: UUID) -> QuerySet[Payout]:
    """A member's payouts that wait for a person, oldest first."""
    return Payout.objects.filter(member_id=member_id, state=PayoutState.WAITING).order_by("requested_at", "id")


def payouts_requested(member_id: UUID) -> QuerySet[Payout]:
    """A member's payouts that certainly have not left yet."""
    rows = Payout.objects.filter(member_id=member_id, state=PayoutState.REQUESTED, submissions_made=0)
    return rows.order_by("requested_at", "id")


def payouts_not_sent(member_id: UUID) -> list[Payout]:
    """The same, locked."""
    return list(payouts_requested(member_id).select_for_update())


def waiting_approvals() -> QuerySet[Approval]:
    """What nobody decided yet, the soonest to expire first."""
    return Approval.objects.filter(state=ApprovalState.WAITING).order_by("expires_at", "id")


def decided_approvals() -> QuerySet[Approval]:
    """What was decided, newest first."""
    return Approval.objects.exclude(state=ApprovalState.WAITING).order_by("-decided_at", "-id")


def approvals_of(member_id: UUID) -> QuerySet[Approval]:
    """All about a member, newest first."""
    return Approval.objects.filter(member_id=member_id).order_by("-requested_at", "-id")


def approval_with(approval_id: UUID) -> Approval:
    """Raises: ApprovalNotFound."""
    found = Approval.objects.select_related("payout").filter(pk=approval_id).first()
    if found is None:
        raise ApprovalNotFound()
    return found


def approval_for_update(approval_id: UUID) -> Approval:
    """Locked, after its member's turn was waited for. Raises: ApprovalNotFound."""
    found = Approval.objects.select_for_update().filter(pk=approval_id).first()
    if found is None:
        raise ApprovalNotFound()
    return found


def approvals_to_expire(now: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """Ids of those whose time ran out, and of their members."""
    due = waiting_approvals().filter(expires_at__lte=now).values_list("pk", "member_id")
    return list(due[:limit])
