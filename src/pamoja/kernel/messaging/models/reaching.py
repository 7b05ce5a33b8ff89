"""By which ways a member may be reached, what they agreed to, and what they want."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from pamoja.foundation import clock, ids
from pamoja.foundation.fields import EncryptedTextField
from pamoja.kernel.communities.public import CommunityModel
from pamoja.kernel.messaging import rules
from pamoja.kernel.messaging.rules import NIGHT_FROM, NIGHT_UNTIL, PHONE_CHANNELS, Channel, Consent, Reachable


class Address(CommunityModel):
    """One address on a phone channel: a number, or the id by which WhatsApp names somebody who hides theirs.

    A member may have several; one may be known before we know whose it is.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=10)
    address = EncryptedTextField()
    recipient = models.BinaryField(help_text="The blind index of channel and address.")
    last_inbound_at = models.DateTimeField(null=True, help_text="Restarts WhatsApp's 24 hours.")
    consent = models.CharField(max_length=10, default=Consent.UNKNOWN.value)
    unreachable_code = models.CharField(max_length=40, blank=True, help_text="Why nothing more is sent here.")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "messaging_address"
        constraints = [
            models.UniqueConstraint(fields=["community", "recipient"], name="messaging_address_once"),
            models.CheckConstraint(
                condition=Q(channel__in=[each.value for each in PHONE_CHANNELS]), name="messaging_address_channel_known"
            ),
            models.CheckConstraint(
                condition=Q(consent__in=[each.value for each in Consent]), name="messaging_address_consent_known"
            ),
        ]
        indexes = [models.Index(fields=["member", "channel", "-last_inbound_at"], name="messaging_address_of_member")]

    def __str__(self) -> str:
        return f"{self.channel} {rules.masked(str(self.address))}"

    @property
    def reachable(self) -> Reachable:
        """What the rules want to know of it."""
        return Reachable(Consent(self.consent), self.last_inbound_at, bool(self.unreachable_code))

    @property
    def window_closes_at(self) -> datetime | None:
        """Until when free words may go out here over WhatsApp; none when they never wrote."""
        return self.last_inbound_at + rules.WINDOW if self.last_inbound_at else None


class ConsentRecord(CommunityModel):
    """Who agreed to be written to, or withdrew it: when, how and in which words. Nothing here is ever changed."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="records")
    consent = models.CharField(max_length=10)
    how = models.CharField(max_length=20, help_text="whatsapp, sms, page, provider or operator.")
    wording = EncryptedTextField(help_text="What they wrote, or what they were shown.")
    at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "messaging_consent"
        indexes = [models.Index(fields=["address", "-at"], name="messaging_consent_of_address")]

    def __str__(self) -> str:
        return f"{self.consent} by {self.how}"


class Preference(CommunityModel):
    """What a member wants to hear, by which channel first, and when to be left in peace."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    member = models.OneToOneField("identity.Member", on_delete=models.PROTECT, related_name="+")
    first = models.CharField(max_length=10, blank=True, help_text="The channel to try first; empty: the usual order.")
    muted = models.JSONField(default=dict, help_text='Channels by kind, such as {"news": ["sms"]}.')
    is_quiet_at_night = models.BooleanField(default=True)
    quiet_from = models.TimeField(default=NIGHT_FROM)
    quiet_until = models.TimeField(default=NIGHT_UNTIL)

    class Meta:
        db_table = "messaging_preference"
        constraints = [
            models.CheckConstraint(
                condition=Q(first__in=["", *[each.value for each in Channel if each != Channel.PUSH]]),
                name="messaging_preference_first_known",
            ),
        ]

    def __str__(self) -> str:
        return f"preferences of {self.member_id}"


class PushSubscription(CommunityModel):
    """One browser that a member lets us wake. The endpoint is a secret address, so it is held sealed."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    endpoint = EncryptedTextField()
    endpoint_index = models.BinaryField()
    keys = EncryptedTextField(help_text="JSON: p256dh and auth.")
    browser = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "messaging_push_subscription"
        constraints = [
            models.UniqueConstraint(fields=["community", "endpoint_index"], name="messaging_push_subscription_once")
        ]
        indexes = [models.Index(fields=["member"], name="messaging_push_subscription_of")]

    def __str__(self) -> str:
        return self.browser or "a browser"
