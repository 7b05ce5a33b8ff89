"""By which numbers and addresses a community speaks."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from pamoja.foundation import clock, ids
from pamoja.kernel.communities.public import CommunityModel


class CommunitySender(CommunityModel):
    """A community's own senders; where one is empty, the installation's speaks for it.

    A number belongs to one community of the whole installation: by it we know to whom somebody writes.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    whatsapp = models.CharField(max_length=20, blank=True, help_text="In E.164.")
    sms = models.CharField(max_length=20, blank=True, help_text="In E.164, or up to eleven letters that are shown.")
    mail = models.EmailField(blank=True)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "messaging_sender"
        constraints = [
            models.UniqueConstraint(fields=["community"], name="messaging_sender_one_a_community"),
            models.UniqueConstraint(
                fields=["whatsapp"], condition=~Q(whatsapp=""), name="messaging_sender_whatsapp_unique"
            ),
            models.UniqueConstraint(fields=["sms"], condition=~Q(sms=""), name="messaging_sender_sms_unique"),
        ]

    def __str__(self) -> str:
        return self.whatsapp or self.sms or self.mail or "the installation's"
