"""By which numbers and addresses a community speaks, and who carries its WhatsApp."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from pamoja.foundation import clock, ids
from pamoja.foundation.fields import EncryptedTextField
from pamoja.kernel.communities.public import CommunityModel


class CommunitySender(CommunityModel):
    """A community's own senders; where one is empty, the installation's speaks for it.

    A number belongs to one community of the whole installation: by it we know to whom somebody writes. WhatsApp goes
    through the installation's Twilio account, unless the community has connected a number of its own at Meta.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    whatsapp = models.CharField(max_length=20, blank=True, help_text="In E.164.")
    sms = models.CharField(max_length=20, blank=True, help_text="In E.164, or up to eleven letters that are shown.")
    mail = models.EmailField(blank=True)
    meta_number = models.CharField(max_length=20, blank=True, help_text="In E.164, as Meta gave it.")
    meta_number_id = models.CharField(max_length=40, blank=True, help_text="By which Meta knows that number.")
    meta_business_id = models.CharField(max_length=40, blank=True, help_text="The WhatsApp Business account.")
    meta_token = EncryptedTextField(null=True)
    meta_app_secret = EncryptedTextField(null=True, help_text="With which Meta signs what it tells us.")
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "messaging_sender"
        constraints = [
            models.UniqueConstraint(fields=["community"], name="messaging_sender_one_a_community"),
            models.UniqueConstraint(
                fields=["whatsapp"], condition=~Q(whatsapp=""), name="messaging_sender_whatsapp_unique"
            ),
            models.UniqueConstraint(fields=["sms"], condition=~Q(sms=""), name="messaging_sender_sms_unique"),
            models.UniqueConstraint(
                fields=["meta_number_id"], condition=~Q(meta_number_id=""), name="messaging_sender_meta_unique"
            ),
            models.CheckConstraint(
                condition=Q(meta_number_id="", meta_number="", meta_token=None, meta_app_secret=None)
                | (
                    ~Q(meta_number_id="")
                    & ~Q(meta_number="")
                    & ~Q(meta_business_id="")
                    & Q(meta_token__isnull=False, meta_app_secret__isnull=False)
                ),
                name="messaging_sender_meta_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.meta_number or self.whatsapp or self.sms or self.mail or "the installation's"
