"""Paying in: from a member's wallet into the pot, in one entry with the late fee."""

from __future__ import annotations

from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, IdempotencyKey, action, joins_transaction
from pamoja.foundation.events import announce
from pamoja.kernel.ledger.public import AccountId, Transfer, balance, open_account, post, wallet_of
from pamoja.kernel.payments.public import give_up_collection
from pamoja.products.savings.errors import (
    AlreadyPaid,
    CircleNotRunning,
    ContributionClosed,
    KeyUsedOtherwise,
    NothingToForgive,
    NotYours,
    PaymentUnderWay,
    WalletTooLow,
)
from pamoja.products.savings.events import ArrearsForgiven, ArrearsPaid, ContributionPaid
from pamoja.products.savings.models import Circle, Contribution, Round, RoundPayout
from pamoja.products.savings.queries.locking import contribution_for_update


@action
def pay_from_wallet(*, by: Actor, contribution_id: UUID, key: IdempotencyKey) -> Contribution:
    """Pay one's contribution, with its late fee if there is one, from one's wallet. The same key gives the same answer.

    Raises, in this order: ContributionNotFound; NotYours; KeyUsedOtherwise; AlreadyPaid; ContributionClosed;
        CircleNotRunning; PaymentUnderWay while the phone is being asked; WalletTooLow.
    """
    circle, its_round, contribution = contribution_for_update(contribution_id)
    if is_repeat(contribution, by, key):
        return contribution
    check_payable(circle, its_round, contribution)
    if contribution.collecting == Contribution.Collecting.ASKED:
        raise PaymentUnderWay()
    settle(circle, its_round, contribution, key=key)
    return contribution


@action
def forgive_arrears(*, by: Actor, contribution_id: UUID) -> Contribution:
    """Let go of arrears that one is owed: the recipient of a round that was paid out short decides, nobody else.

    Raises: ContributionNotFound; NothingToForgive.
    """
    circle, its_round, contribution = contribution_for_update(contribution_id)
    is_owed = its_round.is_paid_out and contribution.state == Contribution.State.OVERDUE
    if not is_owed or its_round.recipient.member_id != by.member_id:
        raise NothingToForgive()
    close_contribution(contribution, Contribution.State.FORGIVEN)
    announce(
        ArrearsForgiven(
            circle_id=circle.pk,
            contribution_id=contribution.pk,
            round_number=its_round.number,
            member_id=contribution.seat.member_id,
            recipient_id=its_round.recipient.member_id,
            amount=contribution.amount,
        )
    )
    return contribution


def is_repeat(contribution: Contribution, by: Actor, key: str) -> bool:
    """Whether this very payment was made before under this key.

    Raises: NotYours; KeyUsedOtherwise when the member used the key for another contribution.
    """
    if contribution.seat.member_id != by.member_id:
        raise NotYours()
    used = Contribution.objects.filter(seat=contribution.seat, payment_key=key).exclude(pk=contribution.pk)
    if used.exists():
        raise KeyUsedOtherwise()
    return contribution.payment_key == key and not contribution.is_unpaid


def check_payable(circle: Circle, its_round: Round, contribution: Contribution) -> None:
    """Whether money may go into it now: arrears of a round that was paid out may always be paid, also after the end.

    Raises: AlreadyPaid; ContributionClosed; CircleNotRunning.
    """
    if contribution.state == Contribution.State.PAID:
        raise AlreadyPaid()
    if not contribution.is_unpaid:
        raise ContributionClosed()
    if circle.status != Circle.Status.RUNNING and not (circle.is_over and its_round.is_paid_out):
        raise CircleNotRunning()


def wallet_holds(contribution: Contribution) -> bool:
    """Whether the member's wallet has enough for it."""
    wallet = wallet_of(contribution.seat.member_id, contribution.currency)
    return balance(wallet).available >= contribution.owed


@joins_transaction
def settle(circle: Circle, its_round: Round, contribution: Contribution, *, key: str | None) -> None:
    """Move what is owed from wallet to pot (and on to the recipient, where the pot has gone out), and mark it paid.

    Raises: WalletTooLow.
    """
    wallet = wallet_of(contribution.seat.member_id, contribution.currency)
    available = balance(wallet).available
    if available < contribution.owed:
        raise WalletTooLow(available=available, needed=contribution.owed)
    now = clock.now()
    was_late = now >= contribution.due_at
    entry = post(
        key=contribution.purpose,
        transfers=_transfers(circle, its_round, contribution, wallet),
        description=f"{circle.name}: round {its_round.number}",
        reference=contribution.purpose,
    )
    contribution.state, contribution.paid_at, contribution.entry_id = Contribution.State.PAID, now, entry.id
    contribution.payment_key = key
    contribution.remind_at = contribution.collect_at = None
    stop_asking(contribution, reason="The contribution has been paid.")
    contribution.save()
    if its_round.is_paid_out:
        _pass_on(circle, its_round, contribution)
    else:
        _announce_paid(circle, its_round, contribution, was_late=was_late)


@joins_transaction
def stop_asking(contribution: Contribution, *, reason: str) -> None:
    """No phone is asked for it any more; money that comes all the same stays in the wallet."""
    if contribution.collection_id is not None and contribution.collecting:
        give_up_collection(contribution.collection_id, reason=reason)
        contribution.collection_id = None  # so that its end is nobody's news
    contribution.collecting, contribution.collecting_message = Contribution.Collecting.NONE, ""


def close_contribution(contribution: Contribution, state: Contribution.State) -> None:
    """It will not be paid, or was given back."""
    stop_asking(contribution, reason="This is no longer due.")
    contribution.state, contribution.closed_at = state, clock.now()
    contribution.remind_at = contribution.collect_at = None
    contribution.save()


def pot_of(circle: Circle) -> AccountId:
    """The circle's pot."""
    return open_account(owner=circle.ledger_owner, purpose="pot", currency=circle.currency, floor_minor=0)


def fees_of(circle: Circle) -> AccountId:
    """Where the circle keeps late fees until it is over."""
    return open_account(owner=circle.ledger_owner, purpose="late_fees", currency=circle.currency, floor_minor=0)


def _transfers(circle: Circle, its_round: Round, contribution: Contribution, wallet: AccountId) -> list[Transfer]:
    pot = pot_of(circle)
    transfers = [Transfer(wallet, pot, contribution.amount, "contribution")]
    onwards = wallet_of(its_round.recipient.member_id, circle.currency)
    if its_round.is_paid_out:
        transfers.append(Transfer(pot, onwards, contribution.amount, "arrears"))
    if contribution.late_fee:
        # A circle that is over shares no fees any more; then the fee goes to whoever has waited.
        kept_by = onwards if circle.is_over else fees_of(circle)
        if kept_by != wallet:
            transfers.append(Transfer(wallet, kept_by, contribution.late_fee, "late fee"))
    return transfers


def _pass_on(circle: Circle, its_round: Round, contribution: Contribution) -> None:
    assert contribution.entry_id is not None
    payout = RoundPayout.objects.create(
        circle=circle,
        round=its_round,
        recipient=its_round.recipient,
        kind=RoundPayout.Kind.ARREARS,
        contribution=contribution,
        amount_minor=contribution.amount_minor,
        currency=contribution.currency,
        entry_id=contribution.entry_id,
    )
    announce(
        ArrearsPaid(
            circle_id=circle.pk,
            contribution_id=contribution.pk,
            round_id=its_round.pk,
            round_number=its_round.number,
            payout_id=payout.pk,
            member_id=contribution.seat.member_id,
            recipient_id=its_round.recipient.member_id,
            amount=contribution.amount,
            late_fee=contribution.late_fee,
        )
    )


def _announce_paid(circle: Circle, its_round: Round, contribution: Contribution, *, was_late: bool) -> None:
    unpaid = Contribution.objects.filter(round=its_round).exclude(state=Contribution.State.PAID).exists()
    announce(
        ContributionPaid(
            circle_id=circle.pk,
            contribution_id=contribution.pk,
            round_id=its_round.pk,
            round_number=its_round.number,
            member_id=contribution.seat.member_id,
            amount=contribution.amount,
            late_fee=contribution.late_fee,
            was_late=was_late,
            fills_pot=not unpaid,
        )
    )
