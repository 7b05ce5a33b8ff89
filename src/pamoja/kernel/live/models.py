"""Who follows an attended topic now, as each web process says of itself."""

from __future__ import annotations

import uuid

from django.db import models

from pamoja.kernel.communities.public import CommunityModel


class Presence(CommunityModel):
    """A member follows a topic in some socket of a web process. Times are real: turning the clock sends nobody away.

    The table is not logged: after a crash of the database it is empty, and within half a minute told anew.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    topic = models.CharField(max_length=130)
    member = models.ForeignKey("identity.Member", on_delete=models.CASCADE, related_name="+")
    process_id = models.UUIDField()
    came_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "live_presence"
        constraints = [
            models.UniqueConstraint(
                fields=["community", "topic", "member", "process_id"], name="live_presence_once_a_process"
            )
        ]
        indexes = [models.Index(fields=["community", "seen_at"], name="live_presence_by_seen")]

    def __str__(self) -> str:
        return f"{self.member_id} at {self.topic}"
