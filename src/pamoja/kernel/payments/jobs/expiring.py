"""Every morning, look for cards that are about to expire."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pamoja.foundation import clock
from pamoja.foundation.jobs import every
from pamoja.kernel.communities.public import each_community
from pamoja.kernel.payments.actions.expiring import tell_of_expiring_cards

_BATCH = 200
TOLD_FROM_HOUR = 9


@every(seconds=3600, name="payments.expiring_cards")
def tell_of_cards() -> None:
    """In each community's own morning and after; who was told is not told again."""
    for community in each_community():
        if clock.now().astimezone(ZoneInfo(community.time_zone)).hour >= TOLD_FROM_HOUR:
            while tell_of_expiring_cards(limit=_BATCH) == _BATCH:
                pass
