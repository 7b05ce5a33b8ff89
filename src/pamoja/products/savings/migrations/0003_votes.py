"""What circles decide together: their rule, proposals and ballots."""

import django.db.models.deletion
from django.db import migrations, models

import pamoja.foundation.clock
import pamoja.foundation.ids
import pamoja.kernel.communities.models
from pamoja.foundation.sql import run_sql_file
from pamoja.kernel.communities.public import IsolateByCommunity


def _id() -> tuple[str, models.Field]:
    field = models.UUIDField(default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False)
    return ("id", field)


def _community() -> tuple[str, models.Field]:
    field = models.ForeignKey(
        default=pamoja.kernel.communities.models.current_community_id,
        editable=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="communities.community",
    )
    return ("community", field)


def _majority(**more: object) -> models.CharField:
    return models.CharField(
        choices=[
            ("more", "More for it than against it"),
            ("two_thirds", "Two thirds of those for or against"),
            ("all", "Everybody in the circle"),
        ],
        max_length=12,
        **more,
    )


SENSIBLE = [
    ("quorum_percent__gte", 1),
    ("quorum_percent__lte", 100),
    ("majority__in", ["more", "two_thirds", "all"]),
]


class Migration(migrations.Migration):
    dependencies = [
        ("communities", "0001_communities"),
        ("identity", "0003_tries"),
        ("savings", "0002_board"),
    ]

    operations = [
        migrations.CreateModel(
            name="VotingRule",
            fields=[
                _id(),
                ("quorum_percent", models.PositiveSmallIntegerField(default=50)),
                ("majority", _majority(default="more")),
                ("days", models.PositiveSmallIntegerField(default=5)),
                (
                    "circle",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="voting_rule", to="savings.circle"
                    ),
                ),
                _community(),
            ],
            options={
                "db_table": "savings_voting_rule",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(*SENSIBLE, ("days__gte", 1), ("days__lte", 30)),
                        name="savings_voting_rule_sensible",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                _id(),
                ("title", models.CharField(max_length=120)),
                ("body", models.TextField(blank=True)),
                ("quorum_percent", models.PositiveSmallIntegerField()),
                ("majority", _majority()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("accepted", "Accepted"),
                            ("rejected", "Rejected"),
                            ("too_few", "Too few voted"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("opened_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
                ("closes_at", models.DateTimeField()),
                ("over_at", models.DateTimeField(null=True)),
                (
                    "yes",
                    models.PositiveSmallIntegerField(
                        help_text="As counted when it closed, like the next three.", null=True
                    ),
                ),
                ("no", models.PositiveSmallIntegerField(null=True)),
                ("abstained", models.PositiveSmallIntegerField(null=True)),
                ("eligible", models.PositiveSmallIntegerField(null=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.member"
                    ),
                ),
                (
                    "circle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="proposals", to="savings.circle"
                    ),
                ),
                _community(),
            ],
            options={
                "db_table": "savings_proposal",
                "indexes": [
                    models.Index(fields=["circle", "-opened_at", "-id"], name="savings_proposal_of_circle"),
                    models.Index(
                        condition=models.Q(("state", "open")), fields=["closes_at"], name="savings_proposal_due"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(*SENSIBLE), name="savings_proposal_rule_sensible"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "accepted", "rejected", "too_few", "withdrawn"])),
                        name="savings_proposal_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("closes_at__gt", models.F("opened_at"))),
                        name="savings_proposal_closes_after_opened",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "open"), ("over_at", None)),
                            models.Q(models.Q(("state", "open"), _negated=True), ("over_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="savings_proposal_over_once_not_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["open", "withdrawn"]),
                            models.Q(
                                ("abstained__isnull", False),
                                ("eligible__isnull", False),
                                ("no__isnull", False),
                                ("yes__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="savings_proposal_counted_when_closed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Ballot",
            fields=[
                _id(),
                ("choice", models.CharField(blank=True, max_length=8)),
                ("cast_at", models.DateTimeField(null=True)),
                _community(),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.member"
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="ballots", to="savings.proposal"
                    ),
                ),
            ],
            options={
                "db_table": "savings_ballot",
                "constraints": [
                    models.UniqueConstraint(fields=("proposal", "member"), name="savings_ballot_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cast_at", None), ("choice", "")),
                            models.Q(("cast_at__isnull", False), ("choice__in", ["yes", "no", "abstain"])),
                            _connector="OR",
                        ),
                        name="savings_ballot_cast_with_choice",
                    ),
                ],
            },
        ),
        IsolateByCommunity("VotingRule"),
        IsolateByCommunity("Proposal"),
        IsolateByCommunity("Ballot"),
        run_sql_file(__file__, "votes.sql"),
    ]
