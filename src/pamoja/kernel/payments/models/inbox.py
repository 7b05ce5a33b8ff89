"""The inbox of webhooks, each kept once as it came."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from pamoja.foundation import clock, ids
from pamoja.foundation.fields import EncryptedTextField
from pamoja.kernel.communities.public import CommunityModel
from pamoja.kernel.payments.models.choices import choices, listed
from pamoja.kernel.payments.rules.messages import NoticeKind


class WebhookInbox(CommunityModel):
    """One webhook as it came, kept once, and what it claims once it was read. `body` holds the bytes as Latin-1."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    rail = models.CharField(max_length=20)
    kind = models.CharField(max_length=20, choices=choices(NoticeKind))
    subject_id = models.UUIDField(help_text="The attempt or payout that its address named.")
    body = EncryptedTextField()
    headers = models.JSONField(default=dict)
    source = models.CharField(max_length=45)
    is_trusted = models.BooleanField(help_text="Whether it came from an address on the allow-list.")
    fingerprint = models.BinaryField(help_text="Keyed hash of the bytes: what comes twice is kept once.")
    deliveries = models.PositiveIntegerField(default=1)
    received_at = models.DateTimeField(default=clock.now)
    applied_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=40, blank=True)
    claimed_id = models.CharField(max_length=100, blank=True)
    claimed_code = models.CharField(max_length=40, blank=True)
    claimed_receipt = models.CharField(max_length=40, blank=True)
    claimed_minor = models.BigIntegerField(null=True)

    class Meta:
        db_table = "payments_inbox"
        verbose_name = "webhook"
        verbose_name_plural = "webhook inbox"
        constraints = [
            models.UniqueConstraint(
                fields=["community", "kind", "subject_id", "fingerprint"], name="payments_inbox_kept_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=listed(NoticeKind)), name="payments_inbox_kind_known"),
        ]
        indexes = [
            models.Index(
                fields=["community", "received_at"], condition=Q(applied_at__isnull=True), name="payments_inbox_waiting"
            ),
            models.Index(fields=["subject_id"], name="payments_inbox_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.received_at:%Y-%m-%d %H:%M:%S}"

    @property
    def raw(self) -> bytes:
        """The bytes as they came."""
        return str(self.body).encode("latin-1")
