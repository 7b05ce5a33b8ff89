"""Disputes: what a bank takes is booked at once, what is left of it is held, and its decision is carried out once."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from pamoja.foundation import clock, ids
from pamoja.foundation.actions import SYSTEM, Actor, action, joins_transaction
from pamoja.foundation.events import announce
from pamoja.foundation.money import Money
from pamoja.kernel.ledger.public import HoldId, Transfer, balance, capture, hold, post, release, wallet_of
from pamoja.kernel.payments.actions.casework import close_case, open_case
from pamoja.kernel.payments.actions.reviewing import MANAGE, said_why
from pamoja.kernel.payments.errors import DisputeClosed, PaymentNotFound
from pamoja.kernel.payments.events import DisputeAnswered, DisputeLost, DisputeOpened, DisputeWon
from pamoja.kernel.payments.models import Dispute
from pamoja.kernel.payments.queries.accounts import clearing_account, community_account
from pamoja.kernel.payments.queries.collections import attempt_with_rail_id
from pamoja.kernel.payments.rules.givingback import DISPUTE_STATES, CaseKind, DisputeState, borne_by_member
from pamoja.kernel.payments.rules.messages import DisputeAnswer
from pamoja.kernel.payments.rules.states import AttemptState

_ASK_EVERY = timedelta(days=1)
_ENDED = (DisputeState.WON, DisputeState.LOST)


@joins_transaction
def notice_dispute(rail: str, rail_id: str, payment_id: str) -> None:
    """There is a dispute about a payment of ours: ask about it now."""
    known = Dispute.objects.filter(rail=rail, rail_id=rail_id)
    if known.exists():
        known.update(next_query_at=clock.now())
        return
    attempt = attempt_with_rail_id(rail, payment_id) if payment_id else None
    if attempt is not None:
        collection = attempt.collection
        Dispute.objects.get_or_create(
            rail=rail,
            rail_id=rail_id,
            defaults={"attempt": attempt, "member_id": collection.member_id, "currency": collection.currency},
        )


@action
def take_due_disputes(*, by: Actor = SYSTEM, limit: int = 50) -> list[Dispute]:
    """The disputes to ask about now; an open one is asked about every day until the bank has decided."""
    now = clock.now()
    rows = Dispute.objects.select_for_update(skip_locked=True).filter(next_query_at__lte=now)
    due = list(rows.order_by("next_query_at")[:limit])
    for dispute in due:
        dispute.next_query_at = None if dispute.state in _ENDED else now + _ASK_EVERY
        dispute.save(update_fields=["next_query_at"])
    return due


@action
def record_dispute(*, by: Actor = SYSTEM, dispute_id: UUID, answer: DisputeAnswer) -> Dispute:
    """Believe what the rail says of a dispute: book what it took or gave back, and carry out what was decided."""
    dispute = _locked(dispute_id)
    if dispute.attempt.state != AttemptState.PAID:
        dispute.next_query_at = clock.now() + timedelta(minutes=1)  # The payment itself is not posted yet.
        dispute.save(update_fields=["next_query_at"])
        return dispute
    is_new = not dispute.amount_minor
    dispute.amount_minor, dispute.reason = answer.amount.amount_minor, answer.reason[:60]
    dispute.due_at, dispute.is_fightable = answer.due_at, answer.is_fightable
    dispute.save(update_fields=["amount_minor", "reason", "due_at", "is_fightable"])
    if is_new:
        _opened(dispute)
    _book(dispute, answer)
    state = DISPUTE_STATES.get(answer.state, DisputeState.OPEN)
    if dispute.state in _ENDED or state == dispute.state:
        return dispute
    if state == DisputeState.WON:
        _won(dispute)
    elif state == DisputeState.LOST:
        _lost(dispute)
    elif state == DisputeState.ANSWERED:
        dispute.state = state
        dispute.save(update_fields=["state"])
    return dispute


@action
def answer_dispute(*, by: Actor, dispute_id: UUID, evidence: str) -> Dispute:
    """Say what speaks for the payment; it is sent to the bank once.

    Raises: NotAllowed, PaymentNotFound, ReasonMissing; DisputeClosed when the time is over, it was answered, or a
        Direct Debit's scheme allows no answer.
    """
    by.require(MANAGE)
    said_why(evidence)
    dispute = _locked(dispute_id)
    is_late = dispute.due_at is not None and dispute.due_at <= clock.now()
    if dispute.state != DisputeState.OPEN or dispute.answered_at or is_late or not dispute.is_fightable:
        raise DisputeClosed()
    dispute.evidence, dispute.answered_at = evidence.strip()[:20_000], clock.now()
    dispute.save(update_fields=["evidence", "answered_at"])
    announce(DisputeAnswered(**dispute.told()))
    return dispute


def _opened(dispute: Dispute) -> None:
    wallet = wallet_of(dispute.member_id, dispute.currency)
    free = balance(wallet).available
    held_minor = min(free.amount_minor, dispute.amount_minor)
    if held_minor > 0:
        # The member's bank gives them the money back: it must not be spent a second time meanwhile.
        dispute.hold_id = hold(
            key=f"payments.dispute:{dispute.pk}",
            account=wallet,
            amount=Money(held_minor, dispute.currency),
            expires_at=None,
            description="Questioned by your bank",
            reference=ids.public("dispute", dispute.pk),
        )
        dispute.held_minor = held_minor
        dispute.save(update_fields=["hold_id", "held_minor"])
    announce(DisputeOpened(**dispute.told()))
    open_case(
        kind=CaseKind.DISPUTE,
        subject=f"dispute:{dispute.pk}",
        says="A payer's bank questions a payment",
        amount=dispute.amount,
        member_id=dispute.member_id,
        due_at=dispute.due_at,
    )


def _book(dispute: Dispute, answer: DisputeAnswer) -> None:
    clearing = clearing_account(dispute.rail, dispute.currency)
    for name, said, known, purpose in (
        ("withdrawn", answer.withdrawn_minor, dispute.withdrawn_minor, "disputed"),
        ("fee", answer.fee_minor, dispute.fee_minor, "fees"),
    ):
        more = said - known
        if not more:
            continue
        ours = community_account(purpose, dispute.currency)
        debit, credit = (ours, clearing) if more > 0 else (clearing, ours)
        post(
            key=f"payments.dispute_{name}:{dispute.pk}:{known}:{said}",
            transfers=[Transfer(debit=debit, credit=credit, amount=Money(abs(more), dispute.currency))],
            description=f"A bank's dispute: {name}",
            reference=dispute.rail_id[:40],
        )
    dispute.withdrawn_minor, dispute.fee_minor = answer.withdrawn_minor, answer.fee_minor
    dispute.save(update_fields=["withdrawn_minor", "fee_minor"])


def _won(dispute: Dispute) -> None:
    if dispute.hold_id:
        release(
            key=f"payments.dispute_won:{dispute.pk}", hold_id=HoldId(dispute.hold_id), description="The payment stands"
        )
    _end(dispute, DisputeState.WON)
    announce(DisputeWon(**dispute.told()))


def _lost(dispute: Dispute) -> None:
    taken = dispute.withdrawn_minor
    given_back, lost = borne_by_member(amount_minor=taken, held_minor=dispute.held_minor)
    disputed = community_account("disputed", dispute.currency)
    if dispute.hold_id:
        if given_back:
            capture(
                key=f"payments.dispute_lost:{dispute.pk}",
                hold_id=HoldId(dispute.hold_id),
                credit=disputed,
                amount=Money(given_back, dispute.currency),
                description="Given back by your bank",
                reference=dispute.public_id,
            )
        if given_back < dispute.held_minor:
            release(
                key=f"payments.dispute_free:{dispute.pk}", hold_id=HoldId(dispute.hold_id), description="Not needed"
            )
    if lost:
        losses = community_account("losses", dispute.currency)
        post(
            key=f"payments.dispute_loss:{dispute.pk}",
            transfers=[Transfer(debit=losses, credit=disputed, amount=Money(lost, dispute.currency))],
            description="Lost to a bank's dispute",
            reference=dispute.public_id,
        )
    dispute.lost_minor = lost
    dispute.save(update_fields=["lost_minor"])
    _end(dispute, DisputeState.LOST)
    given, gone = Money(given_back, dispute.currency), Money(lost, dispute.currency)
    announce(DisputeLost(**dispute.told(), given_back=given, lost=gone))


def _end(dispute: Dispute, state: DisputeState) -> None:
    dispute.state, dispute.ended_at, dispute.next_query_at = state, clock.now(), None
    dispute.save(update_fields=["state", "ended_at", "next_query_at"])
    close_case(kind=CaseKind.DISPUTE, subject=f"dispute:{dispute.pk}", reason=f"The bank decided: {state}")


def _locked(dispute_id: UUID) -> Dispute:
    rows = Dispute.objects.select_for_update(of=("self",)).select_related("attempt")
    dispute = rows.filter(pk=dispute_id).first()
    if dispute is None:
        raise PaymentNotFound()
    return dispute
