"""Members as Stripe pays them, and the way of their money from Stripe to their bank."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from pamoja.foundation import clock, ids
from pamoja.kernel.communities.public import CommunityModel
from pamoja.kernel.payments.models.choices import choices, listed
from pamoja.kernel.payments.models.payouts import Payout
from pamoja.kernel.payments.rules import payees
from pamoja.kernel.payments.rules.onward import OnwardState, reason_of
from pamoja.kernel.payments.rules.payees import PayeeStanding


class Payee(CommunityModel):
    """A member's connected account. Stripe knows who they are and their bank account; here is only how far it is."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    rail_id = models.CharField(max_length=100, null=True, help_text="Stripe's name for the account.")
    standing = models.CharField(max_length=12, choices=choices(PayeeStanding), default=PayeeStanding.NEEDS_MORE)
    missing = models.JSONField(default=list, blank=True, help_text="What Stripe asks for, by its own names.")
    due_at = models.DateTimeField(null=True, help_text="From when Stripe pays no more without it.")
    bank_id = models.CharField(max_length=100, blank=True, help_text="Stripe's token of the bank account behind it.")
    bank_since = models.DateTimeField(null=True, help_text="Since when it is this one; a new one cools.")
    made_at = models.DateTimeField(default=clock.now, editable=False)
    told_at = models.DateTimeField(null=True, help_text="Since when Stripe may have opened it.")
    visited_at = models.DateTimeField(null=True, help_text="When the member was last sent to Stripe's page.")
    heard_at = models.DateTimeField(null=True, help_text="When Stripe said last how it stands.")
    next_query_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_payee"
        constraints = [
            models.UniqueConstraint(fields=["community", "member"], name="payments_payee_one_a_member"),
            models.UniqueConstraint(fields=["rail_id"], name="payments_payee_rail_id_unique"),
            models.CheckConstraint(
                condition=Q(standing__in=listed(PayeeStanding)), name="payments_payee_standing_known"
            ),
            models.CheckConstraint(
                condition=~Q(standing=PayeeStanding.READY) | Q(rail_id__isnull=False),
                name="payments_payee_ready_is_opened",
            ),
        ]
        indexes = [
            models.Index(
                fields=["community", "next_query_at"],
                condition=Q(next_query_at__isnull=False),
                name="payments_payee_due",
            )
        ]

    def __str__(self) -> str:
        return self.rail_id or "not opened yet"

    @property
    def missing_words(self) -> list[str]:
        """What Stripe asks for, as people say it."""
        return payees.in_words(self.missing)


class Onward(CommunityModel):
    """The second half of a payout by Stripe: what is there in the member's name goes to their bank, or comes back."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="onwards")
    account = models.CharField(max_length=100, help_text="Stripe's name for the member's account.")
    transfer_id = models.CharField(max_length=100, help_text="Stripe's name for the first half.")
    rail_id = models.CharField(max_length=100, null=True, help_text="Stripe's name for the second half.")
    state = models.CharField(max_length=12, choices=choices(OnwardState), default=OnwardState.REQUESTED)
    tries = models.PositiveSmallIntegerField(default=0)
    code = models.CharField(max_length=60, blank=True, help_text="Why it did not reach the bank.")
    expected_at = models.DateTimeField(null=True)
    requested_at = models.DateTimeField(default=clock.now, editable=False)
    sent_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    recalled_at = models.DateTimeField(null=True, help_text="When staff asked for it back.")
    recall_reason = models.CharField(max_length=300, blank=True)
    reversal_id = models.CharField(max_length=100, null=True, help_text="Stripe's name for the way back.")
    back_entry_id = models.UUIDField(null=True)
    next_query_at = models.DateTimeField(null=True, default=clock.now)

    class Meta:
        db_table = "payments_onward"
        constraints = [
            models.UniqueConstraint(fields=["payout"], name="payments_onward_one_a_payout"),
            models.UniqueConstraint(fields=["rail_id"], name="payments_onward_rail_id_unique"),
            models.UniqueConstraint(fields=["reversal_id"], name="payments_onward_reversal_unique"),
            models.CheckConstraint(condition=Q(state__in=listed(OnwardState)), name="payments_onward_state_known"),
            models.CheckConstraint(
                condition=Q(state=OnwardState.CAME_BACK, back_entry_id__isnull=False, reversal_id__isnull=False)
                | (~Q(state=OnwardState.CAME_BACK) & Q(back_entry_id__isnull=True)),
                name="payments_onward_back_is_posted",
            ),
        ]
        indexes = [
            models.Index(
                fields=["community", "next_query_at"],
                condition=Q(next_query_at__isnull=False),
                name="payments_onward_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.payout_id} to the bank"

    @property
    def reason(self) -> str:
        """What the member is told of what did not reach their bank."""
        return reason_of(self.code) if self.code else ""
