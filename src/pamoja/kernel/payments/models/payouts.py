"""Payouts: money on its way out of a wallet."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from pamoja.foundation import clock, ids
from pamoja.foundation.fields import EncryptedTextField
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import CommunityModel
from pamoja.kernel.payments.models.choices import choices, listed
from pamoja.kernel.payments.rules.states import Doubt, PayoutState


class Payout(CommunityModel):
    """Money from a member's wallet to their phone: held, sent once under `originator_id`, captured or released."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    rail = models.CharField(max_length=20)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=8)
    purpose = models.CharField(max_length=120)
    key = models.CharField(max_length=200)
    phone = EncryptedTextField(help_text="For a rail that sends to one.")
    method = models.ForeignKey("payments.Method", on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=12, choices=choices(PayoutState), default=PayoutState.REQUESTED)
    originator_id = models.CharField(max_length=64)
    conversation_id = models.CharField(max_length=100, null=True)
    hold_id = models.UUIDField()
    entry_id = models.UUIDField(null=True)
    receipt = models.CharField(max_length=40, null=True)
    submissions_made = models.PositiveSmallIntegerField(default=0)
    may_have_left = models.BooleanField(
        default=False, help_text="Once M-PESA may have taken it, only M-PESA can end it."
    )
    next_submission_at = models.DateTimeField(null=True, default=clock.now)
    sent_at = models.DateTimeField(null=True)
    next_query_at = models.DateTimeField(null=True)
    queries_made = models.PositiveSmallIntegerField(default=0)
    reason_code = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    requested_at = models.DateTimeField(default=clock.now, editable=False)
    ended_at = models.DateTimeField(null=True)
    doubt = models.CharField(max_length=12, choices=choices(Doubt), blank=True)
    resolved_at = models.DateTimeField(null=True)
    resolution = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "payments_payout"
        constraints = [
            models.UniqueConstraint(fields=["community", "key"], name="payments_payout_key_unique"),
            models.UniqueConstraint(fields=["rail", "originator_id"], name="payments_payout_originator_unique"),
            models.UniqueConstraint(fields=["rail", "conversation_id"], name="payments_payout_conversation_unique"),
            models.UniqueConstraint(fields=["rail", "receipt"], name="payments_payout_receipt_unique"),
            models.UniqueConstraint(fields=["hold_id"], name="payments_payout_hold_unique"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_payout_amount_positive"),
            models.CheckConstraint(condition=Q(state__in=listed(PayoutState)), name="payments_payout_state_known"),
            models.CheckConstraint(condition=Q(doubt__in=listed(Doubt)), name="payments_payout_doubt_known"),
            models.CheckConstraint(
                condition=Q(state=PayoutState.CONFIRMED, entry_id__isnull=False)
                | (~Q(state=PayoutState.CONFIRMED) & Q(entry_id__isnull=True)),
                name="payments_payout_confirmed_is_posted",
            ),
            models.CheckConstraint(
                condition=Q(state=PayoutState.REQUESTED, next_submission_at__isnull=False)
                | (~Q(state=PayoutState.REQUESTED) & Q(next_submission_at__isnull=True)),
                name="payments_payout_next_submission_if_waiting",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "member", "-requested_at"], name="payments_payout_of_member"),
            models.Index(fields=["community", "-requested_at"], name="payments_payout_newest"),
            models.Index(
                fields=["community", "next_submission_at"],
                condition=Q(next_submission_at__isnull=False),
                name="payments_payout_due",
            ),
            models.Index(
                fields=["community", "next_query_at"],
                condition=Q(next_query_at__isnull=False),
                name="payments_payout_to_query",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount.text} by {self.rail}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def public_id(self) -> str:
        return ids.public("payout", self.id)

    def told(self) -> dict[str, Any]:
        """What every event about it says."""
        return {"payout_id": self.pk, "member_id": self.member_id, "amount": self.amount, "purpose": self.purpose}
