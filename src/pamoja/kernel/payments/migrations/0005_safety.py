"""How well members are known, what is frozen, and what only two people decide."""

import django.db.models.deletion
from django.db import migrations, models

import pamoja.foundation.clock
import pamoja.foundation.ids
import pamoja.kernel.communities.models
import pamoja.kernel.payments.rules.limits
import pamoja.kernel.payments.rules.safeguards
import pamoja.kernel.payments.rules.states
from pamoja.foundation.sql import run_sql_file
from pamoja.kernel.communities.public import IsolateByCommunity


class Migration(migrations.Migration):
    dependencies = [
        ("communities", "0001_communities"),
        ("identity", "0004_changes"),
        ("payments", "0004_billing"),
    ]

    operations = [
        migrations.CreateModel(
            name="Approval",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(choices=[("payout", "Payout"), ("adjustment", "Adjustment")], max_length=12)),
                (
                    "direction",
                    models.CharField(
                        choices=[("in", "In"), ("out", "Out")], help_text="Seen from the wallet.", max_length=4
                    ),
                ),
                (
                    "account",
                    models.CharField(blank=True, help_text="The community's, of an adjustment.", max_length=30),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=8)),
                ("key", models.CharField(max_length=200)),
                ("reason", models.CharField(max_length=300)),
                ("evidence", models.CharField(blank=True, max_length=300)),
                ("requested_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
                ("expires_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("approved", "Approved"),
                            ("declined", "Declined"),
                            ("expired", "Expired"),
                        ],
                        default=pamoja.kernel.payments.rules.safeguards.ApprovalState["WAITING"],
                        max_length=12,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision", models.CharField(blank=True, max_length=300)),
                ("entry_id", models.UUIDField(null=True)),
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
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.member",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.member"
                    ),
                ),
                (
                    "payout",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approval",
                        to="payments.payout",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.member",
                    ),
                ),
            ],
            options={
                "db_table": "payments_approval",
                "constraints": [
                    models.UniqueConstraint(fields=("community", "key"), name="payments_approval_key_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="payments_approval_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "approved", "declined", "expired"])),
                        name="payments_approval_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("direction__in", ["in", "out"])), name="payments_approval_way_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("account", ""),
                                ("entry_id__isnull", True),
                                ("kind", pamoja.kernel.payments.rules.safeguards.ApprovalKind["PAYOUT"]),
                                ("payout__isnull", False),
                            ),
                            models.Q(
                                ("kind", pamoja.kernel.payments.rules.safeguards.ApprovalKind["ADJUSTMENT"]),
                                ("payout__isnull", True),
                                ("requested_by__isnull", False),
                                models.Q(("account", ""), _negated=True),
                                models.Q(("evidence", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="payments_approval_of_its_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("requested_by__isnull", True),
                            models.Q(("member", models.F("requested_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="payments_approval_not_for_oneself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(
                                models.Q(
                                    ("requested_by__isnull", True),
                                    models.Q(("decided_by", models.F("requested_by")), _negated=True),
                                    _connector="OR",
                                ),
                                models.Q(("decided_by", models.F("member")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="payments_approval_by_a_second_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("entry_id__isnull", True),
                                ("state", pamoja.kernel.payments.rules.safeguards.ApprovalState["WAITING"]),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", True),
                                ("state", pamoja.kernel.payments.rules.safeguards.ApprovalState["EXPIRED"]),
                            ),
                            models.Q(
                                (
                                    "state__in",
                                    [
                                        pamoja.kernel.payments.rules.safeguards.ApprovalState["APPROVED"],
                                        pamoja.kernel.payments.rules.safeguards.ApprovalState["DECLINED"],
                                    ],
                                ),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="payments_approval_decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", pamoja.kernel.payments.rules.safeguards.ApprovalKind["ADJUSTMENT"]),
                                ("state", pamoja.kernel.payments.rules.safeguards.ApprovalState["APPROVED"]),
                                _negated=True,
                            ),
                            ("entry_id__isnull", False),
                            _connector="OR",
                        ),
                        name="payments_approval_adjusted_is_posted",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", pamoja.kernel.payments.rules.safeguards.ApprovalState["WAITING"])),
                        fields=["community", "expires_at"],
                        name="payments_approval_waiting",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Freeze",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("rule", models.CharField(blank=True, help_text="Empty: a person froze it.", max_length=30)),
                ("facts", models.JSONField(default=dict, help_text="What the rule saw: plain numbers.")),
                ("reason", models.CharField(max_length=300)),
                ("frozen_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
                ("lifted_at", models.DateTimeField(null=True)),
                ("lift_reason", models.CharField(blank=True, max_length=300)),
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
                    "frozen_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.member"
                    ),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.member"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.member"
                    ),
                ),
                (
                    "payout",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="freezes",
                        to="payments.payout",
                    ),
                ),
            ],
            options={
                "db_table": "payments_freeze",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at__isnull", True), ("payout__isnull", True)),
                        fields=("community", "member"),
                        name="payments_freeze_one_a_member",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at__isnull", True)),
                        fields=("payout",),
                        name="payments_freeze_one_a_payout",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("frozen_by__isnull", False), ("rule", "")),
                            models.Q(models.Q(("rule", ""), _negated=True), ("frozen_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="payments_freeze_by_rule_or_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lift_reason", ""), ("lifted_at__isnull", True), ("lifted_by__isnull", True)),
                            models.Q(
                                ("lifted_at__isnull", False),
                                ("lifted_by__isnull", False),
                                models.Q(("lift_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="payments_freeze_lifted_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("lifted_by__isnull", True),
                            models.Q(("member", models.F("lifted_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="payments_freeze_not_by_its_member",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("lifted_at__isnull", True)),
                        fields=["community", "frozen_at"],
                        name="payments_freeze_open",
                    ),
                    models.Index(fields=["community", "member", "-frozen_at"], name="payments_freeze_of_member"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MemberTier",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "tier",
                    models.CharField(
                        choices=[("unproven", "Unproven"), ("basic", "Basic"), ("verified", "Verified")], max_length=12
                    ),
                ),
                ("reason", models.CharField(help_text="What was seen; never the document's number.", max_length=300)),
                ("set_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
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
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.member"
                    ),
                ),
            ],
            options={
                "db_table": "payments_member_tier",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "tier__in",
                                [
                                    pamoja.kernel.payments.rules.limits.Tier["BASIC"],
                                    pamoja.kernel.payments.rules.limits.Tier["VERIFIED"],
                                ],
                            )
                        ),
                        name="payments_member_tier_set_by_staff",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("member", models.F("set_by")), _negated=True),
                        name="payments_member_tier_by_somebody_else",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["community", "member", "-set_at"], name="payments_member_tier_newest")
                ],
            },
        ),
        IsolateByCommunity("Approval"),
        IsolateByCommunity("Freeze"),
        IsolateByCommunity("MemberTier"),
        run_sql_file(__file__, "safety.sql"),
    ]
