"""Money that came unasked, and whatever else a person has to decide about."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from pamoja.foundation import clock, ids
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import CommunityModel
from pamoja.kernel.payments.models.choices import choices, listed
from pamoja.kernel.payments.rules import rails
from pamoja.kernel.payments.rules.givingback import CaseKind


class Deposit(CommunityModel):
    """Money that came by itself, by bank or menu. Posted at once: to its member, or to nobody yet."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    rail = models.CharField(max_length=20)
    rail_id = models.CharField(max_length=100, help_text="The line's or the receipt's own number.")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=8)
    reference = models.CharField(max_length=200, blank=True)
    payer = models.CharField(
        max_length=80, blank=True, help_text="A mark of the account it came from, never its number."
    )
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, null=True, related_name="+")
    entry_id = models.UUIDField()
    matched_entry_id = models.UUIDField(null=True)
    received_at = models.DateTimeField(default=clock.now)
    matched_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_deposit"
        constraints = [
            models.UniqueConstraint(fields=["rail", "rail_id"], name="payments_deposit_rail_id_unique"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_deposit_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.amount.text} by {self.rail}"

    @property
    def way(self) -> str:
        """`M-PESA`, `Bank transfer`."""
        return rails.FACTS[self.rail].title if self.rail in rails.FACTS else self.rail

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class Case(CommunityModel):
    """Something that a person decides, with what is known of it; resolved once, with a reason, on record."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    kind = models.CharField(max_length=20, choices=choices(CaseKind))
    subject = models.CharField(max_length=120, help_text="What it is about: deposit:<uuid>, a provider's line.")
    says = models.CharField(max_length=300)
    amount_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=8)
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, null=True, related_name="+")
    due_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(default=clock.now)
    resolved_at = models.DateTimeField(null=True)
    resolution = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "payments_case"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=listed(CaseKind)), name="payments_case_kind_known"),
            models.UniqueConstraint(fields=["community", "kind", "subject"], name="payments_case_one_a_subject"),
        ]
        indexes = [
            models.Index(
                fields=["community", "opened_at"], condition=Q(resolved_at__isnull=True), name="payments_case_open"
            )
        ]

    def __str__(self) -> str:
        return self.says

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def public_id(self) -> str:
        return ids.public("case", self.id)
