"""When money was asked for or is to be sent, queue telling the rail; and count what happens, for Prometheus."""

from prometheus_client import Counter

from pamoja.foundation.events import Event, on
from pamoja.foundation.jobs import enqueue
from pamoja.kernel.payments.events import (
    CollectionEvent,
    CollectionRequested,
    MethodEvent,
    MethodRemoved,
    PayoutEvent,
    PayoutRequested,
)
from pamoja.kernel.payments.jobs import forget_method, submit_collection, submit_payout


@on(CollectionRequested)
def _ask_the_phone(event: CollectionRequested) -> None:
    enqueue(submit_collection, collection_id=str(event.collection_id))


@on(PayoutRequested)
def _send_the_money(event: PayoutRequested) -> None:
    enqueue(submit_payout, payout_id=str(event.payout_id))


@on(MethodRemoved)
def _let_it_be_forgotten(event: MethodRemoved) -> None:
    enqueue(forget_method, method_id=str(event.method_id))


PAYMENTS = Counter("pamoja_payments_total", "What happened to payments.", ["event"])


def _counted(event: Event) -> None:
    PAYMENTS.labels(event.name.removeprefix("payments.")).inc()


for _kind in (*CollectionEvent.__subclasses__(), *PayoutEvent.__subclasses__(), *MethodEvent.__subclasses__()):
    on(_kind)(_counted)
