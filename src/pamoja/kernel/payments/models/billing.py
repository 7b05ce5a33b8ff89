"""Who subscribed to what, what they used of it, and what they ask about their bills."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from pamoja.foundation import clock, ids
from pamoja.kernel.communities.public import CommunityModel
from pamoja.kernel.payments.models.choices import choices, listed
from pamoja.kernel.payments.models.plans import Discount, Plan, Price, PromotionCode
from pamoja.kernel.payments.rules.billing import (
    ENDED,
    AfterGrace,
    QuestionState,
    Standing,
    SubscriptionState,
    grants_now,
    next_step_at,
)


class Subscription(CommunityModel):
    """A member's plan. `next_step_at` says when time changes it, `remind_at` when the member is told ahead."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    product = models.CharField(max_length=40)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    price = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(default=1)
    next_price = models.ForeignKey(Price, on_delete=models.PROTECT, null=True, related_name="+")
    next_quantity = models.PositiveIntegerField(null=True)
    key = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=choices(SubscriptionState), default=SubscriptionState.INCOMPLETE)
    method = models.ForeignKey("payments.Method", on_delete=models.PROTECT, null=True, related_name="+")
    is_from_wallet = models.BooleanField(default=False, help_text="Invoices are paid from the wallet.")
    began_at = models.DateTimeField(default=clock.now, editable=False)
    anchor_at = models.DateTimeField(help_text="Periods are counted from here.")
    period_number = models.PositiveIntegerField()
    period_starts_at = models.DateTimeField()
    period_ends_at = models.DateTimeField()
    charged_minor = models.BigIntegerField(default=0, help_text="For the whole of this period, after discounts.")
    trial_ends_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, help_text="When it is not begun any more without a first payment.")
    grace_ends_at = models.DateTimeField(null=True)
    ends_with_period = models.BooleanField(default=False)
    paused_at = models.DateTimeField(null=True)
    paused_from = models.CharField(max_length=12, blank=True)
    resumes_at = models.DateTimeField(null=True)
    remaining_s = models.PositiveBigIntegerField(default=0, help_text="Of the period, kept while paused.")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=200, blank=True)
    next_step_at = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_subscription"
        constraints = [
            models.UniqueConstraint(fields=["community", "key"], name="payments_subscription_key_unique"),
            models.UniqueConstraint(
                fields=["community", "member", "product"],
                condition=~Q(state__in=ENDED),
                name="payments_subscription_one_running",
            ),
            models.CheckConstraint(
                condition=Q(state__in=listed(SubscriptionState)), name="payments_subscription_state_known"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="payments_subscription_quantity_some"),
            models.CheckConstraint(
                condition=Q(period_ends_at__gt=models.F("period_starts_at")), name="payments_subscription_period_runs"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDED, ended_at__isnull=False, next_step_at__isnull=True)
                | (~Q(state__in=ENDED) & Q(ended_at__isnull=True)),
                name="payments_subscription_ended_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state=SubscriptionState.PAST_DUE, grace_ends_at__isnull=False)
                | (~Q(state=SubscriptionState.PAST_DUE) & Q(grace_ends_at__isnull=True)),
                name="payments_subscription_grace_if_past_due",
            ),
            models.CheckConstraint(
                condition=Q(state=SubscriptionState.PAUSED, paused_at__isnull=False)
                | (~Q(state=SubscriptionState.PAUSED) & Q(paused_at__isnull=True)),
                name="payments_subscription_paused_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "member", "-began_at"], name="payments_subscription_member"),
            models.Index(
                fields=["community", "next_step_at"],
                condition=Q(next_step_at__isnull=False),
                name="payments_subscription_due",
            ),
            models.Index(
                fields=["community", "remind_at"],
                condition=Q(remind_at__isnull=False),
                name="payments_subscription_reminder",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} ({self.state})"

    @property
    def public_id(self) -> str:
        return ids.public("subscription", self.id)

    def told(self) -> dict[str, Any]:
        """What every event about it says."""
        return {"subscription_id": self.pk, "member_id": self.member_id, "plan": self.plan.name}

    def standing(self, *, has_open_invoice: bool) -> Standing:
        """As the rules of its life read it."""
        return Standing(
            state=SubscriptionState(self.state),
            period_ends_at=self.period_ends_at,
            trial_ends_at=self.trial_ends_at,
            expires_at=self.expires_at,
            grace_ends_at=self.grace_ends_at,
            resumes_at=self.resumes_at,
            ends_with_period=self.ends_with_period,
            has_open_invoice=has_open_invoice,
            after_grace=AfterGrace(self.plan.after_grace),
        )

    def schedule(self) -> None:
        """Set when time will change it next, by what its columns say now."""
        self.next_step_at = next_step_at(self.standing(has_open_invoice=False))

    @property
    def grants(self) -> bool:
        """Whether the member has what the plan grants at this moment."""
        return grants_now(SubscriptionState(self.state), self.grace_ends_at, clock.now())

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED


class Redemption(CommunityModel):
    """A discount that a member's subscription has. `times_left` counts invoices; empty is for ever."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="redemptions")
    discount = models.ForeignKey(Discount, on_delete=models.PROTECT, related_name="+")
    code = models.ForeignKey(PromotionCode, on_delete=models.PROTECT, null=True, related_name="+")
    times_left = models.PositiveSmallIntegerField(null=True)
    redeemed_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "payments_redemption"
        constraints = [
            models.UniqueConstraint(fields=["subscription", "discount"], name="payments_redemption_once_each"),
        ]

    def __str__(self) -> str:
        return str(self.discount)


class Usage(CommunityModel):
    """Use of something that is paid for by use; the same key counts once."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=200)
    quantity = models.PositiveBigIntegerField()
    used_at = models.DateTimeField(default=clock.now)
    line = models.ForeignKey("payments.InvoiceLine", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "payments_usage"
        constraints = [
            models.UniqueConstraint(fields=["subscription", "key"], name="payments_usage_key_unique"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="payments_usage_some"),
        ]
        indexes = [
            models.Index(
                fields=["subscription", "used_at"], condition=Q(line__isnull=True), name="payments_usage_to_bill"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} used"


class Question(CommunityModel):
    """What a member asks about billing, and whose turn it is."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    invoice = models.ForeignKey("payments.Invoice", on_delete=models.PROTECT, null=True, related_name="+")
    subject = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=choices(QuestionState), default=QuestionState.OPEN)
    asked_at = models.DateTimeField(default=clock.now, editable=False)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "payments_question"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=listed(QuestionState)), name="payments_question_state_known"),
        ]
        indexes = [
            models.Index(fields=["community", "member", "-asked_at"], name="payments_question_of_member"),
            models.Index(fields=["community", "state", "changed_at"], name="payments_question_waiting"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def public_id(self) -> str:
        return ids.public("question", self.id)

    def told(self) -> dict[str, Any]:
        """What every event about it says."""
        return {"question_id": self.pk, "member_id": self.member_id}


class QuestionMessage(CommunityModel):
    """What one side wrote."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="messages")
    is_from_member = models.BooleanField()
    text = models.CharField(max_length=2000)
    said_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "payments_question_message"
        indexes = [models.Index(fields=["question", "said_at"], name="payments_question_message_seq")]

    def __str__(self) -> str:
        return self.text[:40]
