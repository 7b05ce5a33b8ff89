"""The outbox, which only moves forward; who may be reached, where, and how; what was heard of it."""

import datetime as dt
import uuid

import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models

import pamoja.foundation.clock
import pamoja.foundation.fields
import pamoja.foundation.ids
import pamoja.kernel.communities.models
import pamoja.kernel.messaging.models.outbox
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
            name="Pace",
            fields=[
                ("sender", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("free_at", models.DateTimeField()),
            ],
            options={
                "db_table": "messaging_pace",
            },
        ),
        migrations.CreateModel(
            name="Address",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("channel", models.CharField(max_length=10)),
                ("address", pamoja.foundation.fields.EncryptedTextField()),
                ("recipient", models.BinaryField(help_text="The blind index of channel and address.")),
                ("last_inbound_at", models.DateTimeField(help_text="Restarts WhatsApp's 24 hours.", null=True)),
                ("consent", models.CharField(default="unknown", max_length=10)),
                (
                    "unreachable_code",
                    models.CharField(blank=True, help_text="Why nothing more is sent here.", max_length=40),
                ),
                ("created_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
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
                "db_table": "messaging_address",
                "constraints": [
                    models.UniqueConstraint(fields=("community", "recipient"), name="messaging_address_once"),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["whatsapp", "sms"])), name="messaging_address_channel_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("consent__in", ["unknown", "in", "out"])),
                        name="messaging_address_consent_known",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["member", "channel", "-last_inbound_at"], name="messaging_address_of_member")
                ],
            },
        ),
        migrations.CreateModel(
            name="Broadcast",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("subject", models.CharField(max_length=120)),
                ("text", models.TextField(max_length=1000)),
                ("subject_sw", models.CharField(blank=True, max_length=120)),
                ("text_sw", models.TextField(blank=True, max_length=1000)),
                ("audience", models.JSONField(default=dict)),
                ("spread_minutes", models.PositiveIntegerField(default=0)),
                (
                    "fingerprint",
                    models.CharField(help_text="Of text and audience, to notice a second one like it.", max_length=64),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("running", "Going out"),
                            ("paused", "Paused"),
                            ("done", "Done"),
                            ("stopped", "Stopped"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
                ("started_at", models.DateTimeField(null=True)),
                ("paused_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.member"
                    ),
                ),
            ],
            options={
                "db_table": "messaging_broadcast",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "running", "paused", "done", "stopped"])),
                        name="messaging_broadcast_state_known",
                    )
                ],
                "indexes": [models.Index(fields=["community", "-created_at"], name="messaging_broadcast_newest")],
            },
        ),
        migrations.CreateModel(
            name="BroadcastRecipient",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("due_after_s", models.FloatField(help_text="So long after the beginning, pauses not counted.")),
                ("is_queued", models.BooleanField(default=False)),
                ("message_id", models.UUIDField(null=True)),
                (
                    "broadcast",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="recipients", to="messaging.broadcast"
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
                "db_table": "messaging_audience",
                "constraints": [
                    models.UniqueConstraint(fields=("broadcast", "member"), name="messaging_audience_once")
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_queued", False)),
                        fields=["broadcast", "due_after_s"],
                        name="messaging_audience_waiting",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentRecord",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("consent", models.CharField(max_length=10)),
                ("how", models.CharField(help_text="whatsapp, sms, page, provider or operator.", max_length=20)),
                (
                    "wording",
                    pamoja.foundation.fields.EncryptedTextField(help_text="What they wrote, or what they were shown."),
                ),
                ("at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
                (
                    "address",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="records", to="messaging.address"
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
                "db_table": "messaging_consent",
                "indexes": [models.Index(fields=["address", "-at"], name="messaging_consent_of_address")],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("channel", models.CharField(default="email", max_length=10)),
                ("kind", models.CharField(default="activity", max_length=10)),
                ("address", pamoja.foundation.fields.EncryptedTextField()),
                (
                    "recipient",
                    models.BinaryField(help_text="The blind index of channel and address: whose turn it is."),
                ),
                (
                    "fallbacks",
                    models.JSONField(default=list, help_text="The channels that are left to try when this one fails."),
                ),
                (
                    "template",
                    models.CharField(blank=True, help_text="Such as savings/contribution_due.", max_length=80),
                ),
                (
                    "data",
                    pamoja.foundation.fields.EncryptedTextField(help_text="What the template was given, as JSON."),
                ),
                ("language", models.CharField(max_length=8)),
                ("priority", models.PositiveSmallIntegerField(default=20)),
                ("dedupe_key", models.CharField(max_length=200)),
                ("subject", pamoja.foundation.fields.EncryptedTextField()),
                ("text", pamoja.foundation.fields.EncryptedTextField()),
                ("html", pamoja.foundation.fields.EncryptedTextField()),
                (
                    "content",
                    pamoja.foundation.fields.EncryptedTextField(
                        default=pamoja.kernel.messaging.models.outbox.nothing_more,
                        help_text="Buttons, rows, a medium: what is there beside the text.",
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("created_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
                ("state", models.CharField(default="queued", max_length=10)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField(help_text="By the platform's clock.")),
                (
                    "claimed_at",
                    models.DateTimeField(
                        help_text="By the database's clock, which nobody turns: since when it is being handed over.",
                        null=True,
                    ),
                ),
                (
                    "tried_at",
                    models.DateTimeField(help_text="When it was first taken up, by the platform's clock.", null=True),
                ),
                (
                    "in_doubt",
                    models.BooleanField(
                        default=False,
                        help_text="The provider may have it: it is looked up there before it is handed over again.",
                    ),
                ),
                ("sent_at", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "provider_id",
                    models.CharField(
                        blank=True, help_text="What the provider answered when it took it.", max_length=200
                    ),
                ),
                ("error_code", models.CharField(blank=True, max_length=40)),
                ("error", models.CharField(blank=True, max_length=300)),
                (
                    "community",
                    models.ForeignKey(
                        default=pamoja.kernel.messaging.models.outbox.community_if_entered,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="communities.community",
                    ),
                ),
                (
                    "place",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce(
                            "community", models.Value(uuid.UUID(int=0))
                        ),
                        help_text="The community, or zeros for the installation itself: rows are found and kept apart by it.",
                        output_field=models.UUIDField(),
                    ),
                ),
                (
                    "instead_of",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="messaging.message"
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
                "db_table": "messaging_message",
                "constraints": [
                    models.UniqueConstraint(fields=("place", "dedupe_key"), name="messaging_message_sent_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["queued", "sending", "sent", "delivered", "read", "failed", "given_up", "withheld"],
                            )
                        ),
                        name="messaging_message_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["email", "whatsapp", "sms", "push"])),
                        name="messaging_message_channel_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["security", "reply", "money", "reminder", "activity", "lesson", "news"])
                        ),
                        name="messaging_message_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("priority__in", [0, 5, 10, 20, 30])),
                        name="messaging_message_priority_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("state__in", ["queued", "sending"]), _negated=True),
                                ("sent_at__isnull", True),
                                _connector="OR",
                            ),
                            models.Q(
                                models.Q(("state__in", ["sent", "delivered", "read"]), _negated=True),
                                ("sent_at__isnull", False),
                                _connector="OR",
                            ),
                        ),
                        name="messaging_message_sent_at_when_sent",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["queued", "sending"])),
                        fields=["place", "channel", "priority", "next_attempt_at", "id"],
                        name="messaging_message_unfinished",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["queued", "sending"])),
                        fields=["next_attempt_at"],
                        name="messaging_message_due",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["queued", "sending"])),
                        fields=["recipient", "priority", "due_at", "id"],
                        name="messaging_message_lane",
                    ),
                    models.Index(
                        condition=models.Q(("sent_at__isnull", False)),
                        fields=["recipient", "sent_at"],
                        name="messaging_message_handed",
                    ),
                    models.Index(
                        condition=models.Q(("provider_id", ""), _negated=True),
                        fields=["provider_id"],
                        name="messaging_message_provider",
                    ),
                    models.Index(fields=["member", "-created_at"], name="messaging_message_of_member"),
                    models.Index(fields=["place", "-created_at"], name="messaging_message_newest"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeliveryReport",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("provider_id", models.CharField(max_length=200)),
                ("said", models.CharField(max_length=30)),
                ("error_code", models.CharField(blank=True, max_length=40)),
                ("at", models.DateTimeField(default=pamoja.foundation.clock.now)),
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
                    "message",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="messaging.message",
                    ),
                ),
            ],
            options={
                "db_table": "messaging_delivery_report",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("community", "provider_id", "said", "error_code"), name="messaging_delivery_report_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=10)),
                ("dedupe_key", models.CharField(max_length=200)),
                ("subject", pamoja.foundation.fields.EncryptedTextField()),
                ("text", pamoja.foundation.fields.EncryptedTextField()),
                ("url", models.CharField(blank=True, help_text="What it is about.", max_length=300)),
                ("action", models.CharField(blank=True, help_text="What the button there says.", max_length=60)),
                ("created_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
                ("shown_from", models.DateTimeField(help_text="When it is due.")),
                ("read_at", models.DateTimeField(null=True)),
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
                "db_table": "messaging_notification",
                "constraints": [
                    models.UniqueConstraint(fields=("community", "dedupe_key"), name="messaging_notification_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["security", "reply", "money", "reminder", "activity", "lesson", "news"])
                        ),
                        name="messaging_notification_kind_known",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["member", "-shown_from", "-id"], name="messaging_notification_newest"),
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)),
                        fields=["member"],
                        name="messaging_notification_unread",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "first",
                    models.CharField(
                        blank=True, help_text="The channel to try first; empty: the usual order.", max_length=10
                    ),
                ),
                ("muted", models.JSONField(default=dict, help_text='Channels by kind, such as {"news": ["sms"]}.')),
                ("is_quiet_at_night", models.BooleanField(default=True)),
                ("quiet_from", models.TimeField(default=dt.time(21, 0))),
                ("quiet_until", models.TimeField(default=dt.time(7, 0))),
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
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.member"
                    ),
                ),
            ],
            options={
                "db_table": "messaging_preference",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first__in", ["", "email", "whatsapp", "sms"])),
                        name="messaging_preference_first_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProviderContent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "fingerprint",
                    models.CharField(help_text="Of everything in it: other words are another content.", max_length=64),
                ),
                ("name", models.CharField(max_length=120)),
                ("language", models.CharField(max_length=8)),
                ("body", models.TextField(help_text="With {{1}} for what differs.")),
                ("samples", models.JSONField(default=list)),
                ("provider_id", models.CharField(blank=True, max_length=64)),
                ("approval", models.CharField(default="unsubmitted", max_length=20)),
                ("rejection", models.CharField(blank=True, max_length=300)),
                (
                    "submissions",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="How often it was submitted after a refusal."
                    ),
                ),
                ("created_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
                ("checked_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "messaging_provider_content",
                "constraints": [
                    models.UniqueConstraint(fields=("fingerprint",), name="messaging_provider_content_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="PushSubscription",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("endpoint", pamoja.foundation.fields.EncryptedTextField()),
                ("endpoint_index", models.BinaryField()),
                ("keys", pamoja.foundation.fields.EncryptedTextField(help_text="JSON: p256dh and auth.")),
                ("browser", models.CharField(blank=True, max_length=80)),
                ("created_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
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
                "db_table": "messaging_push_subscription",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("community", "endpoint_index"), name="messaging_push_subscription_once"
                    )
                ],
                "indexes": [models.Index(fields=["member"], name="messaging_push_subscription_of")],
            },
        ),
        IsolateByCommunity("Address"),
        IsolateByCommunity("ConsentRecord"),
        IsolateByCommunity("Preference"),
        IsolateByCommunity("PushSubscription"),
        IsolateByCommunity("Notification"),
        IsolateByCommunity("DeliveryReport"),
        IsolateByCommunity("Broadcast"),
        IsolateByCommunity("BroadcastRecipient"),
        run_sql_file(__file__, "outbox.sql"),
        run_sql_file(__file__, "handing_over.sql"),
    ]
