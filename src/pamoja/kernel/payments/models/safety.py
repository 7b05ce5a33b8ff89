"""How well members are known, what is frozen, and what waits for a second person."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from pamoja.foundation import clock, ids
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import CommunityModel
from pamoja.kernel.payments.models.choices import choices, listed
from pamoja.kernel.payments.rules.limits import Direction, Tier
from pamoja.kernel.payments.rules.safeguards import ApprovalKind, ApprovalState


class MemberTier(CommunityModel):
    """What staff found out about who a member is. The newest holds; none is ever changed."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    tier = models.CharField(max_length=12, choices=choices(Tier))
    reason = models.CharField(max_length=300, help_text="What was seen; never the document's number.")
    set_by = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "payments_member_tier"
        constraints = [
            models.CheckConstraint(
                condition=Q(tier__in=[Tier.BASIC, Tier.VERIFIED]), name="payments_member_tier_set_by_staff"
            ),
            models.CheckConstraint(condition=~Q(member=F("set_by")), name="payments_member_tier_by_somebody_else"),
        ]
        indexes = [models.Index(fields=["community", "member", "-set_at"], name="payments_member_tier_newest")]

    def __str__(self) -> str:
        return self.tier


class Freeze(CommunityModel):
    """Money that is not let out until a person has looked: one payout, or without it all that a member sends."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    payout = models.ForeignKey("payments.Payout", on_delete=models.PROTECT, null=True, related_name="freezes")
    rule = models.CharField(max_length=30, blank=True, help_text="Empty: a person froze it.")
    facts = models.JSONField(default=dict, help_text="What the rule saw: plain numbers.")
    reason = models.CharField(max_length=300)
    frozen_by = models.ForeignKey("identity.Member", on_delete=models.PROTECT, null=True, related_name="+")
    frozen_at = models.DateTimeField(default=clock.now, editable=False)
    lifted_by = models.ForeignKey("identity.Member", on_delete=models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lift_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "payments_freeze"
        constraints = [
            models.UniqueConstraint(
                fields=["community", "member"],
                condition=Q(lifted_at__isnull=True, payout__isnull=True),
                name="payments_freeze_one_a_member",
            ),
            models.UniqueConstraint(
                fields=["payout"], condition=Q(lifted_at__isnull=True), name="payments_freeze_one_a_payout"
            ),
            models.CheckConstraint(
                condition=Q(rule="", frozen_by__isnull=False) | (~Q(rule="") & Q(frozen_by__isnull=True)),
                name="payments_freeze_by_rule_or_person",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True, lift_reason="")
                | (Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lift_reason="")),
                name="payments_freeze_lifted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(lifted_by__isnull=True) | ~Q(member=F("lifted_by")),
                name="payments_freeze_not_by_its_member",
            ),
        ]
        indexes = [
            models.Index(
                fields=["community", "frozen_at"], condition=Q(lifted_at__isnull=True), name="payments_freeze_open"
            ),
            models.Index(fields=["community", "member", "-frozen_at"], name="payments_freeze_of_member"),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def public_id(self) -> str:
        return ids.public("freeze", self.id)

    @property
    def is_open(self) -> bool:
        return self.lifted_at is None

    @property
    def what(self) -> str:
        """What is frozen, in words."""
        return f"a payout of {self.payout.amount.text}" if self.payout else "all money out"


class Approval(CommunityModel):
    """What only two people decide: a large payout, or moving money between a wallet and the community."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    kind = models.CharField(max_length=12, choices=choices(ApprovalKind))
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    payout = models.OneToOneField("payments.Payout", on_delete=models.PROTECT, null=True, related_name="approval")
    direction = models.CharField(max_length=4, choices=choices(Direction), help_text="Seen from the wallet.")
    account = models.CharField(max_length=30, blank=True, help_text="The community's, of an adjustment.")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=8)
    key = models.CharField(max_length=200)
    reason = models.CharField(max_length=300)
    evidence = models.CharField(max_length=300, blank=True)
    requested_by = models.ForeignKey("identity.Member", on_delete=models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=choices(ApprovalState), default=ApprovalState.WAITING)
    decided_by = models.ForeignKey("identity.Member", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=300, blank=True)
    entry_id = models.UUIDField(null=True)

    class Meta:
        db_table = "payments_approval"
        constraints = [
            models.UniqueConstraint(fields=["community", "key"], name="payments_approval_key_unique"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_approval_amount_positive"),
            models.CheckConstraint(condition=Q(state__in=listed(ApprovalState)), name="payments_approval_state_known"),
            models.CheckConstraint(condition=Q(direction__in=listed(Direction)), name="payments_approval_way_known"),
            models.CheckConstraint(
                condition=Q(kind=ApprovalKind.PAYOUT, payout__isnull=False, account="", entry_id__isnull=True)
                | (
                    Q(kind=ApprovalKind.ADJUSTMENT, payout__isnull=True, requested_by__isnull=False)
                    & ~Q(account="")
                    & ~Q(evidence="")
                ),
                name="payments_approval_of_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(requested_by__isnull=True) | ~Q(member=F("requested_by")),
                name="payments_approval_not_for_oneself",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | ((Q(requested_by__isnull=True) | ~Q(decided_by=F("requested_by"))) & ~Q(decided_by=F("member"))),
                name="payments_approval_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(state=ApprovalState.WAITING, decided_at__isnull=True, entry_id__isnull=True)
                | Q(state=ApprovalState.EXPIRED, decided_at__isnull=False, decided_by__isnull=True)
                | (
                    Q(state__in=[ApprovalState.APPROVED, ApprovalState.DECLINED])
                    & Q(decided_at__isnull=False, decided_by__isnull=False)
                ),
                name="payments_approval_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(kind=ApprovalKind.ADJUSTMENT, state=ApprovalState.APPROVED) | Q(entry_id__isnull=False),
                name="payments_approval_adjusted_is_posted",
            ),
        ]
        indexes = [
            models.Index(
                fields=["community", "expires_at"],
                condition=Q(state=ApprovalState.WAITING),
                name="payments_approval_waiting",
            )
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def public_id(self) -> str:
        return ids.public("approval", self.id)

    @property
    def is_waiting(self) -> bool:
        return self.state == ApprovalState.WAITING

    @property
    def what(self) -> str:
        """What it would do, in words."""
        if self.kind == ApprovalKind.PAYOUT:
            return "a large payout"
        return "a correction into the wallet" if self.direction == Direction.IN else "a correction out of the wallet"
