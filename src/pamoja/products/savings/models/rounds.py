"""Rounds, what everybody pays into them, and what went out of them.

`sql/guards.sql` adds what spans tables: a contribution is the circle's amount, of its member, for its round.
"""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import F, Q

from pamoja.foundation import clock, ids
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import CommunityModel
from pamoja.products.savings.models.circles import Circle, CircleMember
from pamoja.products.savings.rules import money, seats


class Round(CommunityModel):
    """One turn: everybody pays by the end of `due_on` (in the circle's zone: `due_at`), the recipient takes the pot."""

    class State(models.TextChoices):
        SCHEDULED = "scheduled", "To come"
        OPEN = "open", "Open"
        PAID_OUT = "paid_out", "Paid out"
        CANCELLED = "cancelled", "Cancelled"

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    circle = models.ForeignKey(Circle, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    recipient = models.ForeignKey(CircleMember, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.SCHEDULED)
    opens_at = models.DateTimeField()
    due_on = models.DateField()
    due_at = models.DateTimeField()
    shortfall_at = models.DateTimeField(null=True, help_text="When what is in goes out; empty where the pot waits.")
    paid_out_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "savings_round"
        ordering = ["circle", "number"]
        constraints = [
            models.UniqueConstraint(fields=["circle", "number"], name="savings_round_number_unique"),
            models.UniqueConstraint(
                fields=["circle", "due_on"],
                condition=~Q(state="cancelled"),
                name="savings_round_due_day_unique",
            ),
            models.UniqueConstraint(fields=["circle", "id"], name="savings_round_in_circle_unique"),
            models.CheckConstraint(condition=Q(number__gte=1), name="savings_round_counts_from_one"),
            models.CheckConstraint(condition=Q(due_at__gt=F("opens_at")), name="savings_round_opens_before_due"),
            models.CheckConstraint(
                condition=Q(shortfall_at=None) | Q(shortfall_at__gte=F("due_at")),
                name="savings_round_shortfall_after_due",
            ),
            models.CheckConstraint(condition=Q(state__in=list(seats.ROUND_STEPS)), name="savings_round_state_known"),
            models.CheckConstraint(
                condition=Q(state="paid_out", paid_out_at__isnull=False) | (~Q(state="paid_out") & Q(paid_out_at=None)),
                name="savings_round_paid_out_when_paid_out",
            ),
        ]
        indexes = [
            models.Index(fields=["opens_at"], condition=Q(state="scheduled"), name="savings_round_to_open"),
            models.Index(
                fields=["shortfall_at"],
                condition=Q(state="open", shortfall_at__isnull=False),
                name="savings_round_short",
            ),
            models.Index(fields=["recipient"], name="savings_round_recipient"),
        ]

    def __str__(self) -> str:
        return f"round {self.number}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_past_due(self) -> bool:
        """Whether its day is over; until the pot goes out, its recipient waits."""
        return self.due_at <= clock.now()

    @property
    def is_paid_out(self) -> bool:
        return self.state == self.State.PAID_OUT


class Contribution(CommunityModel):
    """What one member pays into one round; made as the round opens. Its day ends where the member lives."""

    class State(models.TextChoices):
        DUE = "due", "Due"
        OVERDUE = "overdue", "Overdue"
        PAID = "paid", "Paid"
        FORGIVEN = "forgiven", "Forgiven"
        REFUNDED = "refunded", "Refunded"
        CANCELLED = "cancelled", "Cancelled"

    class Collecting(models.TextChoices):
        NONE = "", "Nothing under way"
        ASKED = "asked", "Waiting for the phone"
        FAILED = "failed", "Did not go through"

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    circle = models.ForeignKey(Circle, on_delete=models.PROTECT, related_name="+")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="contributions")
    seat = models.ForeignKey(CircleMember, on_delete=models.PROTECT, related_name="contributions")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=8)
    late_fee_minor = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DUE)
    opened_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField()
    fee_due_at = models.DateTimeField(null=True, help_text="When a late fee is added; empty where there is none.")
    remind_at = models.DateTimeField(null=True)
    late_reminders = models.PositiveSmallIntegerField(
        default=0, help_text="How often the member was told that it is late."
    )
    collect_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True, help_text="When it was forgiven, refunded or cancelled.")
    entry_id = models.UUIDField(null=True, help_text="The ledger's entry that moved the money.")
    payment_key = models.CharField(max_length=200, null=True)
    collecting = models.CharField(max_length=10, choices=Collecting.choices, default=Collecting.NONE, blank=True)
    collection_id = models.UUIDField(null=True)
    collecting_message = models.CharField(max_length=300, blank=True)
    collections = models.PositiveSmallIntegerField(default=0, help_text="How often a phone was asked.")

    class Meta:
        db_table = "savings_contribution"
        constraints = [
            models.UniqueConstraint(fields=["round", "seat"], name="savings_contribution_once_a_round"),
            models.UniqueConstraint(fields=["seat", "payment_key"], name="savings_contribution_key_unique"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, amount_minor__lte=money.AMOUNT_MINOR_MAX, late_fee_minor__gte=0),
                name="savings_contribution_amounts_sensible",
            ),
            models.CheckConstraint(
                condition=Q(state__in=list(seats.CONTRIBUTION_STEPS)), name="savings_contribution_state_known"
            ),
            models.CheckConstraint(
                condition=Q(due_at__gt=F("opened_at")) & (Q(fee_due_at=None) | Q(fee_due_at__gte=F("due_at"))),
                name="savings_contribution_dates_logical",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["paid", "refunded"], paid_at__gte=F("opened_at"), entry_id__isnull=False)
                | (~Q(state__in=["paid", "refunded"]) & Q(paid_at=None, entry_id=None)),
                name="savings_contribution_paid_when_paid",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["forgiven", "refunded", "cancelled"], closed_at__gte=F("opened_at"))
                | (~Q(state__in=["forgiven", "refunded", "cancelled"]) & Q(closed_at=None)),
                name="savings_contribution_closed_when_closed",
            ),
            models.CheckConstraint(
                condition=Q(collecting__in=["", "failed"]) | Q(collecting="asked", collection_id__isnull=False),
                name="savings_contribution_collecting_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["remind_at"], condition=Q(state__in=["due", "overdue"]), name="savings_contribution_to_remind"
            ),
            models.Index(
                fields=["collect_at"], condition=Q(state__in=["due", "overdue"]), name="savings_contribution_to_ask"
            ),
            models.Index(fields=["due_at"], condition=Q(state="due"), name="savings_contribution_passing"),
            models.Index(
                fields=["fee_due_at"],
                condition=Q(state="overdue", late_fee_minor=0),
                name="savings_contribution_to_fine",
            ),
            models.Index(
                fields=["seat", "due_at"],
                condition=Q(state__in=["due", "overdue"]),
                name="savings_contribution_owed_by",
            ),
            models.Index(fields=["circle", "-paid_at"], name="savings_contribution_history"),
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def late_fee(self) -> Money:
        return Money(self.late_fee_minor, self.currency)

    @property
    def owed(self) -> Money:
        """What settles it: the amount and the late fee, if one was added."""
        return money.owed(self.amount, self.late_fee)

    @property
    def is_unpaid(self) -> bool:
        return self.state in {self.State.DUE, self.State.OVERDUE}

    @property
    def purpose(self) -> str:
        """How payments names what a collection is for."""
        return contribution_purpose(self.pk)


class RoundPayout(CommunityModel):
    """Money that went from the pot to a round's recipient: the pot itself, or arrears that came later."""

    class Kind(models.TextChoices):
        POT = "pot", "The pot"
        ARREARS = "arrears", "Arrears"

    class Sending(models.TextChoices):
        NONE = "", "In the wallet"
        ASKED = "asked", "On its way to the phone"
        SENT = "sent", "Arrived on the phone"
        FAILED = "failed", "Stayed in the wallet"

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    circle = models.ForeignKey(Circle, on_delete=models.PROTECT, related_name="+")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="payouts")
    recipient = models.ForeignKey(CircleMember, on_delete=models.PROTECT, related_name="payouts")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.POT)
    contribution = models.ForeignKey(Contribution, on_delete=models.PROTECT, null=True, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=8)
    entry_id = models.UUIDField()
    paid_at = models.DateTimeField(default=clock.now)
    sending = models.CharField(max_length=10, choices=Sending.choices, default=Sending.NONE, blank=True)
    payout_id = models.UUIDField(null=True)
    sending_message = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "savings_round_payout"
        constraints = [
            models.UniqueConstraint(
                fields=["round"], condition=Q(kind="pot"), name="savings_round_payout_one_pot_a_round"
            ),
            models.UniqueConstraint(fields=["contribution"], name="savings_round_payout_arrears_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="savings_round_payout_amount_positive"),
            models.CheckConstraint(
                condition=Q(kind="pot", contribution=None) | Q(kind="arrears", contribution__isnull=False),
                name="savings_round_payout_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(sending="") | Q(sending__in=["asked", "sent", "failed"]),
                name="savings_round_payout_sending_known",
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-paid_at"], name="savings_round_payout_of"),
            models.Index(fields=["circle", "-paid_at"], name="savings_round_payout_history"),
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def purpose(self) -> str:
        """How payments names what is sent to the phone."""
        return f"{PAYOUT_PURPOSE}{self.pk}"


CONTRIBUTION_PURPOSE = "savings.contribution:"


PAYOUT_PURPOSE = "savings.payout:"


def named_in(purpose: str, kind: str) -> UUID | None:
    """Whose purpose it is: the id behind `CONTRIBUTION_PURPOSE` or `PAYOUT_PURPOSE`, None for anybody else's."""
    return UUID(purpose.removeprefix(kind)) if purpose.startswith(kind) else None


def contribution_purpose(contribution_id: UUID) -> str:
    """How payments names a collection for this contribution."""
    return f"{CONTRIBUTION_PURPOSE}{contribution_id}"
