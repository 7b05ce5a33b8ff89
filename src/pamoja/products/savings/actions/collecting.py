"""Asking phones for contributions. The money lands in the member's wallet; from there it is paid in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, IdempotencyKey, action, joins_transaction
from pamoja.foundation.errors import Refusal
from pamoja.foundation.events import announce
from pamoja.kernel.payments.public import chosen_way, collect
from pamoja.products.savings.actions.contributing import check_payable, is_repeat, settle, wallet_holds
from pamoja.products.savings.events import ContributionNotCollected
from pamoja.products.savings.models import Circle, Contribution, Round
from pamoja.products.savings.queries.locking import circle_for_update, contribution_for_update

ASKED, FAILED = Contribution.Collecting.ASKED, Contribution.Collecting.FAILED


@action
def pay_by_phone(
    *, by: Actor, contribution_id: UUID, key: IdempotencyKey, phone: str | None = None, way: str = ""
) -> Contribution:
    """Ask for what is owed: the member's phone (or the one given), or by the `way` that payments offered.

    A second press never makes a second prompt.
    Raises, in this order: ContributionNotFound; NotYours; KeyUsedOtherwise; AlreadyPaid; ContributionClosed;
        CircleNotRunning; and what payments refuses: PhoneMissing, PhoneUnfit, CurrencyNotCarried, CollectionUnderWay,
        MethodMissing, MethodNotFound, MethodUnusable.
    """
    circle, its_round, contribution = contribution_for_update(contribution_id)
    if is_repeat(contribution, by, key):
        return contribution
    check_payable(circle, its_round, contribution)
    contribution.payment_key = key
    rail, method_id = chosen_way(way)
    _ask(
        contribution,
        key=f"{contribution.purpose}:{key}",
        phone=phone,
        rail=rail,
        method_id=method_id,
        is_attended=True,
    )
    return contribution


@action
def collect_due(*, by: Actor, circle_id: UUID) -> int:
    """Collect from those who let the circle do so: from the wallet when it holds enough, else by phone.

    Who cannot be asked, for want of a phone for example, is told why and pays by hand. Says how many it was about.
    """
    circle, now = circle_for_update(circle_id), clock.now()
    if circle.status != Circle.Status.RUNNING:
        return 0
    due = Contribution.objects.filter(circle=circle, state__in=UNPAID, collect_at__lte=now)
    waiting = list(due.select_related("round", "round__recipient", "seat").order_by("pk"))
    for contribution in waiting:
        contribution.collect_at = None
        if wallet_holds(contribution):
            settle(circle, contribution.round, contribution, key=contribution.payment_key)
        else:
            _ask_by_itself(contribution)
    return len(waiting)


@action
def record_collected(*, by: Actor, contribution_id: UUID, collection_id: UUID) -> Contribution:
    """The money has arrived in the wallet: pay the contribution with it. Doing it again changes nothing.

    When the contribution takes no money any more, or more is owed by now, the money stays in the wallet and the member
    is told.
    Raises: ContributionNotFound.
    """
    circle, its_round, contribution = contribution_for_update(contribution_id)
    if not contribution.is_unpaid:
        return contribution
    try:
        check_payable(circle, its_round, contribution)
    except Refusal as refusal:
        _not_collected(contribution, f"{refusal.sentence} It is in your wallet.", may_retry=False)
        return contribution
    if wallet_holds(contribution):
        settle(circle, its_round, contribution, key=contribution.payment_key)
    else:
        reason = f"It is in your wallet, but {contribution.owed} is needed by now."
        _not_collected(contribution, reason, may_retry=False)
    return contribution


@action
def record_not_collected(
    *, by: Actor, contribution_id: UUID, collection_id: UUID, reason: str, may_retry: bool
) -> Contribution:
    """The phone was asked and the money did not come. With `may_retry` it is asked again later.

    Raises: ContributionNotFound.
    """
    _, _, contribution = contribution_for_update(contribution_id)
    if contribution.is_unpaid and contribution.collection_id == collection_id:
        _not_collected(contribution, reason, may_retry=may_retry)
    return contribution


@action
def record_asked_again(*, by: Actor, contribution_id: UUID, collection_id: UUID) -> Contribution:
    """The phone shows another prompt for the same collection.

    Raises: ContributionNotFound.
    """
    _, _, contribution = contribution_for_update(contribution_id)
    if contribution.is_unpaid and contribution.collection_id == collection_id:
        contribution.collecting, contribution.collecting_message = ASKED, ""
        contribution.save(update_fields=["collecting", "collecting_message"])
    return contribution


UNPAID = (Contribution.State.DUE, Contribution.State.OVERDUE)


@joins_transaction
def _ask(contribution: Contribution, *, key: str, **how: Any) -> None:
    asked = collect(
        member_id=contribution.seat.member_id,
        amount=contribution.owed,
        purpose=contribution.purpose,
        key=key,
        **how,
    )
    contribution.collection_id = asked.pk
    contribution.collecting, contribution.collecting_message = ASKED, ""
    contribution.collections += 1
    contribution.save()


def _ask_by_itself(contribution: Contribution) -> None:
    try:
        _ask(contribution, key=f"{contribution.purpose}:{contribution.collections}")
    except Refusal as refusal:
        _not_collected(contribution, refusal.sentence, may_retry=False)


def _not_collected(contribution: Contribution, reason: str, *, may_retry: bool) -> None:
    contribution.collecting = FAILED
    contribution.collecting_message = reason[:300]
    contribution.save()
    its_round: Round = contribution.round
    announce(
        ContributionNotCollected(
            circle_id=contribution.circle_id,
            contribution_id=contribution.pk,
            round_number=its_round.number,
            member_id=contribution.seat.member_id,
            amount=contribution.owed,
            reason=reason,
            may_retry=may_retry,
        )
    )
