"""Where a sweep has something to do, asked of all communities at once."""

from django.db import migrations

from pamoja.foundation.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("payments", "0007_payees")]

    operations = [run_sql_file(__file__, "due.sql")]
