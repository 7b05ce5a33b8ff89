"""When money came, did not come, or filled a pot, the next step is queued."""

from __future__ import annotations

from pamoja.foundation.events import Event, on
from pamoja.foundation.jobs import enqueue
from pamoja.kernel.payments.public import (
    CollectionConfirmed,
    CollectionDoubted,
    CollectionFailed,
    CollectionGivenUp,
    CollectionSubmitted,
    PayoutCameBack,
    PayoutConfirmed,
    PayoutFailed,
)
from pamoja.products.savings import events, jobs
from pamoja.products.savings.models.rounds import CONTRIBUTION_PURPOSE, PAYOUT_PURPOSE, named_in


@on(events.ContributionPaid)
def _pay_full_pot_out(event: events.ContributionPaid) -> None:
    if event.fills_pot:
        enqueue(jobs.pay_out_pot, round_id=str(event.round_id))


@on(events.CircleResumed)
def _pay_waiting_pots_out(event: events.CircleResumed) -> None:
    enqueue(jobs.pay_out_full_pots, circle_id=str(event.circle_id))


@on(events.RoundPaidOut, events.ArrearsPaid)
def _send_to_phone(event: events.CircleEvent) -> None:
    assert isinstance(event, events.RoundPaidOut | events.ArrearsPaid)
    enqueue(jobs.send_on, payout_id=str(event.payout_id))


@on(CollectionConfirmed)
def _pay_in(event: CollectionConfirmed) -> None:
    if contribution_id := named_in(event.purpose, CONTRIBUTION_PURPOSE):
        enqueue(jobs.note_collected, contribution_id=str(contribution_id), collection_id=str(event.collection_id))


@on(CollectionSubmitted)
def _asked_again(event: CollectionSubmitted) -> None:
    contribution_id = named_in(event.purpose, CONTRIBUTION_PURPOSE)
    if contribution_id and event.attempt > 1:
        enqueue(jobs.note_asked_again, contribution_id=str(contribution_id), collection_id=str(event.collection_id))


@on(CollectionFailed, CollectionGivenUp, CollectionDoubted)
def _not_paid_in(event: Event) -> None:
    assert isinstance(event, CollectionFailed | CollectionGivenUp | CollectionDoubted)
    if contribution_id := named_in(event.purpose, CONTRIBUTION_PURPOSE):
        enqueue(
            jobs.note_not_collected,
            contribution_id=str(contribution_id),
            collection_id=str(event.collection_id),
            reason=event.reason,
            may_retry=isinstance(event, CollectionFailed) and event.may_retry,
        )


@on(PayoutConfirmed)
def _sent(event: PayoutConfirmed) -> None:
    if payout_id := named_in(event.purpose, PAYOUT_PURPOSE):
        enqueue(jobs.note_sent, payout_id=str(payout_id))


@on(PayoutFailed, PayoutCameBack)
def _not_sent(event: Event) -> None:
    assert isinstance(event, PayoutFailed | PayoutCameBack)
    if payout_id := named_in(event.purpose, PAYOUT_PURPOSE):
        enqueue(jobs.note_not_sent, payout_id=str(payout_id), reason=event.reason)
