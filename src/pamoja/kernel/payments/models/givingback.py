"""Refunds and disputes: money that goes back to who paid it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from pamoja.foundation import clock, ids
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import CommunityModel
from pamoja.kernel.payments.models.choices import choices, listed
from pamoja.kernel.payments.models.collections import CollectionAttempt
from pamoja.kernel.payments.rules.givingback import DisputeState, RefundState


class Refund(CommunityModel):
    """Money of a paid attempt on its way back: held in the member's wallet, captured when it is gone."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    attempt = models.ForeignKey(CollectionAttempt, on_delete=models.PROTECT, related_name="refunds")
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=8)
    key = models.CharField(max_length=200)
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=choices(RefundState), default=RefundState.REQUESTED)
    hold_id = models.UUIDField()
    entry_id = models.UUIDField(null=True)
    back_entry_id = models.UUIDField(null=True, help_text="When it came back after it had succeeded.")
    rail_id = models.CharField(max_length=100, null=True)
    failure = models.CharField(max_length=100, blank=True)
    requested_at = models.DateTimeField(default=clock.now, editable=False)
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    next_query_at = models.DateTimeField(null=True, default=clock.now)

    class Meta:
        db_table = "payments_refund"
        constraints = [
            models.UniqueConstraint(fields=["community", "key"], name="payments_refund_key_unique"),
            models.UniqueConstraint(fields=["community", "rail_id"], name="payments_refund_rail_id_unique"),
            models.UniqueConstraint(fields=["hold_id"], name="payments_refund_hold_unique"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_refund_amount_positive"),
            models.CheckConstraint(condition=Q(state__in=listed(RefundState)), name="payments_refund_state_known"),
            models.CheckConstraint(
                condition=~Q(state=RefundState.SUCCEEDED) | Q(entry_id__isnull=False),
                name="payments_refund_succeeded_is_posted",
            ),
        ]
        indexes = [
            models.Index(
                fields=["community", "next_query_at"],
                condition=Q(next_query_at__isnull=False),
                name="payments_refund_due",
            )
        ]

    def __str__(self) -> str:
        return f"refund of {self.amount.text}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def public_id(self) -> str:
        return ids.public("refund", self.id)

    def told(self) -> dict[str, Any]:
        """What every event about it says."""
        return {"refund_id": self.pk, "member_id": self.member_id, "amount": self.amount}


class Dispute(CommunityModel):
    """A payment that its payer's bank questions: taken from us at once, decided later."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    attempt = models.ForeignKey(CollectionAttempt, on_delete=models.PROTECT, related_name="disputes")
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    rail = models.CharField(max_length=20)
    rail_id = models.CharField(max_length=100)
    amount_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=8)
    reason = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=12, choices=choices(DisputeState), default=DisputeState.OPEN)
    is_fightable = models.BooleanField(default=True, help_text="A Direct Debit's is lost as soon as it is opened.")
    due_at = models.DateTimeField(null=True)
    withdrawn_minor = models.BigIntegerField(default=0, help_text="What the rail has taken from us and not given back.")
    fee_minor = models.BigIntegerField(default=0)
    hold_id = models.UUIDField(null=True)
    held_minor = models.BigIntegerField(default=0, help_text="What of it was still in the member's wallet.")
    lost_minor = models.BigIntegerField(default=0, help_text="What of it the community bears.")
    evidence = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)
    next_query_at = models.DateTimeField(null=True, default=clock.now)

    class Meta:
        db_table = "payments_dispute"
        constraints = [
            models.UniqueConstraint(fields=["rail", "rail_id"], name="payments_dispute_rail_id_unique"),
            models.CheckConstraint(condition=Q(state__in=listed(DisputeState)), name="payments_dispute_state_known"),
        ]
        indexes = [
            models.Index(
                fields=["community", "next_query_at"],
                condition=Q(next_query_at__isnull=False),
                name="payments_dispute_due",
            )
        ]

    def __str__(self) -> str:
        return f"dispute {self.rail_id}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def public_id(self) -> str:
        return ids.public("dispute", self.id)

    def told(self) -> dict[str, Any]:
        """What every event about it says."""
        return {"dispute_id": self.pk, "member_id": self.member_id, "amount": self.amount}

    @property
    def withdrawn(self) -> Money:
        """What the rail has taken from us and not given back."""
        return Money(self.withdrawn_minor, self.currency)

    @property
    def fee(self) -> Money:
        return Money(self.fee_minor, self.currency)

    @property
    def held(self) -> Money:
        """What of it was still in the member's wallet."""
        return Money(self.held_minor, self.currency)

    @property
    def lost(self) -> Money:
        """What of it the community bears."""
        return Money(self.lost_minor, self.currency)
