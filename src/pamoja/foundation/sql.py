"""SQL files as migration steps: functions, triggers and policies live in `sql/*.sql` beside their models."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations


def run_sql_file(migration_file: str, name: str) -> migrations.RunSQL:
    """Run `sql/<name>` of the package whose migration calls this with its `__file__`."""
    path = Path(migration_file).resolve().parent.parent / "sql" / name
    # As a list: one string would be cut at semicolons, function bodies included.
    return migrations.RunSQL([(path.read_text(), None)], migrations.RunSQL.noop)
