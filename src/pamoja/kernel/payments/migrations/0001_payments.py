"""Collections, attempts, payouts and the inbox of webhooks; states that move only as the rules allow."""

import django.db.models.deletion
from django.db import migrations, models

import pamoja.foundation.clock
import pamoja.foundation.fields
import pamoja.foundation.ids
import pamoja.kernel.communities.models
import pamoja.kernel.payments.rules.states
from pamoja.foundation.sql import run_sql_file
from pamoja.kernel.communities.public import IsolateByCommunity


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("communities", "0001_communities"),
        ("identity", "0002_profiles"),
    ]

    operations = [
        migrations.CreateModel(
            name="Collection",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("rail", models.CharField(max_length=20)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=8)),
                (
                    "purpose",
                    models.CharField(
                        help_text="What for, in the asker's words: savings.contribution:<uuid>.", max_length=120
                    ),
                ),
                ("key", models.CharField(max_length=200)),
                ("phone", pamoja.foundation.fields.EncryptedTextField(help_text="For a rail that asks one.")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("intended", "Intended"),
                            ("submitted", "Submitted"),
                            ("failed", "Failed"),
                            ("confirmed", "Confirmed"),
                            ("given_up", "Given up"),
                            ("expired", "Expired"),
                            ("review", "Review"),
                        ],
                        default=pamoja.kernel.payments.rules.states.CollectionState["INTENDED"],
                        max_length=12,
                    ),
                ),
                (
                    "is_attended",
                    models.BooleanField(default=False, help_text="The member is here for the next attempt."),
                ),
                ("attempts_max", models.PositiveSmallIntegerField()),
                ("next_attempt_at", models.DateTimeField(default=pamoja.foundation.clock.now, null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("reason_code", models.CharField(blank=True, max_length=40)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("requested_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
                ("confirmed_at", models.DateTimeField(null=True)),
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
                "db_table": "payments_collection",
                "constraints": [
                    models.UniqueConstraint(fields=("community", "key"), name="payments_collection_key_unique"),
                    models.UniqueConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                (
                                    pamoja.kernel.payments.rules.states.CollectionState["INTENDED"],
                                    pamoja.kernel.payments.rules.states.CollectionState["SUBMITTED"],
                                    pamoja.kernel.payments.rules.states.CollectionState["FAILED"],
                                    pamoja.kernel.payments.rules.states.CollectionState["REVIEW"],
                                ),
                            )
                        ),
                        fields=("community", "member", "purpose"),
                        name="payments_collection_one_open_a_purpose",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="payments_collection_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("attempts_max__gte", 1)), name="payments_collection_attempts_some"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["intended", "submitted", "failed", "confirmed", "given_up", "expired", "review"],
                            )
                        ),
                        name="payments_collection_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("next_attempt_at__isnull", False),
                                (
                                    "state__in",
                                    [
                                        pamoja.kernel.payments.rules.states.CollectionState["INTENDED"],
                                        pamoja.kernel.payments.rules.states.CollectionState["FAILED"],
                                    ],
                                ),
                            ),
                            models.Q(
                                models.Q(
                                    (
                                        "state__in",
                                        [
                                            pamoja.kernel.payments.rules.states.CollectionState["INTENDED"],
                                            pamoja.kernel.payments.rules.states.CollectionState["FAILED"],
                                        ],
                                    ),
                                    _negated=True,
                                ),
                                ("next_attempt_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="payments_collection_next_attempt_if_waiting",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("state", pamoja.kernel.payments.rules.states.CollectionState["CONFIRMED"]),
                            ),
                            models.Q(
                                models.Q(
                                    ("state", pamoja.kernel.payments.rules.states.CollectionState["CONFIRMED"]),
                                    _negated=True,
                                ),
                                ("confirmed_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="payments_collection_confirmed_has_time",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["community", "member", "-requested_at"], name="payments_collection_of_member"),
                    models.Index(fields=["community", "-requested_at"], name="payments_collection_newest"),
                    models.Index(fields=["community", "purpose"], name="payments_collection_purpose"),
                    models.Index(
                        condition=models.Q(("next_attempt_at__isnull", False)),
                        fields=["community", "next_attempt_at"],
                        name="payments_collection_due",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CollectionAttempt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("rail", models.CharField(max_length=20)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("created", "Created"),
                            ("sent", "Sent"),
                            ("accepted", "Accepted"),
                            ("paid", "Paid"),
                            ("failed", "Failed"),
                            ("expired", "Expired"),
                            ("review", "Review"),
                        ],
                        default=pamoja.kernel.payments.rules.states.AttemptState["CREATED"],
                        max_length=12,
                    ),
                ),
                ("began_at", models.DateTimeField(default=pamoja.foundation.clock.now)),
                ("was_shown", models.BooleanField(default=True, help_text="Not, when the rail refused at its gate.")),
                (
                    "is_attended",
                    models.BooleanField(default=False, help_text="The member was here to confirm with their bank."),
                ),
                (
                    "action_url",
                    models.CharField(
                        blank=True, help_text="Where the member confirms with their bank.", max_length=600
                    ),
                ),
                ("checkout_request_id", models.CharField(max_length=100, null=True)),
                ("merchant_request_id", models.CharField(blank=True, max_length=100)),
                ("result_code", models.CharField(blank=True, max_length=40)),
                ("result_text", models.CharField(blank=True, max_length=300)),
                ("receipt", models.CharField(max_length=40, null=True)),
                ("entry_id", models.UUIDField(null=True)),
                ("next_query_at", models.DateTimeField(null=True)),
                ("queries_made", models.PositiveSmallIntegerField(default=0)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "doubt",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", ""),
                            ("amount", "Amount"),
                            ("receipt", "Receipt"),
                            ("result", "Result"),
                            ("silence", "Silence"),
                            ("surplus", "Surplus"),
                            ("late", "Late"),
                            ("refused", "Refused"),
                        ],
                        max_length=12,
                    ),
                ),
                ("resolved_at", models.DateTimeField(null=True)),
                ("resolution", models.CharField(blank=True, max_length=300)),
                (
                    "collection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="payments.collection"
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
                "db_table": "payments_attempt",
                "constraints": [
                    models.UniqueConstraint(fields=("collection", "number"), name="payments_attempt_number_unique"),
                    models.UniqueConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                (
                                    pamoja.kernel.payments.rules.states.AttemptState["CREATED"],
                                    pamoja.kernel.payments.rules.states.AttemptState["SENT"],
                                    pamoja.kernel.payments.rules.states.AttemptState["ACCEPTED"],
                                ),
                            )
                        ),
                        fields=("collection",),
                        name="payments_attempt_one_open",
                    ),
                    models.UniqueConstraint(
                        fields=("rail", "checkout_request_id"), name="payments_attempt_checkout_unique"
                    ),
                    models.UniqueConstraint(fields=("rail", "receipt"), name="payments_attempt_receipt_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["created", "sent", "accepted", "paid", "failed", "expired", "review"])
                        ),
                        name="payments_attempt_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("doubt__in", ["", "amount", "receipt", "result", "silence", "surplus", "late", "refused"])
                        ),
                        name="payments_attempt_doubt_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("entry_id__isnull", False),
                                ("state", pamoja.kernel.payments.rules.states.AttemptState["PAID"]),
                            ),
                            models.Q(
                                models.Q(
                                    ("state", pamoja.kernel.payments.rules.states.AttemptState["PAID"]), _negated=True
                                ),
                                ("entry_id__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="payments_attempt_paid_is_posted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", pamoja.kernel.payments.rules.states.AttemptState["ACCEPTED"]), _negated=True
                            ),
                            ("checkout_request_id__isnull", False),
                            _connector="OR",
                        ),
                        name="payments_attempt_accepted_has_checkout",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_query_at__isnull", False)),
                        fields=["community", "next_query_at"],
                        name="payments_attempt_due",
                    ),
                    models.Index(
                        condition=models.Q(models.Q(("doubt", ""), _negated=True), ("resolved_at__isnull", True)),
                        fields=["community", "began_at"],
                        name="payments_attempt_in_doubt",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Payout",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("rail", models.CharField(max_length=20)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=8)),
                ("purpose", models.CharField(max_length=120)),
                ("key", models.CharField(max_length=200)),
                ("phone", pamoja.foundation.fields.EncryptedTextField(help_text="For a rail that sends to one.")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "Requested"),
                            ("waiting", "Waiting"),
                            ("sent", "Sent"),
                            ("accepted", "Accepted"),
                            ("confirmed", "Confirmed"),
                            ("failed", "Failed"),
                            ("review", "Review"),
                        ],
                        default=pamoja.kernel.payments.rules.states.PayoutState["REQUESTED"],
                        max_length=12,
                    ),
                ),
                ("originator_id", models.CharField(max_length=64)),
                ("conversation_id", models.CharField(max_length=100, null=True)),
                ("hold_id", models.UUIDField()),
                ("entry_id", models.UUIDField(null=True)),
                ("receipt", models.CharField(max_length=40, null=True)),
                ("submissions_made", models.PositiveSmallIntegerField(default=0)),
                (
                    "may_have_left",
                    models.BooleanField(
                        default=False, help_text="Once M-PESA may have taken it, only M-PESA can end it."
                    ),
                ),
                ("next_submission_at", models.DateTimeField(default=pamoja.foundation.clock.now, null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("next_query_at", models.DateTimeField(null=True)),
                ("queries_made", models.PositiveSmallIntegerField(default=0)),
                ("reason_code", models.CharField(blank=True, max_length=40)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("requested_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "doubt",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", ""),
                            ("amount", "Amount"),
                            ("receipt", "Receipt"),
                            ("result", "Result"),
                            ("silence", "Silence"),
                            ("surplus", "Surplus"),
                            ("late", "Late"),
                            ("refused", "Refused"),
                        ],
                        max_length=12,
                    ),
                ),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.member"
                    ),
                ),
            ],
            options={
                "db_table": "payments_payout",
                "constraints": [
                    models.UniqueConstraint(fields=("community", "key"), name="payments_payout_key_unique"),
                    models.UniqueConstraint(fields=("rail", "originator_id"), name="payments_payout_originator_unique"),
                    models.UniqueConstraint(
                        fields=("rail", "conversation_id"), name="payments_payout_conversation_unique"
                    ),
                    models.UniqueConstraint(fields=("rail", "receipt"), name="payments_payout_receipt_unique"),
                    models.UniqueConstraint(fields=("hold_id",), name="payments_payout_hold_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="payments_payout_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["requested", "waiting", "sent", "accepted", "confirmed", "failed", "review"])
                        ),
                        name="payments_payout_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("doubt__in", ["", "amount", "receipt", "result", "silence", "surplus", "late", "refused"])
                        ),
                        name="payments_payout_doubt_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("entry_id__isnull", False),
                                ("state", pamoja.kernel.payments.rules.states.PayoutState["CONFIRMED"]),
                            ),
                            models.Q(
                                models.Q(
                                    ("state", pamoja.kernel.payments.rules.states.PayoutState["CONFIRMED"]),
                                    _negated=True,
                                ),
                                ("entry_id__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="payments_payout_confirmed_is_posted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("next_submission_at__isnull", False),
                                ("state", pamoja.kernel.payments.rules.states.PayoutState["REQUESTED"]),
                            ),
                            models.Q(
                                models.Q(
                                    ("state", pamoja.kernel.payments.rules.states.PayoutState["REQUESTED"]),
                                    _negated=True,
                                ),
                                ("next_submission_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="payments_payout_next_submission_if_waiting",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["community", "member", "-requested_at"], name="payments_payout_of_member"),
                    models.Index(fields=["community", "-requested_at"], name="payments_payout_newest"),
                    models.Index(
                        condition=models.Q(("next_submission_at__isnull", False)),
                        fields=["community", "next_submission_at"],
                        name="payments_payout_due",
                    ),
                    models.Index(
                        condition=models.Q(("next_query_at__isnull", False)),
                        fields=["community", "next_query_at"],
                        name="payments_payout_to_query",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookInbox",
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
                            ("collection", "Collection"),
                            ("payout", "Payout"),
                            ("payout-late", "Payout-late"),
                            ("payout-state", "Payout-state"),
                            ("refund", "Refund"),
                            ("refund-late", "Refund-late"),
                            ("refund-state", "Refund-state"),
                            ("c2b", "C2b"),
                            ("c2b-check", "C2b-check"),
                            ("c2b-state", "C2b-state"),
                            ("event", "Event"),
                        ],
                        max_length=20,
                    ),
                ),
                ("subject_id", models.UUIDField(help_text="The attempt or payout that its address named.")),
                ("body", pamoja.foundation.fields.EncryptedTextField()),
                ("headers", models.JSONField(default=dict)),
                ("source", models.CharField(max_length=45)),
                ("is_trusted", models.BooleanField(help_text="Whether it came from an address on the allow-list.")),
                (
                    "fingerprint",
                    models.BinaryField(help_text="Keyed hash of the bytes: what comes twice is kept once."),
                ),
                ("deliveries", models.PositiveIntegerField(default=1)),
                ("received_at", models.DateTimeField(default=pamoja.foundation.clock.now)),
                ("applied_at", models.DateTimeField(null=True)),
                ("note", models.CharField(blank=True, max_length=40)),
                ("claimed_id", models.CharField(blank=True, max_length=100)),
                ("claimed_code", models.CharField(blank=True, max_length=40)),
                ("claimed_receipt", models.CharField(blank=True, max_length=40)),
                ("claimed_minor", models.BigIntegerField(null=True)),
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
                "verbose_name": "webhook",
                "verbose_name_plural": "webhook inbox",
                "db_table": "payments_inbox",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("community", "kind", "subject_id", "fingerprint"), name="payments_inbox_kept_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "collection",
                                    "payout",
                                    "payout-late",
                                    "payout-state",
                                    "refund",
                                    "refund-late",
                                    "refund-state",
                                    "c2b",
                                    "c2b-check",
                                    "c2b-state",
                                    "event",
                                ],
                            )
                        ),
                        name="payments_inbox_kind_known",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("applied_at__isnull", True)),
                        fields=["community", "received_at"],
                        name="payments_inbox_waiting",
                    ),
                    models.Index(fields=["subject_id"], name="payments_inbox_subject"),
                ],
            },
        ),
        IsolateByCommunity("Collection"),
        IsolateByCommunity("CollectionAttempt"),
        IsolateByCommunity("Payout"),
        IsolateByCommunity("WebhookInbox"),
        run_sql_file(__file__, "moves.sql"),
    ]
