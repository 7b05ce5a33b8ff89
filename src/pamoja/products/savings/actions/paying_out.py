"""The pot goes to the round's recipient, when it is full or by the circle's shortfall rule."""

from __future__ import annotations

from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, action, joins_transaction
from pamoja.foundation.events import announce
from pamoja.foundation.money import Money, total
from pamoja.kernel.ledger.public import Transfer, balance, post, wallet_of
from pamoja.products.savings.actions.contributing import close_contribution, fees_of, pot_of
from pamoja.products.savings.errors import CircleNotRunning, PotNotReady, RoundNotOpen
from pamoja.products.savings.events import CircleCompleted, FeesShared, RoundPaidOut
from pamoja.products.savings.models import Circle, Contribution, Round, RoundPayout
from pamoja.products.savings.queries.locking import round_for_update
from pamoja.products.savings.queries.seats import joined_seats
from pamoja.products.savings.rules import money


@action
def pay_out_round(*, by: Actor, round_id: UUID) -> RoundPayout:
    """Move the round's pot to its recipient's wallet, if it is full or its shortfall day has come.

    It happens once; asked again, it answers the same.

    Raises: RoundNotFound; RoundNotOpen; CircleNotRunning; PotNotReady.
    """
    circle, its_round = round_for_update(round_id)
    if its_round.is_paid_out:
        return RoundPayout.objects.get(round=its_round, kind=RoundPayout.Kind.POT)
    if not its_round.is_open:
        raise RoundNotOpen()
    if circle.status != Circle.Status.RUNNING:
        raise CircleNotRunning()
    contributions = list(Contribution.objects.filter(round=its_round).select_related("seat"))
    decision, full = _decide(circle, its_round, contributions)
    if not decision.pays:
        raise PotNotReady(round_number=its_round.number, paid=decision.amount, full=full)
    payout = _move(circle, its_round, decision.amount)
    _forgive_own(its_round, contributions)
    announce(
        RoundPaidOut(
            circle_id=circle.pk,
            round_id=its_round.pk,
            round_number=its_round.number,
            payout_id=payout.pk,
            recipient_id=its_round.recipient.member_id,
            amount=decision.amount,
            missing=full - decision.amount,
        )
    )
    _complete_if_done(circle)
    return payout


@joins_transaction
def share_fees(circle: Circle) -> None:
    """Late fees that the circle kept belong to its members: equal shares, as the circle gets over."""
    account = fees_of(circle)
    kept = balance(account).posted
    if not kept:
        return
    seated = joined_seats(circle)
    shares = zip(seated, money.fee_shares(kept, len(seated)), strict=True)
    post(
        key=f"savings.fees:{circle.pk}",
        transfers=[
            Transfer(account, wallet_of(seat.member_id, circle.currency), share, "share of late fees")
            for seat, share in shares
            if share
        ],
        description=f"{circle.name}: shares of the late fees",
        reference=circle.ledger_owner,
    )
    announce(FeesShared(circle_id=circle.pk, amount=kept))


def _decide(circle: Circle, its_round: Round, contributions: list[Contribution]) -> tuple[money.PotDecision, Money]:
    paid = total((each.amount for each in contributions if each.state == Contribution.State.PAID), circle.currency)
    full = money.full_pot(circle.amount, len(contributions))
    decision = money.pot_decision(
        paid=paid, full=full, rule=circle.shortfall, shortfall_at=its_round.shortfall_at, now=clock.now()
    )
    return decision, full


def _move(circle: Circle, its_round: Round, amount: Money) -> RoundPayout:
    now = clock.now()
    reference = f"savings.round:{its_round.pk}"
    entry = post(
        key=reference,
        transfers=[Transfer(pot_of(circle), wallet_of(its_round.recipient.member_id, circle.currency), amount, "pot")],
        description=f"{circle.name}: pot of round {its_round.number}",
        reference=reference,
    )
    its_round.state, its_round.paid_out_at = Round.State.PAID_OUT, now
    its_round.save(update_fields=["state", "paid_out_at"])
    return RoundPayout.objects.create(
        circle=circle,
        round=its_round,
        recipient=its_round.recipient,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        entry_id=entry.id,
        paid_at=now,
    )


def _forgive_own(its_round: Round, contributions: list[Contribution]) -> None:
    # Nobody owes arrears to themselves.
    for each in contributions:
        if each.seat_id == its_round.recipient_id and each.is_unpaid:
            close_contribution(each, Contribution.State.FORGIVEN)


def _complete_if_done(circle: Circle) -> None:
    if Round.objects.filter(circle=circle, state__in=[Round.State.SCHEDULED, Round.State.OPEN]).exists():
        return
    share_fees(circle)
    circle.status, circle.over_at = Circle.Status.COMPLETED, clock.now()
    circle.save(update_fields=["status", "over_at"])
    announce(CircleCompleted(circle_id=circle.pk, rounds=circle.rounds_total or 0))
