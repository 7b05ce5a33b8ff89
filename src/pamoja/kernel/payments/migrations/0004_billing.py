"""Plans and prices, subscriptions, invoices with their numbers, what is earned when, and questions about billing."""

import django.db.models.deletion
from django.db import migrations, models

import pamoja.foundation.clock
import pamoja.foundation.ids
import pamoja.kernel.communities.models
import pamoja.kernel.payments.rules.billing
import pamoja.kernel.payments.rules.discounts
import pamoja.kernel.payments.rules.periods
import pamoja.kernel.payments.rules.pricing
import pamoja.kernel.payments.rules.revenue
from pamoja.foundation.sql import run_sql_file
from pamoja.kernel.communities.public import IsolateByCommunity


class Migration(migrations.Migration):
    dependencies = [
        ("communities", "0001_communities"),
        ("identity", "0003_tries"),
        ("payments", "0003_givingback"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invoice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.CharField(max_length=200)),
                ("number", models.PositiveIntegerField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("open", "Open"),
                            ("paid", "Paid"),
                            ("refunded", "Refunded"),
                            ("void", "Void"),
                            ("uncollectible", "Uncollectible"),
                        ],
                        default=pamoja.kernel.payments.rules.billing.InvoiceState["DRAFT"],
                        max_length=14,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("first", "First"),
                            ("renewal", "Renewal"),
                            ("change", "Change"),
                            ("last_use", "Last use"),
                            ("single", "Single"),
                        ],
                        max_length=10,
                    ),
                ),
                ("currency", models.CharField(max_length=8)),
                ("total_minor", models.BigIntegerField(default=0)),
                ("tax_minor", models.BigIntegerField(default=0, help_text="Of the total.")),
                ("refunded_minor", models.BigIntegerField(default=0, help_text="Of the total, given back.")),
                ("refunded_tax_minor", models.BigIntegerField(default=0)),
                (
                    "recognition",
                    models.CharField(
                        choices=[("daily", "Daily"), ("period_end", "Period end")],
                        default=pamoja.kernel.payments.rules.revenue.Recognition["DAILY"],
                        max_length=12,
                    ),
                ),
                ("made_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
                ("due_at", models.DateTimeField(default=pamoja.foundation.clock.now)),
                ("paid_at", models.DateTimeField(null=True)),
                (
                    "ended_at",
                    models.DateTimeField(help_text="When it was voided or not asked for any more.", null=True),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("failed_first_at", models.DateTimeField(null=True)),
                ("failure", models.CharField(blank=True, max_length=200)),
                ("next_attempt_at", models.DateTimeField(null=True)),
                (
                    "collection",
                    models.ForeignKey(
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
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.member"
                    ),
                ),
            ],
            options={
                "db_table": "payments_invoice",
                "constraints": [
                    models.UniqueConstraint(fields=("community", "key"), name="payments_invoice_key_unique"),
                    models.UniqueConstraint(fields=("community", "number"), name="payments_invoice_number_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "open", "paid", "refunded", "void", "uncollectible"])
                        ),
                        name="payments_invoice_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason__in", ["first", "renewal", "change", "last_use", "single"])),
                        name="payments_invoice_reason_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("number__isnull", True),
                                ("state", pamoja.kernel.payments.rules.billing.InvoiceState["DRAFT"]),
                            ),
                            models.Q(
                                ("number__isnull", False),
                                ("state__in", ["open", "paid", "refunded", "void", "uncollectible"]),
                            ),
                            _connector="OR",
                        ),
                        name="payments_invoice_numbered_when_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("tax_minor__gte", 0), ("tax_minor__lte", models.F("total_minor")), ("total_minor__gte", 0)
                        ),
                        name="payments_invoice_sums_sound",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("refunded_minor__gte", 0),
                            ("refunded_minor__lte", models.F("total_minor")),
                            ("refunded_tax_minor__gte", 0),
                            ("refunded_tax_minor__lte", models.F("tax_minor")),
                        ),
                        name="payments_invoice_refund_within_total",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("paid_at__isnull", False),
                                (
                                    "state__in",
                                    [
                                        pamoja.kernel.payments.rules.billing.InvoiceState["PAID"],
                                        pamoja.kernel.payments.rules.billing.InvoiceState["REFUNDED"],
                                    ],
                                ),
                            ),
                            models.Q(
                                models.Q(
                                    (
                                        "state__in",
                                        [
                                            pamoja.kernel.payments.rules.billing.InvoiceState["PAID"],
                                            pamoja.kernel.payments.rules.billing.InvoiceState["REFUNDED"],
                                        ],
                                    ),
                                    _negated=True,
                                ),
                                ("paid_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="payments_invoice_paid_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("next_attempt_at__isnull", True),
                            ("state", pamoja.kernel.payments.rules.billing.InvoiceState["OPEN"]),
                            _connector="OR",
                        ),
                        name="payments_invoice_asked_while_open",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["community", "member", "-made_at"], name="payments_invoice_of_member"),
                    models.Index(
                        condition=models.Q(("next_attempt_at__isnull", False)),
                        fields=["community", "next_attempt_at"],
                        name="payments_invoice_due",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "product",
                    models.CharField(
                        help_text="Whose it is; one running subscription a member and product.", max_length=40
                    ),
                ),
                ("code", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=80)),
                ("description", models.CharField(blank=True, max_length=300)),
                (
                    "grants",
                    models.JSONField(blank=True, default=list, help_text='What it opens: ["learning.premium"].'),
                ),
                ("rank", models.PositiveSmallIntegerField(default=0, help_text="The order in which plans are shown.")),
                ("trial_days", models.PositiveSmallIntegerField(default=0)),
                (
                    "remind_days",
                    models.PositiveSmallIntegerField(default=3, help_text="Before a trial or period ends; 0: never."),
                ),
                (
                    "retry_days",
                    models.JSONField(blank=True, default=list, help_text="After the first failure: [1, 3, 5]."),
                ),
                ("grace_days", models.PositiveSmallIntegerField(default=7)),
                (
                    "after_grace",
                    models.CharField(
                        choices=[("cancel", "Cancel"), ("pause", "Pause")],
                        default=pamoja.kernel.payments.rules.billing.AfterGrace["CANCEL"],
                        max_length=8,
                    ),
                ),
                (
                    "recognition",
                    models.CharField(
                        choices=[("daily", "Daily"), ("period_end", "Period end")],
                        default=pamoja.kernel.payments.rules.revenue.Recognition["DAILY"],
                        max_length=12,
                    ),
                ),
                ("is_offered", models.BooleanField(default=True)),
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
            ],
            options={
                "db_table": "payments_plan",
                "constraints": [
                    models.UniqueConstraint(fields=("community", "product", "code"), name="payments_plan_code_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("after_grace__in", ["cancel", "pause"])), name="payments_plan_grace_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("recognition__in", ["daily", "period_end"])),
                        name="payments_plan_recognition_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Discount",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(help_text="As it stands on invoices.", max_length=60)),
                ("percent_bp", models.PositiveIntegerField(default=0, help_text="In hundredths of a per cent; or")),
                ("off_minor", models.BigIntegerField(default=0, help_text="an amount in minor units of")),
                ("currency", models.CharField(blank=True, max_length=8)),
                (
                    "duration",
                    models.CharField(
                        choices=[("once", "Once"), ("repeating", "Repeating"), ("forever", "Forever")],
                        default=pamoja.kernel.payments.rules.discounts.Duration["ONCE"],
                        max_length=10,
                    ),
                ),
                (
                    "times",
                    models.PositiveSmallIntegerField(
                        default=1, help_text="For how many invoices a repeating one holds."
                    ),
                ),
                ("redemptions_max", models.PositiveIntegerField(blank=True, null=True)),
                ("redemptions", models.PositiveIntegerField(default=0)),
                ("redeem_by", models.DateTimeField(blank=True, null=True)),
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
                    "plan",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.plan",
                    ),
                ),
            ],
            options={
                "db_table": "payments_discount",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("currency", ""), ("off_minor", 0), ("percent_bp__gt", 0), ("percent_bp__lte", 10000)
                            ),
                            models.Q(
                                ("off_minor__gt", 0), ("percent_bp", 0), models.Q(("currency", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="payments_discount_share_or_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("duration__in", ["once", "repeating", "forever"])),
                        name="payments_discount_duration_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("times__gte", 1)), name="payments_discount_times_some"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("redemptions_max__isnull", True),
                            ("redemptions__lte", models.F("redemptions_max")),
                            _connector="OR",
                        ),
                        name="payments_discount_within_limit",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Price",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("currency", models.CharField(max_length=8)),
                (
                    "interval",
                    models.CharField(
                        choices=[("day", "Day"), ("week", "Week"), ("month", "Month"), ("year", "Year")],
                        default=pamoja.kernel.payments.rules.periods.Interval["MONTH"],
                        max_length=8,
                    ),
                ),
                ("interval_count", models.PositiveSmallIntegerField(default=1)),
                (
                    "scheme",
                    models.CharField(
                        choices=[("flat", "Flat"), ("each", "Each"), ("graduated", "Graduated"), ("volume", "Volume")],
                        default=pamoja.kernel.payments.rules.pricing.Scheme["FLAT"],
                        max_length=12,
                    ),
                ),
                ("unit_minor", models.BigIntegerField(default=0)),
                ("per_units", models.PositiveIntegerField(default=1, help_text="For how many units that is.")),
                (
                    "unit_name",
                    models.CharField(
                        blank=True, help_text="What is counted: seat, message, 1,000 tokens.", max_length=30
                    ),
                ),
                (
                    "is_metered",
                    models.BooleanField(
                        default=False, help_text="The quantity is the use of a period, billed after it."
                    ),
                ),
                ("is_offered", models.BooleanField(default=True)),
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
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="prices", to="payments.plan"
                    ),
                ),
            ],
            options={
                "db_table": "payments_price",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("scheme__in", ["flat", "each", "graduated", "volume"])),
                        name="payments_price_scheme_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("interval__in", ["day", "week", "month", "year"])),
                        name="payments_price_interval_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("interval_count__gte", 1), ("per_units__gte", 1), ("unit_minor__gte", 0)),
                        name="payments_price_sound",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PriceTier",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("up_to", models.BigIntegerField(help_text="The last unit in it; empty: all the rest.", null=True)),
                ("unit_minor", models.BigIntegerField()),
                ("flat_minor", models.BigIntegerField(default=0)),
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
                    "price",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tiers", to="payments.price"
                    ),
                ),
            ],
            options={
                "db_table": "payments_tier",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("community", "price", "up_to"), name="payments_tier_limit_unique", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("flat_minor__gte", 0),
                            ("unit_minor__gte", 0),
                            models.Q(("up_to__isnull", True), ("up_to__gt", 0), _connector="OR"),
                        ),
                        name="payments_tier_sound",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PromotionCode",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.CharField(help_text="In capitals; members may write it as they like.", max_length=40)),
                ("is_for_first_only", models.BooleanField(default=False)),
                ("least_minor", models.BigIntegerField(default=0)),
                ("redemptions_max", models.PositiveIntegerField(blank=True, null=True)),
                ("redemptions", models.PositiveIntegerField(default=0)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("is_active", models.BooleanField(default=True)),
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
                    "discount",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="codes", to="payments.discount"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.member",
                    ),
                ),
            ],
            options={
                "db_table": "payments_promotion_code",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_active", True)),
                        fields=("community", "code"),
                        name="payments_promotion_code_active_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("redemptions_max__isnull", True),
                            ("redemptions__lte", models.F("redemptions_max")),
                            _connector="OR",
                        ),
                        name="payments_promotion_code_within_limit",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("subject", models.CharField(max_length=120)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("answered", "Answered"), ("resolved", "Resolved")],
                        default=pamoja.kernel.payments.rules.billing.QuestionState["OPEN"],
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
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
                (
                    "invoice",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.invoice"
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
                "db_table": "payments_question",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "answered", "resolved"])),
                        name="payments_question_state_known",
                    )
                ],
                "indexes": [
                    models.Index(fields=["community", "member", "-asked_at"], name="payments_question_of_member"),
                    models.Index(fields=["community", "state", "changed_at"], name="payments_question_waiting"),
                ],
            },
        ),
        migrations.CreateModel(
            name="QuestionMessage",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("is_from_member", models.BooleanField()),
                ("text", models.CharField(max_length=2000)),
                ("said_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
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
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="messages", to="payments.question"
                    ),
                ),
            ],
            options={
                "db_table": "payments_question_message",
                "indexes": [models.Index(fields=["question", "said_at"], name="payments_question_message_seq")],
            },
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("product", models.CharField(max_length=40)),
                ("quantity", models.PositiveIntegerField(default=1)),
                ("next_quantity", models.PositiveIntegerField(null=True)),
                ("key", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("incomplete", "Incomplete"),
                            ("trialing", "Trialing"),
                            ("active", "Active"),
                            ("past_due", "Past due"),
                            ("paused", "Paused"),
                            ("cancelled", "Cancelled"),
                            ("expired", "Expired"),
                        ],
                        default=pamoja.kernel.payments.rules.billing.SubscriptionState["INCOMPLETE"],
                        max_length=12,
                    ),
                ),
                ("is_from_wallet", models.BooleanField(default=False, help_text="Invoices are paid from the wallet.")),
                ("began_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
                ("anchor_at", models.DateTimeField(help_text="Periods are counted from here.")),
                ("period_number", models.PositiveIntegerField()),
                ("period_starts_at", models.DateTimeField()),
                ("period_ends_at", models.DateTimeField()),
                (
                    "charged_minor",
                    models.BigIntegerField(default=0, help_text="For the whole of this period, after discounts."),
                ),
                ("trial_ends_at", models.DateTimeField(null=True)),
                (
                    "expires_at",
                    models.DateTimeField(help_text="When it is not begun any more without a first payment.", null=True),
                ),
                ("grace_ends_at", models.DateTimeField(null=True)),
                ("ends_with_period", models.BooleanField(default=False)),
                ("paused_at", models.DateTimeField(null=True)),
                ("paused_from", models.CharField(blank=True, max_length=12)),
                ("resumes_at", models.DateTimeField(null=True)),
                (
                    "remaining_s",
                    models.PositiveBigIntegerField(default=0, help_text="Of the period, kept while paused."),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                ("end_reason", models.CharField(blank=True, max_length=200)),
                ("next_step_at", models.DateTimeField(null=True)),
                ("remind_at", models.DateTimeField(null=True)),
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
                (
                    "method",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.method"
                    ),
                ),
                (
                    "next_price",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.price"
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.plan"
                    ),
                ),
                (
                    "price",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.price"
                    ),
                ),
            ],
            options={
                "db_table": "payments_subscription",
                "constraints": [
                    models.UniqueConstraint(fields=("community", "key"), name="payments_subscription_key_unique"),
                    models.UniqueConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                (
                                    pamoja.kernel.payments.rules.billing.SubscriptionState["CANCELLED"],
                                    pamoja.kernel.payments.rules.billing.SubscriptionState["EXPIRED"],
                                ),
                            ),
                            _negated=True,
                        ),
                        fields=("community", "member", "product"),
                        name="payments_subscription_one_running",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["incomplete", "trialing", "active", "past_due", "paused", "cancelled", "expired"],
                            )
                        ),
                        name="payments_subscription_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gte", 1)), name="payments_subscription_quantity_some"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period_ends_at__gt", models.F("period_starts_at"))),
                        name="payments_subscription_period_runs",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", False),
                                ("next_step_at__isnull", True),
                                (
                                    "state__in",
                                    (
                                        pamoja.kernel.payments.rules.billing.SubscriptionState["CANCELLED"],
                                        pamoja.kernel.payments.rules.billing.SubscriptionState["EXPIRED"],
                                    ),
                                ),
                            ),
                            models.Q(
                                models.Q(
                                    (
                                        "state__in",
                                        (
                                            pamoja.kernel.payments.rules.billing.SubscriptionState["CANCELLED"],
                                            pamoja.kernel.payments.rules.billing.SubscriptionState["EXPIRED"],
                                        ),
                                    ),
                                    _negated=True,
                                ),
                                ("ended_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="payments_subscription_ended_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("grace_ends_at__isnull", False),
                                ("state", pamoja.kernel.payments.rules.billing.SubscriptionState["PAST_DUE"]),
                            ),
                            models.Q(
                                models.Q(
                                    ("state", pamoja.kernel.payments.rules.billing.SubscriptionState["PAST_DUE"]),
                                    _negated=True,
                                ),
                                ("grace_ends_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="payments_subscription_grace_if_past_due",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("paused_at__isnull", False),
                                ("state", pamoja.kernel.payments.rules.billing.SubscriptionState["PAUSED"]),
                            ),
                            models.Q(
                                models.Q(
                                    ("state", pamoja.kernel.payments.rules.billing.SubscriptionState["PAUSED"]),
                                    _negated=True,
                                ),
                                ("paused_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="payments_subscription_paused_has_time",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["community", "member", "-began_at"], name="payments_subscription_member"),
                    models.Index(
                        condition=models.Q(("next_step_at__isnull", False)),
                        fields=["community", "next_step_at"],
                        name="payments_subscription_due",
                    ),
                    models.Index(
                        condition=models.Q(("remind_at__isnull", False)),
                        fields=["community", "remind_at"],
                        name="payments_subscription_reminder",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RevenueSpan",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("currency", models.CharField(max_length=8)),
                ("amount_minor", models.BigIntegerField()),
                (
                    "before_minor",
                    models.BigIntegerField(default=0, help_text="Earned before the time it runs over now."),
                ),
                ("earned_minor", models.BigIntegerField(default=0)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                (
                    "recognition",
                    models.CharField(choices=[("daily", "Daily"), ("period_end", "Period end")], max_length=12),
                ),
                ("next_at", models.DateTimeField(null=True)),
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
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="spans", to="payments.invoice"
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.subscription",
                    ),
                ),
            ],
            options={
                "db_table": "payments_revenue_span",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("before_minor__gte", 0),
                            ("before_minor__lte", models.F("earned_minor")),
                            ("earned_minor__lte", models.F("amount_minor")),
                        ),
                        name="payments_revenue_span_within_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gte", models.F("starts_at"))), name="payments_revenue_span_runs"
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_at__isnull", False)),
                        fields=["community", "next_at"],
                        name="payments_revenue_span_due",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Redemption",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("times_left", models.PositiveSmallIntegerField(null=True)),
                ("redeemed_at", models.DateTimeField(default=pamoja.foundation.clock.now)),
                (
                    "code",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.promotioncode",
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
                    "discount",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.discount"
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redemptions",
                        to="payments.subscription",
                    ),
                ),
            ],
            options={
                "db_table": "payments_redemption",
                "constraints": [
                    models.UniqueConstraint(fields=("subscription", "discount"), name="payments_redemption_once_each")
                ],
            },
        ),
        migrations.AddField(
            model_name="invoice",
            name="subscription",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="invoices",
                to="payments.subscription",
            ),
        ),
        migrations.CreateModel(
            name="TaxRate",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(help_text="As it stands on invoices: VAT.", max_length=40)),
                ("rate_bp", models.PositiveIntegerField(help_text="In hundredths of a per cent: 1600 is 16 %.")),
                ("is_inclusive", models.BooleanField(default=False, help_text="Prices contain it.")),
                (
                    "registration",
                    models.CharField(
                        blank=True, help_text="The community's number with the tax office.", max_length=40
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
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
            ],
            options={
                "db_table": "payments_tax_rate",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("rate_bp__gt", 0), ("rate_bp__lte", 10000)), name="payments_tax_rate_sound"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_active", True)),
                        fields=("community", "name"),
                        name="payments_tax_rate_active_unique",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InvoiceLine",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("plan", "Plan"),
                            ("use", "Use"),
                            ("change", "Change"),
                            ("unused", "Unused"),
                            ("single", "Single"),
                            ("credit", "Credit"),
                            ("discount", "Discount"),
                            ("tax", "Tax"),
                        ],
                        max_length=10,
                    ),
                ),
                ("description", models.CharField(max_length=160)),
                ("quantity", models.PositiveBigIntegerField(default=1)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=8)),
                ("is_included", models.BooleanField(default=False, help_text="A tax that the prices contain.")),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
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
                    "invoice",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="payments.invoice",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.member"
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.subscription",
                    ),
                ),
                (
                    "tax_rate",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.taxrate"
                    ),
                ),
            ],
            options={
                "db_table": "payments_invoice_line",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["plan", "use", "change", "unused", "single", "credit", "discount", "tax"])
                        ),
                        name="payments_invoice_line_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_included", False),
                            ("kind", pamoja.kernel.payments.rules.billing.LineKind["TAX"]),
                            _connector="OR",
                        ),
                        name="payments_invoice_line_included_is_tax",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["invoice", "position"], name="payments_invoice_line_order"),
                    models.Index(
                        condition=models.Q(("invoice__isnull", True)),
                        fields=["community", "member"],
                        name="payments_invoice_line_waiting",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Usage",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.CharField(max_length=200)),
                ("quantity", models.PositiveBigIntegerField()),
                ("used_at", models.DateTimeField(default=pamoja.foundation.clock.now)),
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
                    "line",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.invoiceline",
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.subscription"
                    ),
                ),
            ],
            options={
                "db_table": "payments_usage",
                "constraints": [
                    models.UniqueConstraint(fields=("subscription", "key"), name="payments_usage_key_unique"),
                    models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="payments_usage_some"),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("line__isnull", True)),
                        fields=["subscription", "used_at"],
                        name="payments_usage_to_bill",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="InvoiceCounter",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("last", models.PositiveIntegerField()),
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
                "db_table": "payments_invoice_counter",
                "constraints": [models.UniqueConstraint(fields=("community",), name="payments_invoice_counter_one")],
            },
        ),
        migrations.CreateModel(
            name="InvoiceRefund",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.CharField(max_length=200)),
                ("amount_minor", models.BigIntegerField()),
                ("tax_minor", models.BigIntegerField()),
                ("unearned_minor", models.BigIntegerField()),
                ("reason", models.CharField(max_length=200)),
                ("entry_id", models.UUIDField()),
                ("refunded_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
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
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="refunds", to="payments.invoice"
                    ),
                ),
            ],
            options={
                "db_table": "payments_invoice_refund",
                "constraints": [
                    models.UniqueConstraint(fields=("community", "key"), name="payments_invoice_refund_key_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="payments_invoice_refund_some"
                    ),
                ],
            },
        ),
        IsolateByCommunity("Discount"),
        IsolateByCommunity("Invoice"),
        IsolateByCommunity("InvoiceCounter"),
        IsolateByCommunity("InvoiceLine"),
        IsolateByCommunity("InvoiceRefund"),
        IsolateByCommunity("Plan"),
        IsolateByCommunity("Price"),
        IsolateByCommunity("PriceTier"),
        IsolateByCommunity("PromotionCode"),
        IsolateByCommunity("Question"),
        IsolateByCommunity("QuestionMessage"),
        IsolateByCommunity("Redemption"),
        IsolateByCommunity("RevenueSpan"),
        IsolateByCommunity("Subscription"),
        IsolateByCommunity("TaxRate"),
        IsolateByCommunity("Usage"),
        run_sql_file(__file__, "billing.sql"),
    ]
