"""When money was asked for or is to be sent, queue telling the rail; and count what happens, for Prometheus."""

from prometheus_client import Counter

from pamoja.foundation.events import Event, on
from pamoja.foundation.jobs import enqueue
from pamoja.kernel.payments.events import (
    CollectionEvent,
    CollectionRequested,
    DisputeAnswered,
    DisputeEvent,
    MethodEvent,
    MethodRemoved,
    PayoutEvent,
    PayoutRequested,
    ReconciliationAsked,
    RefundEvent,
    RefundRequested,
)
from pamoja.kernel.payments.events.payees import PayoutRecalled
from pamoja.kernel.payments.jobs import (
    forget_method,
    reconcile_now,
    submit_collection,
    submit_evidence,
    submit_payout,
    submit_refunds,
)
from pamoja.kernel.payments.jobs.onward import move_payouts_onward


@on(CollectionRequested)
def _ask_the_phone(event: CollectionRequested) -> None:
    enqueue(submit_collection, collection_id=str(event.collection_id))


@on(PayoutRequested)
def _send_the_money(event: PayoutRequested) -> None:
    enqueue(submit_payout, payout_id=str(event.payout_id))


@on(PayoutRecalled)
def _take_it_back(event: PayoutRecalled) -> None:
    enqueue(move_payouts_onward)


@on(MethodRemoved)
def _let_it_be_forgotten(event: MethodRemoved) -> None:
    enqueue(forget_method, method_id=str(event.method_id))


@on(RefundRequested)
def _give_it_back(event: RefundRequested) -> None:
    enqueue(submit_refunds)


@on(ReconciliationAsked)
def _compare_the_books(event: ReconciliationAsked) -> None:
    enqueue(reconcile_now)


@on(DisputeAnswered)
def _tell_the_bank(event: DisputeAnswered) -> None:
    enqueue(submit_evidence, dispute_id=str(event.dispute_id))


PAYMENTS = Counter("pamoja_payments_total", "What happened to payments.", ["event"])


def _counted(event: Event) -> None:
    PAYMENTS.labels(event.name.removeprefix("payments.")).inc()


for _family in (CollectionEvent, PayoutEvent, MethodEvent, RefundEvent, DisputeEvent):
    for _kind in _family.__subclasses__():
        on(_kind)(_counted)
