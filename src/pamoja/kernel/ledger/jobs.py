"""The ledger's background work: ended holds and rolled-up sums."""

from django.db import transaction

from pamoja.foundation.jobs import every
from pamoja.kernel.communities.public import each_community
from pamoja.kernel.ledger.actions.holding import expire_holds
from pamoja.kernel.ledger.actions.keeping import roll_up

_BATCH = 1000


@every(seconds=5, name="ledger.expire_holds")
def expire_due_holds() -> None:
    """Give back what is held past its time, community by community."""
    for _ in each_community():
        expired = _BATCH
        while expired == _BATCH:
            with transaction.atomic(durable=True):
                expired = expire_holds(_BATCH)


@every(seconds=10, name="ledger.roll_up")
def roll_up_sums() -> None:
    """Keep the balances of accounts without a floor quick to read."""
    roll_up()
