"""The provider's book against ours: what agrees is done, each difference becomes a case, fees are posted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models.functions import Coalesce

from pamoja.foundation.actions import SYSTEM, Actor, action
from pamoja.foundation.errors import Refusal
from pamoja.foundation.events import announce
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import current_community_id
from pamoja.kernel.ledger.public import Posting, Transfer, post_batch
from pamoja.kernel.payments.actions.casework import close_case, open_case
from pamoja.kernel.payments.actions.reviewing import MANAGE
from pamoja.kernel.payments.events import ReconciliationAsked
from pamoja.kernel.payments.models import CollectionAttempt, Dispute, Onward, Payout, Refund
from pamoja.kernel.payments.queries.accounts import clearing_account, community_account
from pamoja.kernel.payments.queries.collections import attempt_with_rail_id
from pamoja.kernel.payments.rules.givingback import CaseKind, RefundState
from pamoja.kernel.payments.rules.messages import Listed
from pamoja.kernel.payments.rules.onward import OnwardState
from pamoja.kernel.payments.rules.reconciling import Difference, Ours, differences, family_of
from pamoja.kernel.payments.rules.states import AttemptState, PayoutState


@dataclass(frozen=True)
class Reconciled:
    """What came of a comparison. Units: minor; `difference_minor` sums what disagrees, each without its sign."""

    lines: int
    differences: int
    difference_minor: int
    fees_minor: int


@action
def ask_for_reconciliation(*, by: Actor) -> None:
    """Have the books compared now. Raises: NotAllowed."""
    by.require(MANAGE)
    announce(ReconciliationAsked())


@action
def reconcile(
    *, by: Actor = SYSTEM, rail: str, lines: Iterable[Listed], since: datetime, until: datetime
) -> Reconciled:
    """Compare the provider's lines of a time with what we posted, open a case for each difference, post its fees.

    Doing it again changes nothing, but that a difference that is gone by now closes its case.
    """
    listed = list(lines)
    theirs = [line for line in listed if family_of(line.kind) and _is_of_community(rail, line)]
    found = differences(theirs, _ours(rail, since, until))
    for each in found:
        _open(rail, each)
    agreed = {line.subject_id for line in theirs} - {each.subject_id for each in found}
    for subject_id in sorted(agreed):
        close_case(kind=CaseKind.DIFFERENCE, subject=f"{rail}:{subject_id}", reason="Both books agree by now")
    fees = _post_fees(rail, [line for line in theirs if line.fee_minor and family_of(line.kind) != "dispute"])
    return Reconciled(
        lines=len(theirs),
        differences=len(found),
        difference_minor=sum(abs(each.theirs_minor - each.ours_minor) for each in found),
        fees_minor=fees,
    )


def _ours(rail: str, since: datetime, until: datetime) -> list[Ours]:
    paid = CollectionAttempt.objects.filter(rail=rail, state=AttemptState.PAID, receipt__isnull=False)
    rows = [
        Ours("payment", str(receipt), amount, ended_at is not None and since <= ended_at < until)
        for receipt, amount, ended_at in paid.values_list("receipt", "collection__amount_minor", "ended_at")
    ]
    gone = Refund.objects.filter(attempt__rail=rail, rail_id__isnull=False, entry_id__isnull=False)
    rows += [
        Ours("refund", str(rail_id), -amount if state == RefundState.SUCCEEDED else 0, is_expected=False)
        for rail_id, amount, state in gone.values_list("rail_id", "amount_minor", "state")
    ]
    taken = Dispute.objects.filter(rail=rail)
    rows += [
        Ours("dispute", rail_id, -withdrawn, is_expected=False)
        for rail_id, withdrawn in taken.values_list("rail_id", "withdrawn_minor")
    ]
    # What was sent is confirmed within a day and an hour: its line may be older than what we list.
    return rows + _ours_sent(rail, since + timedelta(hours=26), until)


def _ours_sent(rail: str, since: datetime, until: datetime) -> list[Ours]:
    """What was transferred to members' accounts there, and what came back from these."""
    sent = Payout.objects.filter(rail=rail, state=PayoutState.CONFIRMED)
    rows = [
        Ours("transfer", str(named), -amount, ended_at is not None and since <= ended_at < until)
        for named, amount, ended_at in sent.values_list(
            Coalesce("receipt", "conversation_id", "originator_id"), "amount_minor", "ended_at"
        )
    ]
    back = Onward.objects.filter(payout__rail=rail, state=OnwardState.CAME_BACK)
    return rows + [
        Ours("transfer taken back", str(named), amount, ended_at is not None and since <= ended_at < until)
        for named, amount, ended_at in back.values_list("reversal_id", "payout__amount_minor", "ended_at")
    ]


def _is_of_community(rail: str, line: Listed) -> bool:
    # One account may serve several communities: a line says whose it is, or is about a payment that one of them knows.
    if line.community:
        return line.community == current_community_id().hex
    return not line.payment_id or attempt_with_rail_id(rail, line.payment_id) is not None


def _open(rail: str, found: Difference) -> None:
    currency = found.currency or "GBP"
    theirs, ours = Money(found.theirs_minor, currency), Money(found.ours_minor, currency)
    open_case(
        kind=CaseKind.DIFFERENCE,
        subject=f"{rail}:{found.subject_id}",
        says=f"Of {found.family} {found.subject_id} the provider says {theirs.text}, our books say {ours.text}",
        amount=Money(found.theirs_minor - found.ours_minor, currency),
    )


def _post_fees(rail: str, lines: list[Listed]) -> int:
    posted = post_batch(
        [
            Posting(
                key=f"payments.fee:{rail}:{line.rail_id}",
                transfers=[
                    Transfer(
                        debit=community_account("fees", line.currency),
                        credit=clearing_account(rail, line.currency),
                        amount=Money(line.fee_minor, line.currency),
                    )
                ],
                description="Fee of the payment provider",
                reference=line.subject_id[:40],
            )
            for line in lines
            if line.fee_minor > 0
        ]
    )
    for answer in posted:
        if isinstance(answer, Refusal):
            raise answer
    return sum(line.fee_minor for line in lines if line.fee_minor > 0)
