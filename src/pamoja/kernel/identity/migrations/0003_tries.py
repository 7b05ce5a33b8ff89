"""Counting tries at sign-in, registration and reset, once for all processes."""

from django.db import migrations

from pamoja.foundation.sql import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("identity", "0002_profiles")]

    operations = [run_sql_file(__file__, "tries.sql")]
