"""Circles, places, rounds and contributions, with what the database refuses, and the views that sum them up."""

import django.db.models.constraints
import django.db.models.deletion
from django.db import migrations, models

import pamoja.foundation.clock
import pamoja.foundation.fields
import pamoja.foundation.ids
import pamoja.kernel.communities.models
import pamoja.products.savings.rules.invitations
from pamoja.foundation.sql import run_sql_file
from pamoja.kernel.communities.public import IsolateByCommunity


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("communities", "0001_communities"),
        ("identity", "0003_tries"),
    ]

    operations = [
        migrations.CreateModel(
            name="Circle",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("description", models.CharField(blank=True, max_length=500)),
                ("rules_text", models.TextField(blank=True, help_text="In the circle's own words.", max_length=4000)),
                ("rules_version", models.PositiveIntegerField(default=1)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=8)),
                (
                    "frequency",
                    models.CharField(choices=[("weekly", "Every week"), ("monthly", "Every month")], max_length=10),
                ),
                (
                    "turns",
                    models.PositiveSmallIntegerField(default=1, help_text="How many times every member receives."),
                ),
                ("members_max", models.PositiveSmallIntegerField()),
                (
                    "visibility",
                    models.CharField(
                        choices=[("private", "By invitation"), ("open", "Listed, and anybody may ask to join")],
                        default="private",
                        max_length=10,
                    ),
                ),
                (
                    "order_by",
                    models.CharField(
                        choices=[("draw", "Drawn by lot"), ("manual", "Set by the organiser")],
                        default="draw",
                        max_length=10,
                    ),
                ),
                ("allows_swaps", models.BooleanField(default=True)),
                ("first_due_on", models.DateField()),
                ("time_zone", models.CharField(max_length=40)),
                ("late_fee_minor", models.BigIntegerField(default=0)),
                ("grace_days", models.PositiveSmallIntegerField(default=3)),
                (
                    "shortfall_rule",
                    models.CharField(
                        choices=[
                            ("wait", "The pot waits until everybody has paid"),
                            (
                                "pay_what_is_in",
                                "After some days the recipient gets what is in, and arrears as they come",
                            ),
                        ],
                        default="wait",
                        max_length=20,
                    ),
                ),
                ("shortfall_after_days", models.PositiveSmallIntegerField(default=7)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("gathering", "Gathering members"),
                            ("running", "Running"),
                            ("paused", "Paused"),
                            ("completed", "Completed"),
                            ("ended", "Ended early"),
                        ],
                        default="gathering",
                        max_length=10,
                    ),
                ),
                (
                    "rounds_total",
                    models.PositiveSmallIntegerField(help_text="Members times turns, fixed at the start.", null=True),
                ),
                ("periods_moved", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
                ("started_at", models.DateTimeField(null=True)),
                ("paused_at", models.DateTimeField(null=True)),
                ("over_at", models.DateTimeField(null=True)),
                ("status_reason", models.CharField(blank=True, max_length=300)),
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
                "db_table": "savings_circle",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0), ("amount_minor__lte", 1000000000000)),
                        name="savings_circle_amount_sensible",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("late_fee_minor__gte", 0), ("late_fee_minor__lte", models.F("amount_minor"))
                        ),
                        name="savings_circle_late_fee_at_most_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("members_max__gte", 2), ("members_max__lte", 100)),
                        name="savings_circle_members_max_sensible",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("turns__gte", 1), ("turns__lte", 12)), name="savings_circle_turns_sensible"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("grace_days__lte", 28), ("shortfall_after_days__lte", 28)),
                        name="savings_circle_days_sensible",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("frequency__in", ["weekly", "monthly"])),
                        name="savings_circle_frequency_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("visibility__in", ["private", "open"]),
                            ("order_by__in", ["draw", "manual"]),
                            ("shortfall_rule__in", ["wait", "pay_what_is_in"]),
                        ),
                        name="savings_circle_choices_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["gathering", "running", "paused", "completed", "ended"])),
                        name="savings_circle_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("rounds_total", None), ("started_at", None), ("status", "gathering")),
                            models.Q(
                                ("rounds_total__gt", 0),
                                ("started_at__isnull", False),
                                ("status__in", ["running", "paused", "completed"]),
                            ),
                            models.Q(("rounds_total", None), ("started_at", None), ("status", "ended")),
                            models.Q(("rounds_total__gt", 0), ("started_at__isnull", False), ("status", "ended")),
                            _connector="OR",
                        ),
                        name="savings_circle_started_once_running",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("paused_at__isnull", False), ("status", "paused")),
                            models.Q(models.Q(("status", "paused"), _negated=True), ("paused_at", None)),
                            _connector="OR",
                        ),
                        name="savings_circle_paused_while_paused",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("over_at__isnull", False), ("status__in", ["completed", "ended"])),
                            models.Q(
                                models.Q(("status__in", ["completed", "ended"]), _negated=True), ("over_at", None)
                            ),
                            _connector="OR",
                        ),
                        name="savings_circle_over_when_over",
                    ),
                    models.UniqueConstraint(
                        fields=("community", "id", "amount_minor", "currency"), name="savings_circle_terms_unique"
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "gathering"), ("visibility", "open")),
                        fields=["community", "-created_at"],
                        name="savings_circle_discoverable",
                    ),
                    models.Index(fields=["community", "status"], name="savings_circle_by_status"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CircleMember",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("organiser", "Organiser"), ("treasurer", "Treasurer"), ("member", "Member")],
                        default="member",
                        max_length=10,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "Asked to join"),
                            ("joined", "In the circle"),
                            ("declined", "Not let in"),
                            ("left", "Left"),
                            ("removed", "Removed"),
                        ],
                        default="joined",
                        max_length=10,
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(null=True)),
                ("rules_version_accepted", models.PositiveIntegerField(null=True)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("pays_automatically", models.BooleanField(default=True)),
                (
                    "receives_on",
                    models.CharField(
                        choices=[("wallet", "In the wallet"), ("phone", "On the phone, by mobile money")],
                        default="wallet",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField(default=pamoja.foundation.clock.now)),
                ("joined_at", models.DateTimeField(null=True)),
                ("gone_at", models.DateTimeField(null=True)),
                (
                    "circle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="seats", to="savings.circle"
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
                "db_table": "savings_circle_member",
                "constraints": [
                    models.UniqueConstraint(fields=("circle", "member"), name="savings_circle_member_once"),
                    models.UniqueConstraint(
                        deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                        fields=("circle", "position"),
                        name="savings_circle_member_position_unique",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("role", "organiser"), ("status", "joined")),
                        fields=("circle",),
                        name="savings_circle_member_one_organiser",
                    ),
                    models.UniqueConstraint(fields=("circle", "id"), name="savings_circle_member_in_circle_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("position", None), models.Q(("position__gte", 1), ("status", "joined")), _connector="OR"
                        ),
                        name="savings_circle_member_position_of_joined",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("role__in", ["organiser", "treasurer", "member"]),
                            ("status__in", ["asked", "joined", "declined", "left", "removed"]),
                            ("receives_on__in", ["wallet", "phone"]),
                        ),
                        name="savings_circle_member_choices_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "joined"), _negated=True),
                            models.Q(
                                ("accepted_at__isnull", False),
                                ("gone_at", None),
                                ("joined_at__isnull", False),
                                ("rules_version_accepted__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="savings_circle_member_joined_by_accepting",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["left", "removed"]), _negated=True),
                            ("gone_at__gte", models.F("joined_at")),
                            _connector="OR",
                        ),
                        name="savings_circle_member_gone_after_joining",
                    ),
                ],
                "indexes": [models.Index(fields=["member", "status"], name="savings_circle_member_of")],
            },
        ),
        migrations.CreateModel(
            name="Draw",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(default=1)),
                ("commitment", models.CharField(max_length=64)),
                ("committed_at", models.DateTimeField(default=pamoja.foundation.clock.now)),
                ("sealed_seed", pamoja.foundation.fields.EncryptedTextField()),
                ("seed", models.CharField(help_text="Published with the draw.", max_length=64, null=True)),
                ("member_ids", models.JSONField(default=list)),
                ("order", models.JSONField(default=list)),
                ("drawn_at", models.DateTimeField(null=True)),
                ("voided_at", models.DateTimeField(null=True)),
                (
                    "circle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="draws", to="savings.circle"
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
                "db_table": "savings_draw",
                "constraints": [
                    models.UniqueConstraint(fields=("circle", "number"), name="savings_draw_number_unique"),
                    models.UniqueConstraint(
                        condition=models.Q(("voided_at", None)), fields=("circle",), name="savings_draw_one_that_holds"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("drawn_at", None), ("seed", None)),
                            models.Q(("drawn_at__gte", models.F("committed_at")), ("seed__isnull", False)),
                            _connector="OR",
                        ),
                        name="savings_draw_published_when_drawn",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.CharField(default=pamoja.products.savings.rules.invitations.new_code, max_length=12)),
                (
                    "email",
                    models.EmailField(
                        blank=True, help_text="To whom it was sent; empty for a code to pass on.", max_length=254
                    ),
                ),
                ("created_at", models.DateTimeField(default=pamoja.foundation.clock.now)),
                ("expires_at", models.DateTimeField()),
                ("uses_max", models.PositiveSmallIntegerField(default=1)),
                ("uses", models.PositiveSmallIntegerField(default=0)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "circle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="invitations", to="savings.circle"
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
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="savings.circlemember"
                    ),
                ),
            ],
            options={
                "db_table": "savings_invitation",
                "constraints": [
                    models.UniqueConstraint(fields=("community", "code"), name="savings_invitation_code_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))),
                        name="savings_invitation_expires_after_made",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("uses__lte", models.F("uses_max")), ("uses_max__gte", 1), ("uses_max__lte", 100)
                        ),
                        name="savings_invitation_uses_at_most",
                    ),
                ],
                "indexes": [models.Index(fields=["circle", "-created_at"], name="savings_invitation_of_circle")],
            },
        ),
        migrations.CreateModel(
            name="PositionSwap",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("asker_position", models.PositiveSmallIntegerField()),
                ("other_position", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Waiting for an answer"),
                            ("consented", "Swapped"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                            ("expired", "Expired"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField(default=pamoja.foundation.clock.now)),
                ("expires_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("consented_in", models.BigIntegerField(editable=False, null=True)),
                (
                    "asker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="savings.circlemember"
                    ),
                ),
                (
                    "circle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="swaps", to="savings.circle"
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
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="savings.circlemember"
                    ),
                ),
            ],
            options={
                "db_table": "savings_position_swap",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")),
                        fields=("asker",),
                        name="savings_position_swap_one_asked",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")),
                        fields=("other",),
                        name="savings_position_swap_one_to_answer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("asker", models.F("other")), _negated=True),
                            models.Q(("asker_position", models.F("other_position")), _negated=True),
                        ),
                        name="savings_position_swap_between_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "asked")),
                            models.Q(
                                ("state__in", ["consented", "refused", "withdrawn", "expired"]),
                                ("decided_at__gte", models.F("asked_at")),
                            ),
                            _connector="OR",
                        ),
                        name="savings_position_swap_decided_when_answered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("asked_at"))),
                        name="savings_position_swap_expires_after_asked",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "asked")), fields=["expires_at"], name="savings_position_swap_open"
                    ),
                    models.Index(fields=["circle", "-asked_at"], name="savings_position_swap_history"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("scheduled", "To come"),
                            ("open", "Open"),
                            ("paid_out", "Paid out"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="scheduled",
                        max_length=10,
                    ),
                ),
                ("opens_at", models.DateTimeField()),
                ("due_on", models.DateField()),
                ("due_at", models.DateTimeField()),
                (
                    "shortfall_at",
                    models.DateTimeField(help_text="When what is in goes out; empty where the pot waits.", null=True),
                ),
                ("paid_out_at", models.DateTimeField(null=True)),
                (
                    "circle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rounds", to="savings.circle"
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
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="savings.circlemember"
                    ),
                ),
            ],
            options={
                "db_table": "savings_round",
                "ordering": ["circle", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("circle", "number"), name="savings_round_number_unique"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "cancelled"), _negated=True),
                        fields=("circle", "due_on"),
                        name="savings_round_due_day_unique",
                    ),
                    models.UniqueConstraint(fields=("circle", "id"), name="savings_round_in_circle_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)), name="savings_round_counts_from_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gt", models.F("opens_at"))), name="savings_round_opens_before_due"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("shortfall_at", None), ("shortfall_at__gte", models.F("due_at")), _connector="OR"
                        ),
                        name="savings_round_shortfall_after_due",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["scheduled", "open", "paid_out", "cancelled"])),
                        name="savings_round_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("paid_out_at__isnull", False), ("state", "paid_out")),
                            models.Q(models.Q(("state", "paid_out"), _negated=True), ("paid_out_at", None)),
                            _connector="OR",
                        ),
                        name="savings_round_paid_out_when_paid_out",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "scheduled")), fields=["opens_at"], name="savings_round_to_open"
                    ),
                    models.Index(
                        condition=models.Q(("shortfall_at__isnull", False), ("state", "open")),
                        fields=["shortfall_at"],
                        name="savings_round_short",
                    ),
                    models.Index(fields=["recipient"], name="savings_round_recipient"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Contribution",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=8)),
                ("late_fee_minor", models.BigIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("due", "Due"),
                            ("overdue", "Overdue"),
                            ("paid", "Paid"),
                            ("forgiven", "Forgiven"),
                            ("refunded", "Refunded"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="due",
                        max_length=10,
                    ),
                ),
                ("opened_at", models.DateTimeField(default=pamoja.foundation.clock.now)),
                ("due_at", models.DateTimeField()),
                (
                    "fee_due_at",
                    models.DateTimeField(help_text="When a late fee is added; empty where there is none.", null=True),
                ),
                ("remind_at", models.DateTimeField(null=True)),
                (
                    "late_reminders",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="How often the member was told that it is late."
                    ),
                ),
                ("collect_at", models.DateTimeField(null=True)),
                ("paid_at", models.DateTimeField(null=True)),
                (
                    "closed_at",
                    models.DateTimeField(help_text="When it was forgiven, refunded or cancelled.", null=True),
                ),
                ("entry_id", models.UUIDField(help_text="The ledger's entry that moved the money.", null=True)),
                ("payment_key", models.CharField(max_length=200, null=True)),
                (
                    "collecting",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Nothing under way"),
                            ("asked", "Waiting for the phone"),
                            ("failed", "Did not go through"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("collection_id", models.UUIDField(null=True)),
                ("collecting_message", models.CharField(blank=True, max_length=300)),
                ("collections", models.PositiveSmallIntegerField(default=0, help_text="How often a phone was asked.")),
                (
                    "circle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="savings.circle"
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
                    "seat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contributions",
                        to="savings.circlemember",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contributions", to="savings.round"
                    ),
                ),
            ],
            options={
                "db_table": "savings_contribution",
                "constraints": [
                    models.UniqueConstraint(fields=("round", "seat"), name="savings_contribution_once_a_round"),
                    models.UniqueConstraint(fields=("seat", "payment_key"), name="savings_contribution_key_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount_minor__gt", 0), ("amount_minor__lte", 1000000000000), ("late_fee_minor__gte", 0)
                        ),
                        name="savings_contribution_amounts_sensible",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["due", "overdue", "paid", "forgiven", "refunded", "cancelled"])
                        ),
                        name="savings_contribution_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("due_at__gt", models.F("opened_at")),
                            models.Q(("fee_due_at", None), ("fee_due_at__gte", models.F("due_at")), _connector="OR"),
                        ),
                        name="savings_contribution_dates_logical",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("entry_id__isnull", False),
                                ("paid_at__gte", models.F("opened_at")),
                                ("state__in", ["paid", "refunded"]),
                            ),
                            models.Q(
                                models.Q(("state__in", ["paid", "refunded"]), _negated=True),
                                ("entry_id", None),
                                ("paid_at", None),
                            ),
                            _connector="OR",
                        ),
                        name="savings_contribution_paid_when_paid",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__gte", models.F("opened_at")),
                                ("state__in", ["forgiven", "refunded", "cancelled"]),
                            ),
                            models.Q(
                                models.Q(("state__in", ["forgiven", "refunded", "cancelled"]), _negated=True),
                                ("closed_at", None),
                            ),
                            _connector="OR",
                        ),
                        name="savings_contribution_closed_when_closed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("collecting__in", ["", "failed"]),
                            models.Q(("collecting", "asked"), ("collection_id__isnull", False)),
                            _connector="OR",
                        ),
                        name="savings_contribution_collecting_known",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["due", "overdue"])),
                        fields=["remind_at"],
                        name="savings_contribution_to_remind",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["due", "overdue"])),
                        fields=["collect_at"],
                        name="savings_contribution_to_ask",
                    ),
                    models.Index(
                        condition=models.Q(("state", "due")), fields=["due_at"], name="savings_contribution_passing"
                    ),
                    models.Index(
                        condition=models.Q(("late_fee_minor", 0), ("state", "overdue")),
                        fields=["fee_due_at"],
                        name="savings_contribution_to_fine",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["due", "overdue"])),
                        fields=["seat", "due_at"],
                        name="savings_contribution_owed_by",
                    ),
                    models.Index(fields=["circle", "-paid_at"], name="savings_contribution_history"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RoundPayout",
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
                        choices=[("pot", "The pot"), ("arrears", "Arrears")], default="pot", max_length=10
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=8)),
                ("entry_id", models.UUIDField()),
                ("paid_at", models.DateTimeField(default=pamoja.foundation.clock.now)),
                (
                    "sending",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "In the wallet"),
                            ("asked", "On its way to the phone"),
                            ("sent", "Arrived on the phone"),
                            ("failed", "Stayed in the wallet"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("payout_id", models.UUIDField(null=True)),
                ("sending_message", models.CharField(blank=True, max_length=300)),
                (
                    "circle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="savings.circle"
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
                    "contribution",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="savings.contribution",
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payouts", to="savings.circlemember"
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payouts", to="savings.round"
                    ),
                ),
            ],
            options={
                "db_table": "savings_round_payout",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "pot")),
                        fields=("round",),
                        name="savings_round_payout_one_pot_a_round",
                    ),
                    models.UniqueConstraint(fields=("contribution",), name="savings_round_payout_arrears_once"),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="savings_round_payout_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("contribution", None), ("kind", "pot")),
                            models.Q(("contribution__isnull", False), ("kind", "arrears")),
                            _connector="OR",
                        ),
                        name="savings_round_payout_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sending", ""), ("sending__in", ["asked", "sent", "failed"]), _connector="OR"
                        ),
                        name="savings_round_payout_sending_known",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["recipient", "-paid_at"], name="savings_round_payout_of"),
                    models.Index(fields=["circle", "-paid_at"], name="savings_round_payout_history"),
                ],
            },
        ),
        IsolateByCommunity("Circle"),
        IsolateByCommunity("CircleMember"),
        IsolateByCommunity("Invitation"),
        IsolateByCommunity("Draw"),
        IsolateByCommunity("PositionSwap"),
        IsolateByCommunity("Round"),
        IsolateByCommunity("Contribution"),
        IsolateByCommunity("RoundPayout"),
        run_sql_file(__file__, "guards.sql"),
        run_sql_file(__file__, "views.sql"),
    ]
