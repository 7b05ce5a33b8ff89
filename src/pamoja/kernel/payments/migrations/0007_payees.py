"""Members whom Stripe pays, and the way of their money from Stripe to their bank."""

import django.db.models.deletion
from django.db import migrations, models

import pamoja.foundation.clock
import pamoja.foundation.ids
import pamoja.kernel.communities.models
import pamoja.kernel.payments.rules.onward
import pamoja.kernel.payments.rules.payees
from pamoja.foundation.sql import run_sql_file
from pamoja.kernel.communities.public import IsolateByCommunity


class Migration(migrations.Migration):
    dependencies = [
        ("communities", "0001_communities"),
        ("identity", "0004_changes"),
        ("payments", "0006_arrivals"),
    ]

    operations = [
        migrations.CreateModel(
            name="Onward",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("account", models.CharField(help_text="Stripe's name for the member's account.", max_length=100)),
                ("transfer_id", models.CharField(help_text="Stripe's name for the first half.", max_length=100)),
                (
                    "rail_id",
                    models.CharField(help_text="Stripe's name for the second half.", max_length=100, null=True),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "Requested"),
                            ("sent", "Sent"),
                            ("moving", "Moving"),
                            ("paid", "Paid"),
                            ("coming_back", "Coming back"),
                            ("came_back", "Came back"),
                            ("stuck", "Stuck"),
                        ],
                        default=pamoja.kernel.payments.rules.onward.OnwardState["REQUESTED"],
                        max_length=12,
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("code", models.CharField(blank=True, help_text="Why it did not reach the bank.", max_length=60)),
                ("expected_at", models.DateTimeField(null=True)),
                ("requested_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
                ("sent_at", models.DateTimeField(null=True)),
                ("paid_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("recalled_at", models.DateTimeField(help_text="When staff asked for it back.", null=True)),
                ("recall_reason", models.CharField(blank=True, max_length=300)),
                (
                    "reversal_id",
                    models.CharField(help_text="Stripe's name for the way back.", max_length=100, null=True),
                ),
                ("back_entry_id", models.UUIDField(null=True)),
                ("next_query_at", models.DateTimeField(default=pamoja.foundation.clock.now, null=True)),
                (
                    "community",
                    models.ForeignKey(
                        default=pamoja.kernel.communities.models.current_community_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="communities.community",
                    ),
                ),
                (
                    "payout",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="onwards", to="payments.payout"
                    ),
                ),
            ],
            options={
                "db_table": "payments_onward",
                "constraints": [
                    models.UniqueConstraint(fields=("payout",), name="payments_onward_one_a_payout"),
                    models.UniqueConstraint(fields=("rail_id",), name="payments_onward_rail_id_unique"),
                    models.UniqueConstraint(fields=("reversal_id",), name="payments_onward_reversal_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["requested", "sent", "moving", "paid", "coming_back", "came_back", "stuck"])
                        ),
                        name="payments_onward_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("back_entry_id__isnull", False),
                                ("reversal_id__isnull", False),
                                ("state", pamoja.kernel.payments.rules.onward.OnwardState["CAME_BACK"]),
                            ),
                            models.Q(
                                models.Q(
                                    ("state", pamoja.kernel.payments.rules.onward.OnwardState["CAME_BACK"]),
                                    _negated=True,
                                ),
                                ("back_entry_id__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="payments_onward_back_is_posted",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_query_at__isnull", False)),
                        fields=["community", "next_query_at"],
                        name="payments_onward_due",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Payee",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("rail_id", models.CharField(help_text="Stripe's name for the account.", max_length=100, null=True)),
                (
                    "standing",
                    models.CharField(
                        choices=[
                            ("needs_more", "Needs more"),
                            ("checked", "Checked"),
                            ("ready", "Ready"),
                            ("restricted", "Restricted"),
                            ("refused", "Refused"),
                        ],
                        default=pamoja.kernel.payments.rules.payees.PayeeStanding["NEEDS_MORE"],
                        max_length=12,
                    ),
                ),
                (
                    "missing",
                    models.JSONField(blank=True, default=list, help_text="What Stripe asks for, by its own names."),
                ),
                ("due_at", models.DateTimeField(help_text="From when Stripe pays no more without it.", null=True)),
                (
                    "bank_id",
                    models.CharField(
                        blank=True, help_text="Stripe's token of the bank account behind it.", max_length=100
                    ),
                ),
                (
                    "bank_since",
                    models.DateTimeField(help_text="Since when it is this one; a new one cools.", null=True),
                ),
                ("made_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
                ("told_at", models.DateTimeField(help_text="Since when Stripe may have opened it.", null=True)),
                (
                    "visited_at",
                    models.DateTimeField(help_text="When the member was last sent to Stripe's page.", null=True),
                ),
                ("heard_at", models.DateTimeField(help_text="When Stripe said last how it stands.", null=True)),
                ("next_query_at", models.DateTimeField(null=True)),
                (
                    "community",
                    models.ForeignKey(
                        default=pamoja.kernel.communities.models.current_community_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="communities.community",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.member"
                    ),
                ),
            ],
            options={
                "db_table": "payments_payee",
                "constraints": [
                    models.UniqueConstraint(fields=("community", "member"), name="payments_payee_one_a_member"),
                    models.UniqueConstraint(fields=("rail_id",), name="payments_payee_rail_id_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("standing__in", ["needs_more", "checked", "ready", "restricted", "refused"])
                        ),
                        name="payments_payee_standing_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("standing", pamoja.kernel.payments.rules.payees.PayeeStanding["READY"]), _negated=True
                            ),
                            ("rail_id__isnull", False),
                            _connector="OR",
                        ),
                        name="payments_payee_ready_is_opened",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_query_at__isnull", False)),
                        fields=["community", "next_query_at"],
                        name="payments_payee_due",
                    ),
                ],
            },
        ),
        IsolateByCommunity("Onward"),
        IsolateByCommunity("Payee"),
        run_sql_file(__file__, "payees.sql"),
    ]
