"""When money was asked for or is to be sent, queue telling the rail."""

from pamoja.foundation.events import on
from pamoja.foundation.jobs import enqueue
from pamoja.kernel.payments.events import CollectionRequested, PayoutRequested
from pamoja.kernel.payments.jobs import submit_collection, submit_payout


@on(CollectionRequested)
def _ask_the_phone(event: CollectionRequested) -> None:
    enqueue(submit_collection, collection_id=str(event.collection_id))


@on(PayoutRequested)
def _send_the_money(event: PayoutRequested) -> None:
    enqueue(submit_payout, payout_id=str(event.payout_id))
