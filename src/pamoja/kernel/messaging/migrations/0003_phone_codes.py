"""Codes that show that a phone is somebody's."""

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
        ("messaging", "0002_conversations"),
    ]

    operations = [
        migrations.CreateModel(
            name="PhoneCode",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("mark", models.BinaryField(help_text="The blind index of member, phone and code together.")),
                ("phone_mark", models.BinaryField(help_text="The blind index of member and phone.")),
                ("guesses", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField(default=pamoja.foundation.clock.now)),
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
                "db_table": "messaging_phone_code",
                "constraints": [
                    models.UniqueConstraint(fields=("member",), name="messaging_phone_code_one_at_a_time"),
                    models.CheckConstraint(
                        condition=models.Q(("guesses__lte", 5)), name="messaging_phone_code_guesses_bounded"
                    ),
                ],
            },
        ),
        IsolateByCommunity("PhoneCode"),
    ]
