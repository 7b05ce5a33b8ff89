"""The outbox."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce

from pamoja.foundation import clock, ids
from pamoja.foundation.fields import EncryptedTextField
from pamoja.kernel.communities.public import NoCommunity, current_community_id
from pamoja.kernel.messaging import rules
from pamoja.kernel.messaging.rules import UNFINISHED, WITH_PROVIDER, Channel, Kind, Priority, State

__all__ = ["UNFINISHED", "Message", "community_if_entered"]

_WAITS = Q(state__in=[each.value for each in UNFINISHED])


def community_if_entered() -> UUID | None:
    """The entered community; none for what the installation itself says."""
    try:
        return current_community_id()
    except NoCommunity:
        return None


def nothing_more() -> str:
    """The content of a message that is its text alone."""
    return "{}"


class Message(models.Model):
    """One message to one address over one channel, worded when it was queued; what it says never changes after that.

    Where a channel fails, another message takes its place (`instead_of`) on the next one.

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
    place = models.GeneratedField(
        expression=Coalesce("community", Value(UUID(int=0))),
        output_field=models.UUIDField(),
        db_persist=True,
        help_text="The community, or zeros for the installation itself: rows are found and kept apart by it.",
    )
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=10, default=Channel.EMAIL.value)
    kind = models.CharField(max_length=10, default=Kind.ACTIVITY.value)
    address = EncryptedTextField()
    recipient = models.BinaryField(help_text="The blind index of channel and address: whose turn it is.")
    instead_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    fallbacks = models.JSONField(default=list, help_text="The channels that are left to try when this one fails.")
    template = models.CharField(max_length=80, blank=True, help_text="Such as savings/contribution_due.")
    data = EncryptedTextField(help_text="What the template was given, as JSON.")
    language = models.CharField(max_length=8)
    priority = models.PositiveSmallIntegerField(default=Priority.REST.value)
    dedupe_key = models.CharField(max_length=200)
    subject = EncryptedTextField()
    text = EncryptedTextField()
    html = EncryptedTextField()
    content = EncryptedTextField(
        default=nothing_more, help_text="Buttons, rows, a medium: what is there beside the text."
    )
    due_at = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now, editable=False)

    state = models.CharField(max_length=10, default=State.QUEUED.value)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(help_text="By the platform's clock.")
    claimed_at = models.DateTimeField(
        null=True, help_text="By the database's clock, which nobody turns: since when it is being handed over."
    )
    tried_at = models.DateTimeField(null=True, help_text="When it was first taken up, by the platform's clock.")
    in_doubt = models.BooleanField(
        default=False, help_text="The provider may have it: it is looked up there before it is handed over again."
    )
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    provider_id = models.CharField(max_length=200, blank=True, help_text="What the provider answered when it took it.")
    error_code = models.CharField(max_length=40, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "messaging_message"
        constraints = [
            models.UniqueConstraint(fields=["place", "dedupe_key"], name="messaging_message_sent_once"),
            models.CheckConstraint(
                condition=Q(state__in=[each.value for each in State]), name="messaging_message_state_known"
            ),
            models.CheckConstraint(
                condition=Q(channel__in=[each.value for each in Channel]), name="messaging_message_channel_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[each.value for each in Kind]), name="messaging_message_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(priority__in=[each.value for each in Priority]), name="messaging_message_priority_known"
            ),
            models.CheckConstraint(
                condition=(~_WAITS | Q(sent_at__isnull=True))
                & (~Q(state__in=[each.value for each in WITH_PROVIDER]) | Q(sent_at__isnull=False)),
                name="messaging_message_sent_at_when_sent",
            ),
        ]
        indexes = [
            models.Index(
                fields=["place", "channel", "priority", "next_attempt_at", "id"],
                condition=_WAITS,
                name="messaging_message_unfinished",
            ),
            models.Index(fields=["next_attempt_at"], condition=_WAITS, name="messaging_message_due"),
            models.Index(
                fields=["recipient", "priority", "due_at", "id"], condition=_WAITS, name="messaging_message_lane"
            ),
            models.Index(
                fields=["recipient", "sent_at"], condition=Q(sent_at__isnull=False), name="messaging_message_handed"
            ),
            models.Index(fields=["provider_id"], condition=~Q(provider_id=""), name="messaging_message_provider"),
            models.Index(fields=["member", "-created_at"], name="messaging_message_of_member"),
            models.Index(fields=["place", "-created_at"], name="messaging_message_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.template or self.channel} to {self.masked_address}"

    @property
    def masked_address(self) -> str:
        """Enough of the address to recognise it."""
        return rules.masked(str(self.address))
