"""Each community's own numbers and addresses."""

import django.db.models.deletion
from django.db import migrations, models

import pamoja.foundation.clock
import pamoja.foundation.ids
import pamoja.kernel.communities.models
from pamoja.foundation.sql import run_sql_file
from pamoja.kernel.communities.public import IsolateByCommunity


class Migration(migrations.Migration):
    dependencies = [
        ("communities", "0001_communities"),
        ("messaging", "0003_phone_codes"),
    ]

    operations = [
        migrations.CreateModel(
            name="CommunitySender",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("whatsapp", models.CharField(blank=True, help_text="In E.164.", max_length=20)),
                (
                    "sms",
                    models.CharField(
                        blank=True, help_text="In E.164, or up to eleven letters that are shown.", max_length=20
                    ),
                ),
                ("mail", models.EmailField(blank=True, max_length=254)),
                ("changed_at", models.DateTimeField(default=pamoja.foundation.clock.now)),
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
                "db_table": "messaging_sender",
                "constraints": [
                    models.UniqueConstraint(fields=("community",), name="messaging_sender_one_a_community"),
                    models.UniqueConstraint(
                        condition=models.Q(("whatsapp", ""), _negated=True),
                        fields=("whatsapp",),
                        name="messaging_sender_whatsapp_unique",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("sms", ""), _negated=True),
                        fields=("sms",),
                        name="messaging_sender_sms_unique",
                    ),
                ],
            },
        ),
        IsolateByCommunity("CommunitySender"),
        run_sql_file(__file__, "senders.sql"),
    ]
