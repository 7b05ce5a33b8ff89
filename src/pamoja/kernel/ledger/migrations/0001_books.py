"""The books: tables, functions and guards come from `sql/`; Django only reads them."""

from django.db import migrations, models

from pamoja.foundation.sql import run_sql_file


class Migration(migrations.Migration):
    initial = True

    dependencies = [("communities", "0001_communities")]

    operations = [
        run_sql_file(__file__, "tables.sql"),
        run_sql_file(__file__, "posting.sql"),
        run_sql_file(__file__, "writing.sql"),
        run_sql_file(__file__, "holds.sql"),
        run_sql_file(__file__, "rolling_up.sql"),
        run_sql_file(__file__, "reading.sql"),
        run_sql_file(__file__, "guards.sql"),
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("number", models.BigIntegerField(editable=False, unique=True)),
                ("owner", models.CharField(max_length=100)),
                ("purpose", models.CharField(max_length=100)),
                ("currency", models.CharField(max_length=8)),
                ("floor_minor", models.BigIntegerField(null=True)),
                ("balance_minor", models.BigIntegerField()),
                ("held_minor", models.BigIntegerField()),
                ("sequence", models.BigIntegerField()),
                ("posted_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField()),
            ],
            options={
                "db_table": "ledger_account",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("amount_minor", models.BigIntegerField()),
                ("captured_minor", models.BigIntegerField()),
                ("state", models.CharField(max_length=8)),
                ("held_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "ledger_hold",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="JournalEntry",
            fields=[
                ("number", models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ("posted_at", models.DateTimeField()),
                ("kind", models.CharField(max_length=8)),
                ("key", models.CharField(max_length=200, null=True)),
                ("description", models.CharField(max_length=500)),
                ("reference", models.CharField(max_length=200)),
                ("details", models.JSONField(null=True)),
            ],
            options={
                "verbose_name_plural": "journal entries",
                "db_table": "ledger_entry",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="JournalTransfer",
            fields=[
                ("number", models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ("posted_at", models.DateTimeField()),
                ("amount_minor", models.BigIntegerField()),
                ("debit_sequence", models.BigIntegerField()),
                ("credit_sequence", models.BigIntegerField()),
                ("debit_balance_minor", models.BigIntegerField(null=True)),
                ("credit_balance_minor", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "ledger_transfer",
                "managed": False,
            },
        ),
    ]
