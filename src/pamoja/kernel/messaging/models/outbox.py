"""The outbox."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from pamoja.foundation import clock, ids
from pamoja.foundation.fields import EncryptedTextField
from pamoja.kernel.communities.public import NoCommunity, current_community_id
from pamoja.kernel.messaging import rules
from pamoja.kernel.messaging.rules import Priority, State

UNFINISHED = (State.QUEUED, State.SENDING)


def community_if_entered() -> UUID | None:
    """The entered community; none for what the installation itself says."""
    try:
        return current_community_id()
    except NoCommunity:
        return None


class Message(models.Model):
    """One message to one recipient, rendered when it was queued; what it says never changes after that.

    Not a `CommunityModel`, for mail may be due where no community is entered (a password reset on the bare domain):
    such a row has no community, and its policy (`sql/outbox.sql`) shows it only where none is entered.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    community = models.ForeignKey(
        "communities.Community",
        on_delete=models.PROTECT,
        null=True,
        default=community_if_entered,
        editable=False,
        related_name="+",
    )
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=10, default="email")
    address = EncryptedTextField()
    template = models.CharField(max_length=80, blank=True, help_text="Such as savings/contribution_due.")
    data = EncryptedTextField(help_text="What the template was given, as JSON.")
    language = models.CharField(max_length=8)
    priority = models.PositiveSmallIntegerField(default=Priority.REST.value)
    dedupe_key = models.CharField(max_length=200)
    subject = EncryptedTextField()
    text = EncryptedTextField()
    html = EncryptedTextField()
    due_at = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now, editable=False)

    state = models.CharField(max_length=10, default=State.QUEUED.value)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(help_text="By the platform's clock.")
    claimed_at = models.DateTimeField(
        null=True, help_text="By the database's clock, which nobody turns: since when it is being handed over."
    )
    sent_at = models.DateTimeField(null=True)
    provider_id = models.CharField(max_length=200, blank=True, help_text="What the provider answered when it took it.")
    error_code = models.CharField(max_length=40, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "messaging_message"
        constraints = [
            models.UniqueConstraint(
                fields=["community", "dedupe_key"], nulls_distinct=False, name="messaging_message_sent_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[each.value for each in State]), name="messaging_message_state_known"
            ),
            models.CheckConstraint(condition=models.Q(channel="email"), name="messaging_message_channel_known"),
            models.CheckConstraint(
                condition=models.Q(priority__in=[each.value for each in Priority]),
                name="messaging_message_priority_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state=State.SENT.value, sent_at__isnull=False)
                | (~models.Q(state=State.SENT.value) & models.Q(sent_at__isnull=True)),
                name="messaging_message_sent_at_when_sent",
            ),
        ]
        indexes = [
            models.Index(
                fields=["priority", "next_attempt_at", "id"],
                condition=models.Q(state__in=[each.value for each in UNFINISHED]),
                name="messaging_message_unfinished",
            ),
            models.Index(fields=["member", "-created_at"], name="messaging_message_of_member"),
            models.Index(fields=["community", "-created_at"], name="messaging_message_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.template or 'mail'} to {self.masked_address}"

    @property
    def masked_address(self) -> str:
        """Enough of the address to recognise it."""
        return rules.masked(str(self.address))
