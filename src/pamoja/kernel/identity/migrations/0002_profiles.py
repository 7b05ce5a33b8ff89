"""What a profile holds: photo, bank details, payment method, privacy; and the terms that were accepted."""

from django.db import migrations, models

import pamoja.foundation.fields


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("communities", "0001_communities"),
        ("identity", "0001_people"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="payment_method",
            field=models.CharField(
                choices=[("wallet", "Keep it in my wallet"), ("mpesa", "Send it on to my phone or my bank")],
                default="wallet",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="member",
            name="shows_full_name",
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name="member",
            name="shows_phone",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="member",
            name="shows_presence",
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name="member",
            name="shows_photo",
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name="person",
            name="bank_details",
            field=pamoja.foundation.fields.EncryptedTextField(
                help_text="JSON: holder, bank, account, branch.", null=True
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="photo",
            field=models.CharField(
                blank=True, help_text="The file's unguessable name below the media folder.", max_length=60
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="terms_accepted_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="terms_version",
            field=models.CharField(blank=True, editable=False, max_length=20),
        ),
        migrations.AlterField(
            model_name="member",
            name="roles",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AlterField(
            model_name="person",
            name="is_staff",
            field=models.BooleanField(
                default=False, help_text="Works for the platform; a community's operator needs it not."
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(fields=["community", "name"], name="member_by_name"),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(("payment_method__in", ["wallet", "mpesa"])), name="member_payment_method_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("phone__isnull", True), ("phone_index__isnull", True), ("phone_verified_at__isnull", True)
                    ),
                    models.Q(("phone__isnull", False), ("phone_index__isnull", False)),
                    _connector="OR",
                ),
                name="person_phone_has_its_index",
            ),
        ),
    ]
