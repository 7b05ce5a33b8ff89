"""What people write to us, and each one's conversation."""

import django.db.models.deletion
from django.db import migrations, models

import pamoja.foundation.clock
import pamoja.foundation.fields
import pamoja.foundation.ids
import pamoja.kernel.communities.models
from pamoja.kernel.communities.public import IsolateByCommunity


class Migration(migrations.Migration):
    dependencies = [
        ("communities", "0001_communities"),
        ("identity", "0003_tries"),
        ("messaging", "0001_outbox"),
    ]

    operations = [
        migrations.CreateModel(
            name="Conversation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "profile_name",
                    pamoja.foundation.fields.EncryptedTextField(
                        help_text="What they call themselves on WhatsApp.", null=True
                    ),
                ),
                (
                    "state",
                    pamoja.foundation.fields.EncryptedTextField(
                        help_text="JSON of `rules.conversing.State`.", null=True
                    ),
                ),
                ("asked_at", models.DateTimeField(help_text="Since when they wait for a person.", null=True)),
                (
                    "unread",
                    models.PositiveIntegerField(
                        default=0, help_text="Lines of theirs that no person has seen, once asked."
                    ),
                ),
                ("spoke_at", models.DateTimeField(default=pamoja.foundation.clock.now)),
                ("created_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
                (
                    "address",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="conversation", to="messaging.address"
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
                    "taken_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.member"
                    ),
                ),
            ],
            options={
                "db_table": "messaging_conversation",
                "indexes": [models.Index(fields=["community", "-spoke_at"], name="messaging_conversation_newest")],
            },
        ),
        migrations.CreateModel(
            name="Heard",
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
                        choices=[("written", "Somebody wrote"), ("reported", "A message was reported on")],
                        max_length=10,
                    ),
                ),
                (
                    "external_id",
                    models.CharField(help_text="The provider's id, and for a report the state in it.", max_length=120),
                ),
                (
                    "sender",
                    models.BinaryField(help_text="The blind index of who wrote: theirs are understood in order."),
                ),
                ("body", pamoja.foundation.fields.EncryptedTextField()),
                ("deliveries", models.PositiveIntegerField(default=1)),
                ("received_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
                (
                    "claimed_at",
                    models.DateTimeField(help_text="By the database's clock: since when it is in hand.", null=True),
                ),
                ("understood_at", models.DateTimeField(null=True)),
                (
                    "todo",
                    pamoja.foundation.fields.EncryptedTextField(
                        help_text="JSON: what is still to be done about it.", null=True
                    ),
                ),
                ("step", models.PositiveSmallIntegerField(default=0)),
                ("done_at", models.DateTimeField(null=True)),
                ("note", models.CharField(blank=True, max_length=60)),
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
                "verbose_name_plural": "heard",
                "db_table": "messaging_heard",
                "constraints": [
                    models.UniqueConstraint(fields=("community", "kind", "external_id"), name="messaging_heard_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["written", "reported"])), name="messaging_heard_kind_known"
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at__isnull", True)),
                        fields=["community", "kind", "id"],
                        name="messaging_heard_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("done_at__isnull", True)),
                        fields=["community", "sender", "id"],
                        name="messaging_heard_of_sender",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "by",
                    models.CharField(
                        choices=[("them", "Them"), ("assistant", "The assistant"), ("person", "One of us")],
                        max_length=10,
                    ),
                ),
                ("text", pamoja.foundation.fields.EncryptedTextField()),
                ("options", models.JSONField(default=list, help_text="The titles that could be chosen.")),
                ("at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
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
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="messaging.conversation"
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="messaging.message"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.member"
                    ),
                ),
            ],
            options={
                "db_table": "messaging_line",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("by__in", ["them", "assistant", "person"])), name="messaging_line_by_known"
                    )
                ],
                "indexes": [models.Index(fields=["conversation", "-id"], name="messaging_line_newest")],
            },
        ),
        IsolateByCommunity("Heard"),
        IsolateByCommunity("Conversation"),
        IsolateByCommunity("Line"),
    ]
