"""Until when a community's months were reported."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0007_history")]

    operations = [
        migrations.AddField(
            "paymentsettings",
            "reported_until",
            models.DateField(blank=True, help_text="The last day of the last month reported.", null=True),
        )
    ]
