"""Changing a community."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pamoja.foundation.actions import Actor, action
from pamoja.foundation.events import announce
from pamoja.kernel.communities import rules
from pamoja.kernel.communities.events import CommunitySettingsChanged
from pamoja.kernel.communities.models import Community

CHANGEABLE = ("name", "tagline", "domain", "brand", "logo", "products", "flags", "time_zone", "language")


@action
def change_community_settings(*, by: Actor, community_id: UUID, changes: dict[str, Any]) -> Community:
    """Set some of `CHANGEABLE`; a brand is reduced to what a style sheet may hold.

    Raises: NotAllowed without `communities.manage`.
    """
    by.require("communities.manage")
    community = Community.objects.select_for_update().get(pk=community_id)
    changed = {field: value for field, value in changes.items() if field in CHANGEABLE}
    if "brand" in changed:
        changed["brand"] = rules.clean_brand(changed["brand"])
    for field, value in changed.items():
        setattr(community, field, value)
    community.save(update_fields=list(changed))
    announce(CommunitySettingsChanged(community_id=community.pk, fields=tuple(sorted(changed))))
    return community
