"""What a member is shown inside: the history of what was said to them, whichever way it also went."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from pamoja.foundation import clock, ids
from pamoja.foundation.fields import EncryptedTextField
from pamoja.kernel.communities.public import CommunityModel
from pamoja.kernel.messaging.rules import Kind


class Notification(CommunityModel):
    """One line of a member's notification centre."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    dedupe_key = models.CharField(max_length=200)
    subject = EncryptedTextField()
    text = EncryptedTextField()
    url = models.CharField(max_length=300, blank=True, help_text="What it is about.")
    action = models.CharField(max_length=60, blank=True, help_text="What the button there says.")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    shown_from = models.DateTimeField(help_text="When it is due.")
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "messaging_notification"
        constraints = [
            models.UniqueConstraint(fields=["community", "dedupe_key"], name="messaging_notification_once"),
            models.CheckConstraint(
                condition=Q(kind__in=[each.value for each in Kind]), name="messaging_notification_kind_known"
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-shown_from", "-id"], name="messaging_notification_newest"),
            models.Index(fields=["member"], condition=Q(read_at__isnull=True), name="messaging_notification_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.member_id}"
