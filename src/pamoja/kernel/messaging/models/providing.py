"""What providers told us and what they keep for us; and how fast we may speak to them."""

from __future__ import annotations

from django.db import models

from pamoja.foundation import clock, ids
from pamoja.kernel.communities.public import CommunityModel


class DeliveryReport(CommunityModel):
    """A provider's word about a message, as it came: late, twice, out of order, or before we knew its id."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    provider_id = models.CharField(max_length=200)
    said = models.CharField(max_length=30)
    error_code = models.CharField(max_length=40, blank=True)
    message = models.ForeignKey("messaging.Message", on_delete=models.PROTECT, null=True, related_name="reports")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "messaging_delivery_report"
        constraints = [
            models.UniqueConstraint(
                fields=["community", "provider_id", "said", "error_code"], name="messaging_delivery_report_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.said}"


class ProviderContent(models.Model):
    """A text that a provider keeps under an id, for buttons, lists and approved templates. Of the installation."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    fingerprint = models.CharField(max_length=64, help_text="Of everything in it: other words are another content.")
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=8)
    body = models.TextField(help_text="With {{1}} for what differs.")
    samples = models.JSONField(default=list)
    kept_by = models.CharField(
        max_length=60, blank=True, help_text="`meta:` and a business account; empty: the installation's at Twilio."
    )
    provider_id = models.CharField(max_length=64, blank=True, help_text="Meta's is the template's name.")
    approval = models.CharField(max_length=20, default="unsubmitted")
    rejection = models.CharField(max_length=300, blank=True)
    submissions = models.PositiveSmallIntegerField(default=0, help_text="How often it was submitted after a refusal.")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    checked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "messaging_provider_content"
        constraints = [models.UniqueConstraint(fields=["fingerprint"], name="messaging_provider_content_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.language}): {self.approval}"


class Pace(models.Model):
    """Until when a sender's allowance is spoken for, by the database's clock. Of the installation."""

    sender = models.CharField(primary_key=True, max_length=60)
    free_at = models.DateTimeField()

    class Meta:
        db_table = "messaging_pace"

    def __str__(self) -> str:
        return self.sender
