"""The communities' table, and how a session says which one it works for."""

import django.db.models.functions.text
from django.db import migrations, models

import pamoja.foundation.clock
import pamoja.foundation.ids
from pamoja.foundation.sql import run_sql_file


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        run_sql_file(__file__, "current_community.sql"),
        migrations.CreateModel(
            name="Community",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pamoja.foundation.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("slug", models.SlugField(help_text="Its address is /c/<slug>/.", max_length=40)),
                ("name", models.CharField(max_length=80)),
                ("tagline", models.CharField(blank=True, max_length=140)),
                (
                    "domain",
                    models.CharField(
                        blank=True, help_text="Its own host name, if it has one.", max_length=253, null=True
                    ),
                ),
                ("currency", models.CharField(max_length=8)),
                ("country", models.CharField(help_text="ISO 3166; how local phone numbers are read.", max_length=2)),
                ("time_zone", models.CharField(default="Africa/Nairobi", max_length=40)),
                ("language", models.CharField(default="en", max_length=8)),
                ("brand", models.JSONField(blank=True, default=dict)),
                (
                    "logo",
                    models.CharField(blank=True, help_text="The name of a drawn mark, such as `rings`.", max_length=40),
                ),
                ("products", models.JSONField(blank=True, default=list, help_text='Switched on, such as ["savings"].')),
                ("flags", models.JSONField(blank=True, default=dict, help_text='Such as {"savings.swap": true}.')),
                ("created_at", models.DateTimeField(default=pamoja.foundation.clock.now, editable=False)),
            ],
            options={
                "db_table": "community",
                "verbose_name_plural": "communities",
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("slug"), name="community_slug_unique"
                    ),
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("domain"), name="community_domain_unique"
                    ),
                ],
            },
        ),
    ]
