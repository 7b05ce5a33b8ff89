"""When a payment of theirs has moved on, a member who looks at it sees it."""

from pamoja.foundation.events import on
from pamoja.kernel.live.public import publish
from pamoja.kernel.payments.events import CollectionEvent, PayoutEvent


def _show(event: CollectionEvent | PayoutEvent) -> None:
    publish(f"payments:{event.member_id}", "changed")


for _family in (CollectionEvent, PayoutEvent):
    for _kind in _family.__subclasses__():
        on(_kind)(_show)
