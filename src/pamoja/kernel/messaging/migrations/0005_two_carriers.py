"""A community's own number at Meta, templates approved there, and codes that are shown and come back by WhatsApp."""

import django.db.models.deletion
from django.db import migrations, models

import pamoja.foundation.clock
import pamoja.foundation.fields
import pamoja.foundation.ids
import pamoja.kernel.communities.models
from pamoja.foundation.sql import run_sql_file
from pamoja.kernel.communities.public import IsolateByCommunity


class Migration(migrations.Migration):
    dependencies = [
        ("communities", "0001_communities"),
        ("identity", "0004_changes"),
        ("messaging", "0004_senders"),
    ]

    operations = [
        migrations.CreateModel(
            name="ShownCode",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "code",
                    pamoja.foundation.fields.EncryptedTextField(
                        help_text="Kept, for it is shown again whenever its page is opened."
                    ),
                ),
                ("mark", models.BinaryField(help_text="The blind index of the code.")),
                ("phone_mark", models.BinaryField(help_text="The blind index of member and phone.")),
                (
                    "strangers",
                    models.PositiveSmallIntegerField(default=0, help_text="How often it came from another number."),
                ),
                ("shown_at", models.DateTimeField(default=pamoja.foundation.clock.now)),
                ("used_at", models.DateTimeField(null=True)),
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
                "db_table": "messaging_shown_code",
            },
        ),
        migrations.AddField(
            model_name="communitysender",
            name="meta_app_secret",
            field=pamoja.foundation.fields.EncryptedTextField(
                help_text="With which Meta signs what it tells us.", null=True
            ),
        ),
        migrations.AddField(
            model_name="communitysender",
            name="meta_business_id",
            field=models.CharField(blank=True, help_text="The WhatsApp Business account.", max_length=40),
        ),
        migrations.AddField(
            model_name="communitysender",
            name="meta_number",
            field=models.CharField(blank=True, help_text="In E.164, as Meta gave it.", max_length=20),
        ),
        migrations.AddField(
            model_name="communitysender",
            name="meta_number_id",
            field=models.CharField(blank=True, help_text="By which Meta knows that number.", max_length=40),
        ),
        migrations.AddField(
            model_name="communitysender",
            name="meta_token",
            field=pamoja.foundation.fields.EncryptedTextField(null=True),
        ),
        migrations.AddField(
            model_name="providercontent",
            name="kept_by",
            field=models.CharField(
                blank=True,
                help_text="`meta:` and a business account; empty: the installation's at Twilio.",
                max_length=60,
            ),
        ),
        migrations.AlterField(
            model_name="providercontent",
            name="provider_id",
            field=models.CharField(blank=True, help_text="Meta's is the template's name.", max_length=64),
        ),
        migrations.AddConstraint(
            model_name="communitysender",
            constraint=models.UniqueConstraint(
                condition=models.Q(("meta_number_id", ""), _negated=True),
                fields=("meta_number_id",),
                name="messaging_sender_meta_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="communitysender",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("meta_app_secret", None), ("meta_number", ""), ("meta_number_id", ""), ("meta_token", None)
                    ),
                    models.Q(
                        models.Q(("meta_number_id", ""), _negated=True),
                        models.Q(("meta_number", ""), _negated=True),
                        models.Q(("meta_business_id", ""), _negated=True),
                        ("meta_app_secret__isnull", False),
                        ("meta_token__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="messaging_sender_meta_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="showncode",
            constraint=models.UniqueConstraint(fields=("member",), name="messaging_shown_code_one_at_a_time"),
        ),
        migrations.AddConstraint(
            model_name="showncode",
            constraint=models.UniqueConstraint(fields=("community", "mark"), name="messaging_shown_code_unique"),
        ),
        migrations.AddConstraint(
            model_name="showncode",
            constraint=models.CheckConstraint(
                condition=models.Q(("strangers__lte", 5)), name="messaging_shown_code_strangers_bounded"
            ),
        ),
        IsolateByCommunity("ShownCode"),
        run_sql_file(__file__, "meta.sql"),
    ]
