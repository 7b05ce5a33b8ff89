"""Who is here now: a table that a crash of the database may empty."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import pamoja.kernel.communities.models
from pamoja.kernel.communities.public import IsolateByCommunity


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("communities", "0001_communities"),
        ("identity", "0003_tries"),
    ]

    operations = [
        migrations.CreateModel(
            name="Presence",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("topic", models.CharField(max_length=130)),
                ("process_id", models.UUIDField()),
                ("came_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.member"
                    ),
                ),
            ],
            options={
                "db_table": "live_presence",
                "indexes": [models.Index(fields=["community", "seen_at"], name="live_presence_by_seen")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("community", "topic", "member", "process_id"), name="live_presence_once_a_process"
                    )
                ],
            },
        ),
        migrations.RunSQL("ALTER TABLE live_presence SET UNLOGGED", "ALTER TABLE live_presence SET LOGGED"),
        IsolateByCommunity("Presence"),
    ]
