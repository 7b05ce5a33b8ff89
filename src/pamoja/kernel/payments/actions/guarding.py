"""Before money moves: limits, freezes, new destinations, the rules, and who else has to agree."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, acting, joins_transaction
from pamoja.foundation.events import announce
from pamoja.foundation.money import Money
from pamoja.kernel.identity.public import proofs_of, time_zone_of
from pamoja.kernel.payments.errors.safety import DestinationTooNew, MoneyOutFrozen
from pamoja.kernel.payments.events import PayoutRequested
from pamoja.kernel.payments.events.safety import ApprovalAsked, FreezeBegan, MoneyFrozen, PayoutHeldBack
from pamoja.kernel.payments.models import Approval, Collection, Freeze, Method, Payout
from pamoja.kernel.payments.queries import freezes, limits
from pamoja.kernel.payments.queries.payees import payee_of
from pamoja.kernel.payments.queries.watching import facts_of
from pamoja.kernel.payments.rules import watching
from pamoja.kernel.payments.rules.limits import Direction, Used, check
from pamoja.kernel.payments.rules.methods import MethodKind
from pamoja.kernel.payments.rules.safeguards import ApprovalKind, payable_from
from pamoja.kernel.payments.rules.states import PayoutState
from pamoja.kernel.payments.rules.watching import Verdict


@joins_transaction
def wait_for_turn(member_id: UUID) -> None:
    """What moves one member's money goes one after the other: taken before any other lock."""
    limits.wait_for_turn(member_id)


@joins_transaction
def check_money_in(made: Collection) -> None:
    """Whether the member may fill the wallet with what was just asked for; it counts among what is used already.

    Raises: LimitReached.
    """
    room = limits.room(made.member_id, Direction.IN, made.currency)
    minor = made.amount_minor
    before = Used(day_minor=room.used.day_minor - minor, month_minor=room.used.month_minor - minor)
    check(room.allowed, before, made.amount, tier=room.tier, direction=Direction.IN)


@joins_transaction
def check_money_out(member_id: UUID, amount: Money, *, method_id: UUID | None) -> None:
    """Whether this much may leave for the phone, or for the saved account, at all.

    Raises: MoneyOutFrozen, LimitReached, DestinationTooNew.
    """
    if freezes.is_frozen(member_id):
        raise MoneyOutFrozen()
    room = limits.room(member_id, Direction.OUT, amount.currency)
    check(room.allowed, room.used, amount, tier=room.tier, direction=Direction.OUT)
    proofs = proofs_of(member_id)
    added_at = _destination_since(Method.objects.get(pk=method_id)) if method_id else proofs.phone_changed_at
    from_at = payable_from(added_at, proofs.joined_at, limits.safeguards_of(amount.currency).cooling_h)
    if from_at and from_at > clock.now():
        local = from_at.astimezone(ZoneInfo(time_zone_of(member_id)))
        raise DestinationTooNew(from_at=f"{local.day} {local:%B, %H:%M}")


def _destination_since(method: Method) -> datetime:
    """Since when money goes where it goes now: behind an account with Stripe the bank may change."""
    payee = payee_of(method.member_id) if method.kind == MethodKind.PAYEE else None
    return max(method.added_at, payee.bank_since) if payee and payee.bank_since else method.added_at


@joins_transaction
def held_back(payout: Payout) -> bool:
    """Ask the rules and the community's threshold about a payout just made; whether it now waits for a person."""
    facts = facts_of(payout)
    rule = watching.judge(facts)
    large_minor = limits.safeguards_of(payout.currency).large_minor
    is_large = large_minor is not None and payout.amount_minor >= large_minor
    if rule is None and not is_large:
        return False
    with acting(SYSTEM):  # The member asked for the money, not for this.
        hold_back(payout)
        if rule is not None:
            _freeze_by_rule(payout, rule, {**asdict(facts), "payout": payout.public_id})
        if is_large:
            _ask_a_second_person(payout)
    return True


@joins_transaction
def hold_back(payout: Payout) -> None:
    """It waits, held, until a person agrees. The row is locked by the caller, and has not left."""
    payout.state, payout.next_submission_at = PayoutState.WAITING, None
    payout.save(update_fields=["state", "next_submission_at"])
    announce(PayoutHeldBack(**payout.told()))


@joins_transaction
def go_on(payout: Payout) -> bool:
    """Let a payout leave once nothing stands in its way any more; whether it does. The row is locked by the caller."""
    if payout.state != PayoutState.WAITING or freezes.is_held_back(payout):
        return False
    payout.state, payout.next_submission_at = PayoutState.REQUESTED, clock.now()
    payout.save(update_fields=["state", "next_submission_at"])
    announce(PayoutRequested(**payout.told()))
    return True


@joins_transaction
def begin_freeze(
    *,
    member_id: UUID,
    payout: Payout | None,
    reason: str,
    rule: str = "",
    facts: dict[str, Any] | None = None,
    by_id: UUID | None = None,
) -> Freeze:
    """Let one payout, or nothing at all, out of the member's wallet. The member is told without the reason."""
    made = Freeze.objects.create(
        member_id=member_id, payout=payout, rule=rule, facts=facts or {}, reason=reason[:300], frozen_by_id=by_id
    )
    told = {"freeze_id": made.pk, "member_id": member_id}
    announce(MoneyFrozen(**told))
    announce(FreezeBegan(**told, what=made.what, why=made.reason, rule=rule))
    return made


def _freeze_by_rule(payout: Payout, rule: watching.Rule, facts: dict[str, Any]) -> None:
    begin_freeze(
        member_id=payout.member_id,
        payout=None if rule.verdict == Verdict.FREEZE else payout,
        reason=rule.says,
        rule=rule.name,
        facts=facts,
    )


def _ask_a_second_person(payout: Payout) -> None:
    now = clock.now()
    made = Approval.objects.create(
        kind=ApprovalKind.PAYOUT,
        member_id=payout.member_id,
        payout=payout,
        direction=Direction.OUT,
        amount_minor=payout.amount_minor,
        currency=payout.currency,
        key=f"payout:{payout.pk}",
        reason="It is large",
        requested_at=now,
        expires_at=now + timedelta(hours=limits.safeguards_of(payout.currency).approval_h),
    )
    announce(
        ApprovalAsked(
            approval_id=made.pk,
            member_id=made.member_id,
            amount=made.amount,
            what=made.what,
            reason=made.reason.lower(),
        )
    )
