"""Wiring: the community travels with every connection and every job."""

from contextlib import AbstractContextManager
from uuid import UUID

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from pamoja.foundation import jobs


class CommunityCarrier:
    """Takes the entered community along with a queued job."""

    name = "community"

    def pack(self) -> str | None:
        from pamoja.kernel.communities.models import entered_community

        community_id = entered_community.get()
        return None if community_id is None else str(community_id)

    def unpack(self, packed: str) -> AbstractContextManager[None]:
        from pamoja.kernel.communities.queries import entered

        return entered(UUID(packed))


class CommunitiesConfig(AppConfig):
    name = "pamoja.kernel.communities"
    label = "communities"

    def ready(self) -> None:
        from pamoja.kernel.communities.queries import tell_new_connection

        connection_created.connect(tell_new_connection, dispatch_uid="communities.tell_new_connection")
        jobs.carry(CommunityCarrier())
