"""Money that goes back, money that comes unasked, and cases for people."""

import django.db.models.deletion
from django.db import migrations, models

import pamoja.foundation.clock
import pamoja.foundation.ids
import pamoja.kernel.communities.models
import pamoja.kernel.payments.rules.givingback
from pamoja.foundation.sql import run_sql_file
from pamoja.kernel.communities.public import IsolateByCommunity


class Migration(migrations.Migration):
    dependencies = [
        ("communities", "0001_communities"),
        ("identity", "0003_tries"),
        ("payments", "0002_rails"),
    ]

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("unmatched", "Unmatched"),
                            ("difference", "Difference"),
                            ("dispute", "Dispute"),
                            ("refund", "Refund"),
                            ("payout", "Payout"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "subject",
                    models.CharField(help_text="What it is about: deposit:<uuid>, a provider's line.", max_length=120),
                ),
                ("says", models.CharField(max_length=300)),
                ("amount_minor", models.BigIntegerField(default=0)),
                ("currency", models.CharField(max_length=8)),
                ("due_at", models.DateTimeField(null=True)),
                ("opened_at", models.DateTimeField(default=pamoja.foundation.clock.now)),
                ("resolved_at", models.DateTimeField(null=True)),
                ("resolution", models.CharField(blank=True, max_length=300)),
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
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.member"
                    ),
                ),
            ],
            options={
                "db_table": "payments_case",
                "indexes": [
                    models.Index(
                        condition=models.Q(("resolved_at__isnull", True)),
                        fields=["community", "opened_at"],
                        name="payments_case_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["unmatched", "difference", "dispute", "refund", "payout"])),
                        name="payments_case_kind_known",
                    ),
                    models.UniqueConstraint(
                        fields=("community", "kind", "subject"), name="payments_case_one_a_subject"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Deposit",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("rail", models.CharField(max_length=20)),
                ("rail_id", models.CharField(help_text="The line's or the receipt's own number.", max_length=100)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=8)),
                ("reference", models.CharField(blank=True, max_length=200)),
                (
                    "payer",
                    models.CharField(
                        blank=True, help_text="A mark of the account it came from, never its number.", max_length=80
                    ),
                ),
                ("entry_id", models.UUIDField()),
                ("matched_entry_id", models.UUIDField(null=True)),
                ("received_at", models.DateTimeField(default=pamoja.foundation.clock.now)),
                ("matched_at", models.DateTimeField(null=True)),
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
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.member"
                    ),
                ),
            ],
            options={
                "db_table": "payments_deposit",
                "constraints": [
                    models.UniqueConstraint(fields=("rail", "rail_id"), name="payments_deposit_rail_id_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="payments_deposit_amount_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Dispute",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("rail", models.CharField(max_length=20)),
                ("rail_id", models.CharField(max_length=100)),
                ("amount_minor", models.BigIntegerField(default=0)),
                ("currency", models.CharField(max_length=8)),
                ("reason", models.CharField(blank=True, max_length=60)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("answered", "Answered"), ("won", "Won"), ("lost", "Lost")],
                        default=pamoja.kernel.payments.rules.givingback.DisputeState["OPEN"],
                        max_length=12,
                    ),
                ),
                (
                    "is_fightable",
                    models.BooleanField(default=True, help_text="A Direct Debit's is lost as soon as it is opened."),
                ),
                ("due_at", models.DateTimeField(null=True)),
                (
                    "withdrawn_minor",
                    models.BigIntegerField(default=0, help_text="What the rail has taken from us and not given back."),
                ),
                ("fee_minor", models.BigIntegerField(default=0)),
                ("hold_id", models.UUIDField(null=True)),
                (
                    "held_minor",
                    models.BigIntegerField(default=0, help_text="What of it was still in the member's wallet."),
                ),
                ("lost_minor", models.BigIntegerField(default=0, help_text="What of it the community bears.")),
                ("evidence", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("opened_at", models.DateTimeField(default=pamoja.foundation.clock.now)),
                ("ended_at", models.DateTimeField(null=True)),
                ("next_query_at", models.DateTimeField(default=pamoja.foundation.clock.now, null=True)),
                (
                    "attempt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disputes",
                        to="payments.collectionattempt",
                    ),
                ),
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
                "db_table": "payments_dispute",
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_query_at__isnull", False)),
                        fields=["community", "next_query_at"],
                        name="payments_dispute_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("rail", "rail_id"), name="payments_dispute_rail_id_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "answered", "won", "lost"])),
                        name="payments_dispute_state_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=8)),
                ("key", models.CharField(max_length=200)),
                ("reason", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "Requested"),
                            ("sent", "Sent"),
                            ("pending", "Pending"),
                            ("succeeded", "Succeeded"),
                            ("failed", "Failed"),
                            ("review", "Review"),
                        ],
                        default=pamoja.kernel.payments.rules.givingback.RefundState["REQUESTED"],
                        max_length=12,
                    ),
                ),
                ("hold_id", models.UUIDField()),
                ("entry_id", models.UUIDField(null=True)),
                ("back_entry_id", models.UUIDField(help_text="When it came back after it had succeeded.", null=True)),
                ("rail_id", models.CharField(max_length=100, null=True)),
                ("failure", models.CharField(blank=True, max_length=100)),
                ("requested_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
                ("sent_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("next_query_at", models.DateTimeField(default=pamoja.foundation.clock.now, null=True)),
                (
                    "attempt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="payments.collectionattempt",
                    ),
                ),
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
                "db_table": "payments_refund",
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_query_at__isnull", False)),
                        fields=["community", "next_query_at"],
                        name="payments_refund_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("community", "key"), name="payments_refund_key_unique"),
                    models.UniqueConstraint(fields=("community", "rail_id"), name="payments_refund_rail_id_unique"),
                    models.UniqueConstraint(fields=("hold_id",), name="payments_refund_hold_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="payments_refund_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["requested", "sent", "pending", "succeeded", "failed", "review"])
                        ),
                        name="payments_refund_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", pamoja.kernel.payments.rules.givingback.RefundState["SUCCEEDED"]),
                                _negated=True,
                            ),
                            ("entry_id__isnull", False),
                            _connector="OR",
                        ),
                        name="payments_refund_succeeded_is_posted",
                    ),
                ],
            },
        ),
        IsolateByCommunity("Refund"),
        IsolateByCommunity("Dispute"),
        IsolateByCommunity("Deposit"),
        IsolateByCommunity("Case"),
        run_sql_file(__file__, "givingback.sql"),
    ]
