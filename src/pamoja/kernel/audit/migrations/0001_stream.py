"""Facts and their seals, which only ever grow."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import pamoja.foundation.clock
import pamoja.foundation.ids
import pamoja.kernel.communities.models
from pamoja.foundation.sql import run_sql_file
from pamoja.kernel.communities.public import IsolateByCommunity


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("communities", "0001_communities"),
    ]

    operations = [
        migrations.CreateModel(
            name="Fact",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sequence", models.BigIntegerField(default=0, editable=False)),
                ("at", models.DateTimeField(default=pamoja.foundation.clock.now)),
                ("name", models.CharField(max_length=80)),
                ("actor_kind", models.CharField(max_length=10)),
                (
                    "actor_id",
                    models.UUIDField(help_text="The member, else the person; empty for the system.", null=True),
                ),
                ("actor_label", models.CharField(max_length=120)),
                (
                    "subjects",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80), default=list, size=None
                    ),
                ),
                ("data", models.JSONField(default=dict)),
                ("request_id", models.CharField(blank=True, max_length=64)),
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
                "db_table": "audit_fact",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["subjects"], name="audit_fact_subjects"),
                    models.Index(fields=["community", "name", "-sequence"], name="audit_fact_by_name"),
                    models.Index(fields=["community", "-sequence"], name="audit_fact_newest"),
                ],
                "constraints": [models.UniqueConstraint(fields=("sequence",), name="audit_fact_sequence_unique")],
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveBigIntegerField()),
                ("after_sequence", models.BigIntegerField()),
                ("to_sequence", models.BigIntegerField()),
                ("facts", models.PositiveIntegerField()),
                ("digest", models.BinaryField()),
                ("sealed_at", models.DateTimeField(default=pamoja.foundation.clock.now)),
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
                "db_table": "audit_seal",
                "constraints": [
                    models.UniqueConstraint(fields=("community", "number"), name="audit_seal_number_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("to_sequence__gt", models.F("after_sequence"))),
                        name="audit_seal_covers_something",
                    ),
                ],
            },
        ),
        IsolateByCommunity("Fact"),
        IsolateByCommunity("Seal"),
        run_sql_file(__file__, "append_only.sql"),
    ]
