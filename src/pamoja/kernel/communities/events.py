"""The facts this package announces."""

from dataclasses import dataclass
from uuid import UUID

from pamoja.foundation.events import Event


@dataclass(frozen=True, kw_only=True)
class CommunitySettingsChanged(Event):
    """Somebody changed the community's name, brand, products or flags."""

    name = "communities.settings_changed"
    sentence = "{by} changed the community's settings."
    community_id: UUID
    fields: tuple[str, ...]

    def subjects(self) -> tuple[str, ...]:
        return (f"community:{self.community_id}",)
