"""Saved ways to pay, members' names and references with rails, and how a community wants to be paid."""

import django.db.models.deletion
from django.db import migrations, models

import pamoja.foundation.clock
import pamoja.foundation.fields
import pamoja.foundation.ids
import pamoja.kernel.communities.models
import pamoja.kernel.payments.rules.methods
from pamoja.foundation.sql import run_sql_file
from pamoja.kernel.communities.public import IsolateByCommunity


class Migration(migrations.Migration):
    dependencies = [
        ("communities", "0001_communities"),
        ("identity", "0003_tries"),
        ("payments", "0001_payments"),
    ]

    operations = [
        migrations.CreateModel(
            name="Customer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("rail", models.CharField(max_length=20)),
                ("rail_id", models.CharField(max_length=100)),
                ("made_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
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
                "db_table": "payments_customer",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("community", "member", "rail"), name="payments_customer_member_unique"
                    ),
                    models.UniqueConstraint(fields=("rail", "rail_id"), name="payments_customer_rail_id_unique"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Endpoint",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("rail", models.CharField(max_length=20)),
                ("rail_id", models.CharField(max_length=100)),
                ("url", models.CharField(max_length=300)),
                (
                    "hears_payees",
                    models.BooleanField(
                        default=False, help_text="Events of connected accounts; else of the installation's own account."
                    ),
                ),
                ("secret", pamoja.foundation.fields.EncryptedTextField()),
                ("made_at", models.DateTimeField(default=pamoja.foundation.clock.now)),
                (
                    "retired_at",
                    models.DateTimeField(help_text="Its secret still counts until then, while rolling.", null=True),
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
                "db_table": "payments_endpoint",
                "constraints": [
                    models.UniqueConstraint(fields=("rail", "rail_id"), name="payments_endpoint_rail_id_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="Method",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("rail", models.CharField(max_length=20)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("card", "Card"),
                            ("bacs_debit", "Bacs debit"),
                            ("phone", "Phone"),
                            ("bank", "Bank"),
                            ("stripe_account", "Stripe account"),
                        ],
                        max_length=20,
                    ),
                ),
                ("name", models.CharField(blank=True, help_text="What the member calls it.", max_length=40)),
                ("position", models.PositiveSmallIntegerField(help_text="The first is tried first.")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("verified", "Verified"),
                            ("failed", "Failed"),
                            ("removed", "Removed"),
                        ],
                        default=pamoja.kernel.payments.rules.methods.MethodState["PENDING"],
                        max_length=12,
                    ),
                ),
                (
                    "session_id",
                    models.CharField(help_text="The visit to the rail's own page.", max_length=100, null=True),
                ),
                ("rail_id", models.CharField(help_text="The rail's token for it.", max_length=100, null=True)),
                ("mandate_id", models.CharField(blank=True, max_length=100)),
                ("brand", models.CharField(blank=True, max_length=30)),
                ("last4", models.CharField(blank=True, max_length=4)),
                ("expires_month", models.PositiveSmallIntegerField(null=True)),
                ("expires_year", models.PositiveSmallIntegerField(null=True)),
                (
                    "expiry_told_at",
                    models.DateTimeField(help_text="When the member was told that it expires soon.", null=True),
                ),
                ("fingerprint", models.CharField(blank=True, max_length=64)),
                (
                    "number",
                    pamoja.foundation.fields.EncryptedTextField(
                        help_text="The phone, or the bank account as JSON; sealed."
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("added_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
                ("verified_at", models.DateTimeField(null=True)),
                ("removed_at", models.DateTimeField(null=True)),
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
                "db_table": "payments_method",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["card", "bacs_debit", "phone", "bank", "stripe_account"])),
                        name="payments_method_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["pending", "verified", "failed", "removed"])),
                        name="payments_method_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", pamoja.kernel.payments.rules.methods.MethodState["VERIFIED"]), _negated=True
                            ),
                            ("verified_at__isnull", False),
                            _connector="OR",
                        ),
                        name="payments_method_verified_has_time",
                    ),
                    models.UniqueConstraint(
                        fields=("community", "rail", "rail_id"), name="payments_method_rail_id_unique"
                    ),
                    models.UniqueConstraint(fields=("community", "session_id"), name="payments_method_session_unique"),
                ],
                "indexes": [
                    models.Index(fields=["community", "member", "position"], name="payments_method_of_member"),
                    models.Index(
                        condition=models.Q(("next_query_at__isnull", False)),
                        fields=["community", "next_query_at"],
                        name="payments_method_due",
                    ),
                    models.Index(
                        condition=models.Q(("expires_year__isnull", False)),
                        fields=["community", "expires_year", "expires_month"],
                        name="payments_method_expiring",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentSettings",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "rails",
                    models.JSONField(
                        blank=True, default=list, help_text="In the order offered; empty: what fits the currency."
                    ),
                ),
                ("attempts_max", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "delays_s",
                    models.JSONField(
                        blank=True, default=dict, help_text='Between attempts by rail: {"stripe": [86400]}.'
                    ),
                ),
                ("from_hour", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("until_hour", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("weekdays", models.JSONField(blank=True, default=list, help_text="0 is Monday; empty: every day.")),
                (
                    "paydays",
                    models.JSONField(blank=True, default=list, help_text="Days of the month when people have money."),
                ),
                (
                    "bank_account",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Where members transfer to: holder, bank, sort_code, account, iban.",
                    ),
                ),
                (
                    "safety",
                    models.JSONField(
                        blank=True, default=dict, help_text="What differs from the usual limits and thresholds."
                    ),
                ),
                (
                    "reported_until",
                    models.DateField(blank=True, help_text="The last day of the last month reported.", null=True),
                ),
                ("changed_at", models.DateTimeField(default=pamoja.foundation.clock.now)),
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
                "verbose_name_plural": "payment settings",
                "db_table": "payments_settings",
                "constraints": [
                    models.UniqueConstraint(fields=("community",), name="payments_settings_one_a_community")
                ],
            },
        ),
        migrations.CreateModel(
            name="Reference",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.CharField(max_length=12)),
                ("made_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
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
                "db_table": "payments_reference",
                "constraints": [
                    models.UniqueConstraint(fields=("community", "member"), name="payments_reference_member_unique"),
                    models.UniqueConstraint(fields=("code",), name="payments_reference_code_unique"),
                ],
            },
        ),
        migrations.AddField(
            model_name="collection",
            name="method",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.method"
            ),
        ),
        migrations.AddField(
            model_name="payout",
            name="method",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.method"
            ),
        ),
        IsolateByCommunity("Customer"),
        IsolateByCommunity("Endpoint"),
        IsolateByCommunity("Method"),
        IsolateByCommunity("PaymentSettings"),
        IsolateByCommunity("Reference"),
        run_sql_file(__file__, "methods.sql"),
    ]
