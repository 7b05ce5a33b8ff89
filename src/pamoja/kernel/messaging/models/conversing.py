"""What people write to us, kept as it came; and each one's conversation: what it remembers and what was said."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from pamoja.foundation import clock, ids
from pamoja.foundation.fields import EncryptedTextField
from pamoja.kernel.communities.public import CommunityModel


class Heard(CommunityModel):
    """One webhook as it came, kept once. `body` is the form; `todo` what understanding it still asks to be done."""

    class Kind(models.TextChoices):
        WRITTEN = "written", "Somebody wrote"
        REPORTED = "reported", "A message was reported on"

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    external_id = models.CharField(max_length=120, help_text="The provider's id, and for a report the state in it.")
    sender = models.BinaryField(help_text="The blind index of who wrote: theirs are understood in order.")
    body = EncryptedTextField()
    deliveries = models.PositiveIntegerField(default=1)
    received_at = models.DateTimeField(default=clock.now, editable=False)
    claimed_at = models.DateTimeField(null=True, help_text="By the database's clock: since when it is in hand.")
    understood_at = models.DateTimeField(null=True)
    todo = EncryptedTextField(null=True, help_text="JSON: what is still to be done about it.")
    step = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=60, blank=True)

    class Meta:
        db_table = "messaging_heard"
        verbose_name_plural = "heard"
        constraints = [
            models.UniqueConstraint(fields=["community", "kind", "external_id"], name="messaging_heard_once"),
            models.CheckConstraint(condition=Q(kind__in=["written", "reported"]), name="messaging_heard_kind_known"),
        ]
        indexes = [
            models.Index(
                fields=["community", "kind", "id"], condition=Q(done_at__isnull=True), name="messaging_heard_waiting"
            ),
            models.Index(
                fields=["community", "sender", "id"],
                condition=Q(done_at__isnull=True),
                name="messaging_heard_of_sender",
            ),
        ]


class Conversation(CommunityModel):
    """What lies between us and one address: what the assistant remembers, and whether a person has taken over."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    address = models.OneToOneField("messaging.Address", on_delete=models.PROTECT, related_name="conversation")
    profile_name = EncryptedTextField(null=True, help_text="What they call themselves on WhatsApp.")
    state = EncryptedTextField(null=True, help_text="JSON of `rules.conversing.State`.")
    asked_at = models.DateTimeField(null=True, help_text="Since when they wait for a person.")
    taken_by = models.ForeignKey("identity.Member", on_delete=models.PROTECT, null=True, related_name="+")
    unread = models.PositiveIntegerField(default=0, help_text="Lines of theirs that no person has seen, once asked.")
    spoke_at = models.DateTimeField(default=clock.now)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "messaging_conversation"
        indexes = [models.Index(fields=["community", "-spoke_at"], name="messaging_conversation_newest")]


class Line(CommunityModel):
    """One thing said in a conversation, by whom and when."""

    class By(models.TextChoices):
        THEM = "them", "Them"
        ASSISTANT = "assistant", "The assistant"
        PERSON = "person", "One of us"

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="lines")
    by = models.CharField(max_length=10, choices=By.choices)
    person = models.ForeignKey("identity.Member", on_delete=models.PROTECT, null=True, related_name="+")
    text = EncryptedTextField()
    options = models.JSONField(default=list, help_text="The titles that could be chosen.")
    message = models.ForeignKey("messaging.Message", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "messaging_line"
        constraints = [
            models.CheckConstraint(condition=Q(by__in=["them", "assistant", "person"]), name="messaging_line_by_known")
        ]
        indexes = [models.Index(fields=["conversation", "-id"], name="messaging_line_newest")]
