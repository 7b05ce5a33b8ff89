"""What a circle decides together: how it does so, what was proposed, and who voted how.

Each proposal keeps the rule under which it was made, and has one ballot for everybody who may vote on it. A ballot
is filled and changed while the proposal is open, never after: `sql/votes.sql` refuses it.
"""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from pamoja.foundation import clock, ids
from pamoja.kernel.communities.public import CommunityModel
from pamoja.products.savings.models.circles import Circle
from pamoja.products.savings.rules import voting
from pamoja.products.savings.rules.voting import Majority, Outcome

MAJORITIES = [
    (Majority.MORE.value, "More for it than against it"),
    (Majority.TWO_THIRDS.value, "Two thirds of those for or against"),
    (Majority.ALL.value, "Everybody in the circle"),
]
_RULE_IS_SENSIBLE = Q(quorum_percent__gte=1, quorum_percent__lte=100) & Q(
    majority__in=[each.value for each in Majority]
)


class VotingRule(CommunityModel):
    """How a circle decides; a circle without one decides as is usual."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    circle = models.OneToOneField(Circle, on_delete=models.PROTECT, related_name="voting_rule")
    quorum_percent = models.PositiveSmallIntegerField(default=voting.QUORUM_PERCENT_USUAL)
    majority = models.CharField(max_length=12, choices=MAJORITIES, default=Majority.MORE.value)
    days = models.PositiveSmallIntegerField(default=voting.DAYS_USUAL)

    class Meta:
        db_table = "savings_voting_rule"
        constraints = [
            models.CheckConstraint(
                condition=_RULE_IS_SENSIBLE & Q(days__gte=1, days__lte=voting.DAYS_MAX),
                name="savings_voting_rule_sensible",
            )
        ]

    def __str__(self) -> str:
        return f"{self.quorum_percent} %, {self.majority}, {self.days} days"


class Proposal(CommunityModel):
    """Something that a member wants the circle to decide."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ACCEPTED = Outcome.ACCEPTED.value, "Accepted"
        REJECTED = Outcome.REJECTED.value, "Rejected"
        TOO_FEW = Outcome.TOO_FEW.value, "Too few voted"
        WITHDRAWN = "withdrawn", "Withdrawn"

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    circle = models.ForeignKey(Circle, on_delete=models.PROTECT, related_name="proposals")
    author = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=voting.TITLE_LENGTH_MAX)
    body = models.TextField(blank=True)
    quorum_percent = models.PositiveSmallIntegerField()
    majority = models.CharField(max_length=12, choices=MAJORITIES)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField(default=clock.now, editable=False)
    closes_at = models.DateTimeField()
    over_at = models.DateTimeField(null=True)
    yes = models.PositiveSmallIntegerField(null=True, help_text="As counted when it closed, like the next three.")
    no = models.PositiveSmallIntegerField(null=True)
    abstained = models.PositiveSmallIntegerField(null=True)
    eligible = models.PositiveSmallIntegerField(null=True)

    class Meta:
        db_table = "savings_proposal"
        constraints = [
            models.CheckConstraint(condition=_RULE_IS_SENSIBLE, name="savings_proposal_rule_sensible"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "accepted", "rejected", "too_few", "withdrawn"]),
                name="savings_proposal_state_known",
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=models.F("opened_at")), name="savings_proposal_closes_after_opened"
            ),
            models.CheckConstraint(
                condition=(Q(state="open") & Q(over_at=None)) | (~Q(state="open") & Q(over_at__isnull=False)),
                name="savings_proposal_over_once_not_open",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "withdrawn"])
                | Q(yes__isnull=False, no__isnull=False, abstained__isnull=False, eligible__isnull=False),
                name="savings_proposal_counted_when_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["circle", "-opened_at", "-id"], name="savings_proposal_of_circle"),
            models.Index(fields=["closes_at"], condition=Q(state="open"), name="savings_proposal_due"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    def takes_votes(self, now: datetime) -> bool:
        """Whether somebody can vote now: also before the sweep has closed what is due."""
        return self.is_open and now < self.closes_at


class Ballot(CommunityModel):
    """One member's vote on one proposal, empty until they vote."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="ballots")
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    choice = models.CharField(max_length=8, blank=True)
    cast_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "savings_ballot"
        constraints = [
            models.UniqueConstraint(fields=["proposal", "member"], name="savings_ballot_once"),
            models.CheckConstraint(
                condition=Q(choice="", cast_at=None) | Q(choice__in=["yes", "no", "abstain"], cast_at__isnull=False),
                name="savings_ballot_cast_with_choice",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} on {self.proposal_id}"
