"""The board of a circle: posts, files and how far each member has read."""

import django.db.models.deletion
from django.db import migrations, models

import pamoja.foundation.clock
import pamoja.foundation.ids
import pamoja.kernel.communities.models
from pamoja.kernel.communities.public import IsolateByCommunity


class Migration(migrations.Migration):
    dependencies = [
        ("communities", "0001_communities"),
        ("identity", "0003_tries"),
        ("savings", "0001_circles"),
    ]

    operations = [
        migrations.CreateModel(
            name="BoardPost",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("body", models.TextField(blank=True)),
                ("is_announcement", models.BooleanField(default=False)),
                ("is_pinned", models.BooleanField(default=False)),
                ("posted_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
                ("hidden_at", models.DateTimeField(null=True)),
                ("hidden_reason", models.CharField(blank=True, max_length=200)),
                ("taken_back_at", models.DateTimeField(null=True)),
                (
                    "answers",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replies",
                        to="savings.boardpost",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.member"
                    ),
                ),
                (
                    "circle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="posts", to="savings.circle"
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
                    "hidden_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.member"
                    ),
                ),
            ],
            options={
                "db_table": "savings_board_post",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("answers", None), ("is_announcement", False), _connector="OR"),
                        name="savings_board_post_announcement_on_its_own",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("is_pinned", False), ("is_announcement", True), _connector="OR"),
                        name="savings_board_post_pinned_announcement",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("hidden_at", None), ("hidden_by", None), ("hidden_reason", "")),
                            models.Q(
                                ("hidden_at__isnull", False),
                                ("hidden_by__isnull", False),
                                models.Q(("hidden_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="savings_board_post_hidden_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("taken_back_at", None), ("body", ""), _connector="OR"),
                        name="savings_board_post_taken_back_says_nothing",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("answers", None)),
                        fields=["circle", "-posted_at", "-id"],
                        name="savings_board_post_of_circle",
                    ),
                    models.Index(fields=["answers", "posted_at"], name="savings_board_post_replies"),
                ],
            },
        ),
        migrations.CreateModel(
            name="BoardFile",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(choices=[("picture", "Picture"), ("pdf", "PDF")], max_length=10)),
                ("name", models.CharField(max_length=60)),
                ("title", models.CharField(max_length=80)),
                ("size_bytes", models.PositiveIntegerField()),
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
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="savings.boardpost"
                    ),
                ),
            ],
            options={
                "db_table": "savings_board_file",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["picture", "pdf"])), name="savings_board_file_kind_known"
                    ),
                    models.UniqueConstraint(fields=("community", "name"), name="savings_board_file_name_unique"),
                ],
            },
        ),
        migrations.CreateModel(
            name="BoardMark",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("read_until", models.DateTimeField()),
                (
                    "circle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="marks", to="savings.circle"
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
                "db_table": "savings_board_mark",
                "constraints": [models.UniqueConstraint(fields=("circle", "member"), name="savings_board_mark_once")],
            },
        ),
        IsolateByCommunity("BoardPost"),
        IsolateByCommunity("BoardFile"),
        IsolateByCommunity("BoardMark"),
        # What was said about money stays on record: taking back empties a post, nothing deletes it.
        migrations.RunSQL(
            "REVOKE DELETE, TRUNCATE ON savings_board_post, savings_board_file FROM pamoja_app", migrations.RunSQL.noop
        ),
    ]
