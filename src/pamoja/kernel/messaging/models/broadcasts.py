"""One text to many members, spread over hours, that can be paused at any moment."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from pamoja.foundation import clock, ids
from pamoja.kernel.communities.public import CommunityModel


class Broadcast(CommunityModel):
    """What the operator says to an audience."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        RUNNING = "running", "Going out"
        PAUSED = "paused", "Paused"
        DONE = "done", "Done"
        STOPPED = "stopped", "Stopped"

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    name = models.CharField(max_length=80)
    subject = models.CharField(max_length=120)
    text = models.TextField(max_length=1000)
    subject_sw = models.CharField(max_length=120, blank=True)
    text_sw = models.TextField(max_length=1000, blank=True)
    audience: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    spread_minutes = models.PositiveIntegerField(default=0)
    fingerprint = models.CharField(max_length=64, help_text="Of text and audience, to notice a second one like it.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    made_by = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    started_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "messaging_broadcast"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "running", "paused", "done", "stopped"]),
                name="messaging_broadcast_state_known",
            ),
        ]
        indexes = [models.Index(fields=["community", "-created_at"], name="messaging_broadcast_newest")]

    def __str__(self) -> str:
        return self.name


class BroadcastRecipient(CommunityModel):
    """One member of the audience, chosen when it began, and when their turn is."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    broadcast = models.ForeignKey(Broadcast, on_delete=models.PROTECT, related_name="recipients")
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    due_after_s = models.FloatField(help_text="So long after the beginning, pauses not counted.")
    is_queued = models.BooleanField(default=False)
    message_id = models.UUIDField(null=True)

    class Meta:
        db_table = "messaging_audience"
        constraints = [models.UniqueConstraint(fields=["broadcast", "member"], name="messaging_audience_once")]
        indexes = [
            models.Index(
                fields=["broadcast", "due_after_s"],
                condition=Q(is_queued=False),
                name="messaging_audience_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.member_id} of {self.broadcast_id}"
