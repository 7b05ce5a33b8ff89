"""Codes on their way to phones, or shown to be sent from one, by which members show that a phone is theirs."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from pamoja.foundation import clock, ids
from pamoja.foundation.fields import EncryptedTextField
from pamoja.kernel.communities.public import CommunityModel
from pamoja.kernel.messaging.rules.proving import GUESSES_MAX


class PhoneCode(CommunityModel):
    """The code that a member was sent last, and how often it was guessed at. The code itself is not kept."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    mark = models.BinaryField(help_text="The blind index of member, phone and code together.")
    phone_mark = models.BinaryField(help_text="The blind index of member and phone.")
    guesses = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "messaging_phone_code"
        constraints = [
            models.UniqueConstraint(fields=["member"], name="messaging_phone_code_one_at_a_time"),
            models.CheckConstraint(condition=Q(guesses__lte=GUESSES_MAX), name="messaging_phone_code_guesses_bounded"),
        ]

    def __str__(self) -> str:
        return f"a code to a phone of {self.member_id}"


class ShownCode(CommunityModel):
    """The code that a member was shown last, to be sent to us by WhatsApp from the phone that is theirs."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    code = EncryptedTextField(help_text="Kept, for it is shown again whenever its page is opened.")
    mark = models.BinaryField(help_text="The blind index of the code.")
    phone_mark = models.BinaryField(help_text="The blind index of member and phone.")
    strangers = models.PositiveSmallIntegerField(default=0, help_text="How often it came from another number.")
    shown_at = models.DateTimeField(default=clock.now)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "messaging_shown_code"
        constraints = [
            models.UniqueConstraint(fields=["member"], name="messaging_shown_code_one_at_a_time"),
            models.UniqueConstraint(fields=["community", "mark"], name="messaging_shown_code_unique"),
            models.CheckConstraint(
                condition=Q(strangers__lte=GUESSES_MAX), name="messaging_shown_code_strangers_bounded"
            ),
        ]

    def __str__(self) -> str:
        return f"a code shown to {self.member_id}"
