"""Collections and their attempts: money that members are asked for."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from pamoja.foundation import clock, ids
from pamoja.foundation.fields import EncryptedTextField
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import CommunityModel
from pamoja.kernel.payments.models.choices import choices, listed
from pamoja.kernel.payments.rules.rails import facts_of
from pamoja.kernel.payments.rules.states import (
    OPEN_ATTEMPTS,
    OPEN_COLLECTIONS,
    AttemptState,
    CollectionState,
    Doubt,
)


class Collection(CommunityModel):
    """Money that a member is asked for; it lands in their wallet. `next_attempt_at` says when the phone is asked."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    rail = models.CharField(max_length=20)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=8)
    purpose = models.CharField(max_length=120, help_text="What for, in the asker's words: savings.contribution:<uuid>.")
    key = models.CharField(max_length=200)
    phone = EncryptedTextField(help_text="For a rail that asks one.")
    method = models.ForeignKey("payments.Method", on_delete=models.PROTECT, null=True, related_name="+")
    is_attended = models.BooleanField(default=False, help_text="The member is here for the next attempt.")
    state = models.CharField(max_length=12, choices=choices(CollectionState), default=CollectionState.INTENDED)
    attempts_max = models.PositiveSmallIntegerField()
    next_attempt_at = models.DateTimeField(null=True, default=clock.now)
    expires_at = models.DateTimeField(null=True)
    reason_code = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    requested_at = models.DateTimeField(default=clock.now, editable=False)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_collection"
        constraints = [
            models.UniqueConstraint(fields=["community", "key"], name="payments_collection_key_unique"),
            models.UniqueConstraint(
                fields=["community", "member", "purpose"],
                condition=Q(state__in=OPEN_COLLECTIONS),
                name="payments_collection_one_open_a_purpose",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_collection_amount_positive"),
            models.CheckConstraint(condition=Q(attempts_max__gte=1), name="payments_collection_attempts_some"),
            models.CheckConstraint(
                condition=Q(state__in=listed(CollectionState)), name="payments_collection_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[CollectionState.INTENDED, CollectionState.FAILED], next_attempt_at__isnull=False)
                | (~Q(state__in=[CollectionState.INTENDED, CollectionState.FAILED]) & Q(next_attempt_at__isnull=True)),
                name="payments_collection_next_attempt_if_waiting",
            ),
            models.CheckConstraint(
                condition=Q(state=CollectionState.CONFIRMED, confirmed_at__isnull=False)
                | (~Q(state=CollectionState.CONFIRMED) & Q(confirmed_at__isnull=True)),
                name="payments_collection_confirmed_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "member", "-requested_at"], name="payments_collection_of_member"),
            models.Index(fields=["community", "-requested_at"], name="payments_collection_newest"),
            models.Index(fields=["community", "purpose"], name="payments_collection_purpose"),
            models.Index(
                fields=["community", "next_attempt_at"],
                condition=Q(next_attempt_at__isnull=False),
                name="payments_collection_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount.text} by {self.rail}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def rail_title(self) -> str:
        """What people call the rail."""
        return facts_of(self.rail).title

    @property
    def public_id(self) -> str:
        return ids.public("collection", self.id)

    def told(self) -> dict[str, Any]:
        """What every event about it says."""
        return {
            "collection_id": self.pk,
            "member_id": self.member_id,
            "amount": self.amount,
            "purpose": self.purpose,
        }

    @property
    def is_open(self) -> bool:
        """Whether it may still be asked for or be found out about by itself."""
        return self.state in OPEN_COLLECTIONS


class CollectionAttempt(CommunityModel):
    """One prompt on one phone. `next_query_at` says when the rail is asked how it ended."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    rail = models.CharField(max_length=20)
    state = models.CharField(max_length=12, choices=choices(AttemptState), default=AttemptState.CREATED)
    began_at = models.DateTimeField(default=clock.now)
    is_attended = models.BooleanField(default=False, help_text="The member was here to confirm with their bank.")
    was_shown = models.BooleanField(default=True, help_text="Not, when the rail refused at its gate.")
    checkout_request_id = models.CharField(max_length=100, null=True)
    merchant_request_id = models.CharField(max_length=100, blank=True)
    result_code = models.CharField(max_length=40, blank=True)
    result_text = models.CharField(max_length=300, blank=True)
    receipt = models.CharField(max_length=40, null=True)
    entry_id = models.UUIDField(null=True)
    action_url = models.CharField(max_length=600, blank=True, help_text="Where the member confirms with their bank.")
    next_query_at = models.DateTimeField(null=True)
    queries_made = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    doubt = models.CharField(max_length=12, choices=choices(Doubt), blank=True)
    resolved_at = models.DateTimeField(null=True)
    resolution = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "payments_attempt"
        constraints = [
            models.UniqueConstraint(fields=["collection", "number"], name="payments_attempt_number_unique"),
            models.UniqueConstraint(
                fields=["collection"], condition=Q(state__in=OPEN_ATTEMPTS), name="payments_attempt_one_open"
            ),
            models.UniqueConstraint(fields=["rail", "checkout_request_id"], name="payments_attempt_checkout_unique"),
            models.UniqueConstraint(fields=["rail", "receipt"], name="payments_attempt_receipt_unique"),
            models.CheckConstraint(condition=Q(state__in=listed(AttemptState)), name="payments_attempt_state_known"),
            models.CheckConstraint(condition=Q(doubt__in=listed(Doubt)), name="payments_attempt_doubt_known"),
            models.CheckConstraint(
                condition=Q(state=AttemptState.PAID, entry_id__isnull=False)
                | (~Q(state=AttemptState.PAID) & Q(entry_id__isnull=True)),
                name="payments_attempt_paid_is_posted",
            ),
            models.CheckConstraint(
                condition=~Q(state=AttemptState.ACCEPTED) | Q(checkout_request_id__isnull=False),
                name="payments_attempt_accepted_has_checkout",
            ),
        ]
        indexes = [
            models.Index(
                fields=["community", "next_query_at"],
                condition=Q(next_query_at__isnull=False),
                name="payments_attempt_due",
            ),
            models.Index(
                fields=["community", "began_at"],
                condition=~Q(doubt="") & Q(resolved_at__isnull=True),
                name="payments_attempt_in_doubt",
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number}"
