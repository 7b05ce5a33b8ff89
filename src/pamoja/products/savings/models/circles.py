"""Circles, who is in them on what terms, and how people come in.

What one row cannot say about itself is refused by `sql/guards.sql`: a member too many, an order changed
behind the swap's back, a step back in a circle's life.
"""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Deferrable, Q

from pamoja.foundation import clock, ids
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import CommunityModel
from pamoja.products.savings.rules import calendar, invitations, money, seats


class Circle(CommunityModel):
    """Some members who save together on the same terms. `first_due_on` is the day on which round 1 is due."""

    class Frequency(models.TextChoices):
        WEEKLY = "weekly", "Every week"
        MONTHLY = "monthly", "Every month"

    class Visibility(models.TextChoices):
        PRIVATE = "private", "By invitation"
        OPEN = "open", "Listed, and anybody may ask to join"

    class Order(models.TextChoices):
        DRAW = "draw", "Drawn by lot"
        MANUAL = "manual", "Set by the organiser"

    class Shortfall(models.TextChoices):
        WAIT = "wait", "The pot waits until everybody has paid"
        PAY_WHAT_IS_IN = "pay_what_is_in", "After some days the recipient gets what is in, and arrears as they come"

    class Status(models.TextChoices):
        GATHERING = "gathering", "Gathering members"
        RUNNING = "running", "Running"
        PAUSED = "paused", "Paused"
        COMPLETED = "completed", "Completed"
        ENDED = "ended", "Ended early"

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=500, blank=True)
    rules_text = models.TextField(max_length=4000, blank=True, help_text="In the circle's own words.")
    rules_version = models.PositiveIntegerField(default=1)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=8)
    frequency = models.CharField(max_length=10, choices=Frequency.choices)
    turns = models.PositiveSmallIntegerField(default=1, help_text="How many times every member receives.")
    members_max = models.PositiveSmallIntegerField()
    visibility = models.CharField(max_length=10, choices=Visibility.choices, default=Visibility.PRIVATE)
    order_by = models.CharField(max_length=10, choices=Order.choices, default=Order.DRAW)
    allows_swaps = models.BooleanField(default=True)
    first_due_on = models.DateField()
    time_zone = models.CharField(max_length=40)
    late_fee_minor = models.BigIntegerField(default=0)
    grace_days = models.PositiveSmallIntegerField(default=3)
    shortfall_rule = models.CharField(max_length=20, choices=Shortfall.choices, default=Shortfall.WAIT)
    shortfall_after_days = models.PositiveSmallIntegerField(default=7)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.GATHERING)
    rounds_total = models.PositiveSmallIntegerField(null=True, help_text="Members times turns, fixed at the start.")
    periods_moved = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    started_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    over_at = models.DateTimeField(null=True)
    status_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "savings_circle"
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, amount_minor__lte=money.AMOUNT_MINOR_MAX),
                name="savings_circle_amount_sensible",
            ),
            models.CheckConstraint(
                condition=Q(late_fee_minor__gte=0) & Q(late_fee_minor__lte=models.F("amount_minor")),
                name="savings_circle_late_fee_at_most_amount",
            ),
            models.CheckConstraint(
                condition=Q(members_max__gte=money.MEMBERS_MIN, members_max__lte=money.MEMBERS_MAX),
                name="savings_circle_members_max_sensible",
            ),
            models.CheckConstraint(
                condition=Q(turns__gte=1, turns__lte=money.TURNS_MAX), name="savings_circle_turns_sensible"
            ),
            models.CheckConstraint(
                condition=Q(grace_days__lte=money.GRACE_DAYS_MAX, shortfall_after_days__lte=money.SHORTFALL_DAYS_MAX),
                name="savings_circle_days_sensible",
            ),
            models.CheckConstraint(
                condition=Q(frequency__in=["weekly", "monthly"]), name="savings_circle_frequency_known"
            ),
            models.CheckConstraint(
                condition=Q(visibility__in=["private", "open"])
                & Q(order_by__in=["draw", "manual"])
                & Q(shortfall_rule__in=["wait", "pay_what_is_in"]),
                name="savings_circle_choices_known",
            ),
            models.CheckConstraint(
                condition=Q(status__in=list(seats.CIRCLE_STEPS)), name="savings_circle_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status="gathering", started_at=None, rounds_total=None)
                | Q(status__in=["running", "paused", "completed"], started_at__isnull=False, rounds_total__gt=0)
                | Q(status="ended", started_at=None, rounds_total=None)
                | Q(status="ended", started_at__isnull=False, rounds_total__gt=0),
                name="savings_circle_started_once_running",
            ),
            models.CheckConstraint(
                condition=Q(status="paused", paused_at__isnull=False) | (~Q(status="paused") & Q(paused_at=None)),
                name="savings_circle_paused_while_paused",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["completed", "ended"], over_at__isnull=False)
                | (~Q(status__in=["completed", "ended"]) & Q(over_at=None)),
                name="savings_circle_over_when_over",
            ),
            models.UniqueConstraint(
                fields=["community", "id", "amount_minor", "currency"], name="savings_circle_terms_unique"
            ),
        ]
        indexes = [
            models.Index(
                fields=["community", "-created_at"],
                condition=Q(visibility="open", status="gathering"),
                name="savings_circle_discoverable",
            ),
            models.Index(fields=["community", "status"], name="savings_circle_by_status"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def amount(self) -> Money:
        """What everybody pays in each round."""
        return Money(self.amount_minor, self.currency)

    @property
    def late_fee(self) -> Money:
        """What is added once to a contribution that is still unpaid after the grace days."""
        return Money(self.late_fee_minor, self.currency)

    @property
    def ledger_owner(self) -> str:
        """How the ledger names the circle as an owner of accounts."""
        return f"circle:{self.pk}"

    @property
    def is_gathering(self) -> bool:
        return self.status == self.Status.GATHERING

    @property
    def is_over(self) -> bool:
        return self.status in {self.Status.COMPLETED, self.Status.ENDED}

    @property
    def periods(self) -> calendar.Frequency:
        """The frequency as the calendar's rules take it."""
        return "weekly" if self.frequency == self.Frequency.WEEKLY else "monthly"

    @property
    def shortfall(self) -> money.ShortfallRule:
        """The shortfall rule as the rules take it."""
        return "wait" if self.shortfall_rule == self.Shortfall.WAIT else "pay_what_is_in"


class CircleMember(CommunityModel):
    """A member's place in a circle, on the terms they accepted. The row stays when they leave."""

    class Role(models.TextChoices):
        ORGANISER = "organiser", "Organiser"
        TREASURER = "treasurer", "Treasurer"
        MEMBER = "member", "Member"

    class Status(models.TextChoices):
        ASKED = "asked", "Asked to join"
        JOINED = "joined", "In the circle"
        DECLINED = "declined", "Not let in"
        LEFT = "left", "Left"
        REMOVED = "removed", "Removed"

    class ReceivesOn(models.TextChoices):
        WALLET = "wallet", "In the wallet"
        PHONE = "phone", "On the phone, by mobile money"

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    circle = models.ForeignKey(Circle, on_delete=models.PROTECT, related_name="seats")
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.JOINED)
    position = models.PositiveSmallIntegerField(null=True)
    rules_version_accepted = models.PositiveIntegerField(null=True)
    accepted_at = models.DateTimeField(null=True)
    pays_automatically = models.BooleanField(default=True)
    receives_on = models.CharField(max_length=10, choices=ReceivesOn.choices, default=ReceivesOn.WALLET)
    asked_at = models.DateTimeField(default=clock.now)
    joined_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "savings_circle_member"
        constraints = [
            models.UniqueConstraint(fields=["circle", "member"], name="savings_circle_member_once"),
            # Deferrable within the statement, so that a swap can exchange two positions in one UPDATE.
            models.UniqueConstraint(
                fields=["circle", "position"],
                name="savings_circle_member_position_unique",
                deferrable=Deferrable.IMMEDIATE,
            ),
            models.UniqueConstraint(
                fields=["circle"],
                condition=Q(role="organiser", status="joined"),
                name="savings_circle_member_one_organiser",
            ),
            models.UniqueConstraint(fields=["circle", "id"], name="savings_circle_member_in_circle_unique"),
            models.CheckConstraint(
                condition=Q(position=None) | Q(position__gte=1, status="joined"),
                name="savings_circle_member_position_of_joined",
            ),
            models.CheckConstraint(
                condition=Q(role__in=["organiser", "treasurer", "member"])
                & Q(status__in=["asked", "joined", "declined", "left", "removed"])
                & Q(receives_on__in=["wallet", "phone"]),
                name="savings_circle_member_choices_known",
            ),
            models.CheckConstraint(
                condition=~Q(status="joined")
                | Q(
                    joined_at__isnull=False,
                    accepted_at__isnull=False,
                    rules_version_accepted__isnull=False,
                    gone_at=None,
                ),
                name="savings_circle_member_joined_by_accepting",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["left", "removed"]) | Q(gone_at__gte=models.F("joined_at")),
                name="savings_circle_member_gone_after_joining",
            ),
        ]
        indexes = [models.Index(fields=["member", "status"], name="savings_circle_member_of")]

    def __str__(self) -> str:
        return f"{self.member_id} in {self.circle_id}"

    @property
    def is_joined(self) -> bool:
        return self.status == self.Status.JOINED

    @property
    def is_organiser(self) -> bool:
        return self.is_joined and self.role == self.Role.ORGANISER

    @property
    def leads(self) -> bool:
        """Whether the member looks after the circle, as organiser or treasurer."""
        return self.is_joined and self.role in {self.Role.ORGANISER, self.Role.TREASURER}

    def has_accepted(self, rules_version: int) -> bool:
        """Whether the member agreed to these rules as they are."""
        return self.rules_version_accepted == rules_version


class Invitation(CommunityModel):
    """A code that lets its holder join, for a while and a number of times."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    circle = models.ForeignKey(Circle, on_delete=models.PROTECT, related_name="invitations")
    made_by = models.ForeignKey(CircleMember, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=12, default=invitations.new_code)
    email = models.EmailField(blank=True, help_text="To whom it was sent; empty for a code to pass on.")
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    uses_max = models.PositiveSmallIntegerField(default=1)
    uses = models.PositiveSmallIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "savings_invitation"
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="savings_invitation_code_unique"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")), name="savings_invitation_expires_after_made"
            ),
            models.CheckConstraint(
                condition=Q(uses__lte=models.F("uses_max")) & Q(uses_max__gte=1, uses_max__lte=invitations.USES_MAX),
                name="savings_invitation_uses_at_most",
            ),
        ]
        indexes = [models.Index(fields=["circle", "-created_at"], name="savings_invitation_of_circle")]

    @property
    def shown_code(self) -> str:
        """As it is read out: `K7QM-XW3P`."""
        return invitations.shown_code(self.code)

    def is_good(self, now: datetime) -> bool:
        """Whether somebody can still join with it."""
        return self.revoked_at is None and now < self.expires_at and self.uses < self.uses_max
