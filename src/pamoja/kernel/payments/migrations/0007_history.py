"""Everybody's payments, newest first; and cards of whose expiry their members were told."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("payments", "0006_arrivals")]

    operations = [
        migrations.AddField(
            "method",
            "expiry_told_at",
            models.DateTimeField(help_text="When the member was told that it expires soon.", null=True),
        ),
        migrations.AddIndex(
            "method",
            models.Index(
                fields=["community", "expires_year", "expires_month"],
                condition=Q(expires_year__isnull=False),
                name="payments_method_expiring",
            ),
        ),
        migrations.AddIndex(
            "collection",
            models.Index(fields=["community", "-requested_at"], name="payments_collection_newest"),
        ),
        migrations.AddIndex(
            "payout", models.Index(fields=["community", "-requested_at"], name="payments_payout_newest")
        ),
    ]
