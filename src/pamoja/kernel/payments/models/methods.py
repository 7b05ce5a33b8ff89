"""Saved ways to pay, a member's name with a rail, and the reference by which a member's transfers are recognised."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from pamoja.foundation import clock, ids
from pamoja.foundation.fields import EncryptedTextField
from pamoja.kernel.communities.public import CommunityModel
from pamoja.kernel.payments.models.choices import choices, listed
from pamoja.kernel.payments.rules.methods import RECEIVING, MethodKind, MethodState


class Method(CommunityModel):
    """A member's way to pay. Tokens of the rail only: a card's number never comes near us."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    rail = models.CharField(max_length=20)
    kind = models.CharField(max_length=20, choices=choices(MethodKind))
    name = models.CharField(max_length=40, blank=True, help_text="What the member calls it.")
    position = models.PositiveSmallIntegerField(help_text="The first is tried first.")
    state = models.CharField(max_length=12, choices=choices(MethodState), default=MethodState.PENDING)
    session_id = models.CharField(max_length=100, null=True, help_text="The visit to the rail's own page.")
    rail_id = models.CharField(max_length=100, null=True, help_text="The rail's token for it.")
    mandate_id = models.CharField(max_length=100, blank=True)
    brand = models.CharField(max_length=30, blank=True)
    last4 = models.CharField(max_length=4, blank=True)
    expires_month = models.PositiveSmallIntegerField(null=True)
    expires_year = models.PositiveSmallIntegerField(null=True)
    expiry_told_at = models.DateTimeField(null=True, help_text="When the member was told that it expires soon.")
    fingerprint = models.CharField(max_length=64, blank=True)
    number = EncryptedTextField(help_text="The phone, or the bank account as JSON; sealed.")
    reason = models.CharField(max_length=200, blank=True)
    added_at = models.DateTimeField(default=clock.now, editable=False)
    verified_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    next_query_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_method"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=listed(MethodKind)), name="payments_method_kind_known"),
            models.CheckConstraint(condition=Q(state__in=listed(MethodState)), name="payments_method_state_known"),
            models.CheckConstraint(
                condition=~Q(state=MethodState.VERIFIED) | Q(verified_at__isnull=False),
                name="payments_method_verified_has_time",
            ),
            models.UniqueConstraint(fields=["community", "rail", "rail_id"], name="payments_method_rail_id_unique"),
            models.UniqueConstraint(fields=["community", "session_id"], name="payments_method_session_unique"),
        ]
        indexes = [
            models.Index(fields=["community", "member", "position"], name="payments_method_of_member"),
            models.Index(
                fields=["community", "next_query_at"],
                condition=Q(next_query_at__isnull=False),
                name="payments_method_due",
            ),
            models.Index(
                fields=["community", "expires_year", "expires_month"],
                condition=Q(expires_year__isnull=False),
                name="payments_method_expiring",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def public_id(self) -> str:
        return ids.public("method", self.id)

    @property
    def title(self) -> str:
        """The member's name for it, or what it is."""
        return self.name or self.described

    @property
    def described(self) -> str:
        """`Visa •••• 4242`, `Direct Debit •••• 2345`, `M-PESA •••• 678`."""
        what = {
            MethodKind.BACS_DEBIT: "Direct Debit",
            MethodKind.PHONE: "M-PESA",
            MethodKind.BANK: "Bank account",
            MethodKind.PAYEE: "My bank by Stripe",
        }
        brand = what.get(MethodKind(self.kind), self.brand.capitalize() or "Card")
        return f"{brand} •••• {self.last4}" if self.last4 else brand

    def told(self) -> dict[str, Any]:
        """What every event about it says."""
        return {"member_id": self.member_id, "method_id": self.pk, "what": self.described}

    @property
    def only_receives(self) -> bool:
        """Money is sent to it, and never asked for with it."""
        return self.kind in RECEIVING

    @property
    def is_usable(self) -> bool:
        """Whether money may be asked for with it. A phone proves itself by the first payment."""
        return self.state == MethodState.VERIFIED or (
            self.kind == MethodKind.PHONE and self.state == MethodState.PENDING
        )


class Customer(CommunityModel):
    """A member's name with a rail that keeps their saved ways to pay."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    rail = models.CharField(max_length=20)
    rail_id = models.CharField(max_length=100)
    made_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "payments_customer"
        constraints = [
            models.UniqueConstraint(fields=["community", "member", "rail"], name="payments_customer_member_unique"),
            models.UniqueConstraint(fields=["rail", "rail_id"], name="payments_customer_rail_id_unique"),
        ]

    def __str__(self) -> str:
        return self.rail_id


class Reference(CommunityModel):
    """What a member writes on a transfer, so that it finds its way into their wallet."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=12)
    made_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "payments_reference"
        constraints = [
            models.UniqueConstraint(fields=["community", "member"], name="payments_reference_member_unique"),
            models.UniqueConstraint(fields=["code"], name="payments_reference_code_unique"),
        ]

    def __str__(self) -> str:
        return self.code
