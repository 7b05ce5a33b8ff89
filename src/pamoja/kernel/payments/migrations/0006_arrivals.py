"""Money that comes by itself: where from, and what is said to have come until the rail says so too."""

import django.db.models.deletion
from django.db import migrations, models

import pamoja.foundation.clock
import pamoja.foundation.ids
import pamoja.kernel.communities.models
import pamoja.kernel.payments.rules.arrivals
from pamoja.foundation.sql import run_sql_file
from pamoja.kernel.communities.public import IsolateByCommunity


class Migration(migrations.Migration):
    dependencies = [
        ("communities", "0001_communities"),
        ("payments", "0005_safety"),
    ]

    operations = [
        migrations.CreateModel(
            name="Arrival",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("rail", models.CharField(max_length=20)),
                ("receipt", models.CharField(max_length=40)),
                (
                    "reference",
                    models.CharField(blank=True, help_text="The account number that the payer typed.", max_length=40),
                ),
                ("claimed_minor", models.BigIntegerField(null=True)),
                ("currency", models.CharField(max_length=8)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("claimed", "Claimed"),
                            ("confirmed", "Confirmed"),
                            ("refused", "Refused"),
                            ("review", "Review"),
                        ],
                        default=pamoja.kernel.payments.rules.arrivals.ArrivalState["CLAIMED"],
                        max_length=10,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=80)),
                ("claimed_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
                ("next_query_at", models.DateTimeField(default=pamoja.foundation.clock.now, null=True)),
                ("queries_made", models.PositiveSmallIntegerField(default=0)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "collection",
                    models.ForeignKey(
                        help_text="When somebody named the receipt as this one's.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.collection",
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
            ],
            options={
                "db_table": "payments_arrival",
                "constraints": [
                    models.UniqueConstraint(fields=("rail", "receipt"), name="payments_arrival_receipt_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["claimed", "confirmed", "refused", "review"])),
                        name="payments_arrival_state_known",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_query_at__isnull", False)),
                        fields=["community", "next_query_at"],
                        name="payments_arrival_due",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Inlet",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("rail", models.CharField(max_length=20)),
                ("number", models.CharField(help_text="The shortcode, or the account's number.", max_length=40)),
                (
                    "address",
                    models.CharField(
                        blank=True, help_text="Where the provider calls us; empty: we ask it.", max_length=300
                    ),
                ),
                ("registered_at", models.DateTimeField(help_text="When the provider took the address.", null=True)),
                ("cursor", models.CharField(blank=True, help_text="How far its list was read.", max_length=100)),
                ("next_at", models.DateTimeField(default=pamoja.foundation.clock.now, null=True)),
                (
                    "again_at",
                    models.DateTimeField(help_text="When the last days are read once more, for late lines.", null=True),
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
            ],
            options={
                "db_table": "payments_inlet",
                "constraints": [
                    models.UniqueConstraint(fields=("rail", "number"), name="payments_inlet_number_unique")
                ],
            },
        ),
        IsolateByCommunity("Arrival"),
        IsolateByCommunity("Inlet"),
        run_sql_file(__file__, "arrivals.sql"),
    ]
