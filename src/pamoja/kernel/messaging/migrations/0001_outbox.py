"""The outbox, which only moves forward."""

import django.db.models.deletion
from django.db import migrations, models

import pamoja.foundation.clock
import pamoja.foundation.fields
import pamoja.foundation.ids
import pamoja.kernel.messaging.models
from pamoja.foundation.sql import run_sql_file


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("communities", "0001_communities"),
        ("identity", "0002_profiles"),
    ]

    operations = [
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
                ("address", pamoja.foundation.fields.EncryptedTextField()),
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
                ("sent_at", models.DateTimeField(null=True)),
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
                        default=pamoja.kernel.messaging.models.community_if_entered,
                        editable=False,
                        null=True,
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
                "db_table": "messaging_message",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["queued", "sending"])),
                        fields=["priority", "next_attempt_at", "id"],
                        name="messaging_message_unfinished",
                    ),
                    models.Index(fields=["member", "-created_at"], name="messaging_message_of_member"),
                    models.Index(fields=["community", "-created_at"], name="messaging_message_newest"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("community", "dedupe_key"), name="messaging_message_sent_once", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "sending", "sent", "failed", "given_up"])),
                        name="messaging_message_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel", "email")), name="messaging_message_channel_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("priority__in", [0, 10, 20])), name="messaging_message_priority_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sent_at__isnull", False), ("state", "sent")),
                            models.Q(models.Q(("state", "sent"), _negated=True), ("sent_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="messaging_message_sent_at_when_sent",
                    ),
                ],
            },
        ),
        run_sql_file(__file__, "outbox.sql"),
    ]
