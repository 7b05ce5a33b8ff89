"""Cases: what only a person can decide is opened once for its subject, and resolved with a reason."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, action, joins_transaction
from pamoja.foundation.events import announce
from pamoja.foundation.money import Money
from pamoja.kernel.identity.public import member_with_id
from pamoja.kernel.ledger.public import Transfer, post, wallet_of
from pamoja.kernel.payments.actions.reviewing import MANAGE, said_why
from pamoja.kernel.payments.errors import NothingToReview, PaymentNotFound
from pamoja.kernel.payments.events import CaseOpened, CaseResolved, DepositReceived
from pamoja.kernel.payments.models import Case, Deposit
from pamoja.kernel.payments.queries.accounts import community_account
from pamoja.kernel.payments.rules.givingback import CaseKind


@joins_transaction
def open_case(
    *,
    kind: CaseKind,
    subject: str,
    says: str,
    amount: Money,
    member_id: UUID | None = None,
    due_at: datetime | None = None,
) -> Case:
    """Something for a person to decide; the same subject has one case, however often it is noticed."""
    case, is_new = Case.objects.get_or_create(
        kind=kind,
        subject=subject[:120],
        defaults={
            "says": says[:300],
            "amount_minor": amount.amount_minor,
            "currency": amount.currency,
            "member_id": member_id,
            "due_at": due_at,
        },
    )
    if is_new:
        announce(CaseOpened(case_id=case.pk, says=case.says))
    return case


@joins_transaction
def close_case(*, kind: CaseKind, subject: str, reason: str) -> None:
    """It came to its end by itself."""
    case = Case.objects.select_for_update().filter(kind=kind, subject=subject[:120], resolved_at__isnull=True).first()
    if case is not None:
        _close(case, reason)


@action
def resolve_case(*, by: Actor, case_id: UUID, reason: str, member_id: UUID | None = None) -> Case:
    """Decide, and say why. Money that came of which nobody knew whose it is goes to the member named.

    Raises: NotAllowed, PaymentNotFound, ReasonMissing, NothingToReview, MemberNotFound.
    """
    by.require(MANAGE)
    reason = said_why(reason)
    case = Case.objects.select_for_update().filter(pk=case_id).first()
    if case is None:
        raise PaymentNotFound()
    if case.resolved_at is not None:
        raise NothingToReview()
    if case.kind == CaseKind.UNMATCHED and member_id is not None:
        deposit = Deposit.objects.select_for_update().get(pk=UUID(case.subject.partition(":")[2]))
        give_deposit(deposit, member_with_id(member_id).pk)
    return _close(case, reason)


@joins_transaction
def give_deposit(deposit: Deposit, member_id: UUID) -> None:
    """What was nobody's is the member's. The row is locked by the caller."""
    entry = post(
        key=f"payments.deposit_matched:{deposit.pk}",
        transfers=[
            Transfer(
                debit=community_account("unmatched", deposit.currency),
                credit=wallet_of(member_id, deposit.currency),
                amount=deposit.amount,
            )
        ],
        description="A transfer of yours was found",
        reference=deposit.rail_id[:40],
    )
    deposit.member_id, deposit.matched_entry_id, deposit.matched_at = member_id, entry.id, clock.now()
    deposit.save(update_fields=["member_id", "matched_entry_id", "matched_at"])
    announce(DepositReceived(deposit_id=deposit.pk, member_id=member_id, amount=deposit.amount))


def _close(case: Case, reason: str) -> Case:
    case.resolved_at, case.resolution = clock.now(), reason[:300]
    case.save(update_fields=["resolved_at", "resolution"])
    announce(CaseResolved(case_id=case.pk, says=case.says, reason=case.resolution))
    return case
