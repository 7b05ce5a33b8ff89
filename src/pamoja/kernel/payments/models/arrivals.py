"""Where money comes in by itself, and what is said to have come until the rail says so too."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from pamoja.foundation import clock, ids
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import CommunityModel
from pamoja.kernel.payments.models.choices import choices, listed
from pamoja.kernel.payments.rules.arrivals import ArrivalState


class Inlet(CommunityModel):
    """A paybill or a bank account of ours at a provider. One community watches it; each payment finds its own way."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    rail = models.CharField(max_length=20)
    number = models.CharField(max_length=40, help_text="The shortcode, or the account's number.")
    address = models.CharField(max_length=300, blank=True, help_text="Where the provider calls us; empty: we ask it.")
    registered_at = models.DateTimeField(null=True, help_text="When the provider took the address.")
    cursor = models.CharField(max_length=100, blank=True, help_text="How far its list was read.")
    next_at = models.DateTimeField(null=True, default=clock.now)
    again_at = models.DateTimeField(null=True, help_text="When the last days are read once more, for late lines.")

    class Meta:
        db_table = "payments_inlet"
        constraints = [models.UniqueConstraint(fields=["rail", "number"], name="payments_inlet_number_unique")]

    def __str__(self) -> str:
        return f"{self.rail} {self.number}"


class Arrival(CommunityModel):
    """A payment that somebody says has come, known by its receipt. Posted only when the rail says so itself."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    rail = models.CharField(max_length=20)
    receipt = models.CharField(max_length=40)
    reference = models.CharField(max_length=40, blank=True, help_text="The account number that the payer typed.")
    claimed_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=8)
    collection = models.ForeignKey(
        "payments.Collection",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="When somebody named the receipt as this one's.",
    )
    state = models.CharField(max_length=10, choices=choices(ArrivalState), default=ArrivalState.CLAIMED)
    note = models.CharField(max_length=80, blank=True)
    claimed_at = models.DateTimeField(default=clock.now, editable=False)
    next_query_at = models.DateTimeField(null=True, default=clock.now)
    queries_made = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_arrival"
        constraints = [
            models.UniqueConstraint(fields=["rail", "receipt"], name="payments_arrival_receipt_unique"),
            models.CheckConstraint(condition=Q(state__in=listed(ArrivalState)), name="payments_arrival_state_known"),
        ]
        indexes = [
            models.Index(
                fields=["community", "next_query_at"],
                condition=Q(next_query_at__isnull=False),
                name="payments_arrival_due",
            )
        ]

    def __str__(self) -> str:
        return self.receipt

    @property
    def amount(self) -> Money:
        """As claimed; nothing when nobody said."""
        return Money(self.claimed_minor or 0, self.currency)
