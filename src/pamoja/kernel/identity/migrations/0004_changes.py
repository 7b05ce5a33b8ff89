"""When a person's phone and their way of signing in were last changed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0003_tries")]

    operations = [
        migrations.AddField(
            model_name="person",
            name="access_changed_at",
            field=models.DateTimeField(
                editable=False,
                help_text="When the password or the address that signs in was last changed.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="phone_changed_at",
            field=models.DateTimeField(editable=False, help_text="Not set by the first one, on joining.", null=True),
        ),
    ]
