"""Where a community's provider sends its signed events: noted once the provider gave the secret."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid5

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor, action
from pamoja.kernel.communities.public import current_community_id
from pamoja.kernel.payments.models import Endpoint

# The old secret counts for as long as events signed with it may still be repeated.
_OVERLAP = timedelta(days=3)


def endpoint_key(url: str) -> UUID:
    """One endpoint for one address: asking for it twice makes one."""
    return uuid5(current_community_id(), url)


@action
def record_endpoint(*, by: Actor = SYSTEM, rail: str, url: str, rail_id: str, secret: str) -> Endpoint:
    """Events signed with this secret are believed to be the provider's from now on."""
    now = clock.now()
    Endpoint.objects.filter(rail=rail, retired_at__isnull=True).exclude(rail_id=rail_id).update(
        retired_at=now + _OVERLAP
    )
    made, _ = Endpoint.objects.get_or_create(rail=rail, rail_id=rail_id, defaults={"url": url, "secret": secret})
    return made
