"""Keeps what the outside world remembers in one SQLite file, so that a kill at any moment loses nothing acknowledged.

One connection, one event loop, no `await` inside a transaction: writers never meet. Write-ahead logging with
`synchronous=NORMAL` survives the death of the process (not of the machine) and costs microseconds a commit.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

Row = sqlite3.Row
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=5000", "wal_autocheckpoint=4000")

COLUMNS_ADDED = (
    ("callback", "headers", "TEXT NOT NULL DEFAULT '{}'"),
    ("twilio_sender", "provider", "TEXT NOT NULL DEFAULT 'twilio'"),
)


@cache
def _schema() -> str:
    """The common tables, then those of each provider (`<provider>/schema.sql`)."""
    here = files(__package__)
    own = sorted((folder for folder in here.iterdir() if folder.is_dir()), key=lambda folder: folder.name)
    parts = [file.read_text() for folder in (here, *own) if (file := folder.joinpath("schema.sql")).is_file()]
    return "\n".join(["BEGIN;", *parts, "COMMIT;"])


class Store:
    """The file, and the only door to it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
        self._connection.row_factory = sqlite3.Row
        self._depth = 0
        self._settings: dict[str, str] = {}
        for pragma in PRAGMAS:
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(_schema())
        self._add_columns()
        self._settings |= dict(self._connection.execute("SELECT name, value FROM setting").fetchall())

    def _add_columns(self) -> None:
        """A file that was made before a column was thought of gets it now."""
        for table, column, kind in COLUMNS_ADDED:
            known = {row["name"] for row in self._connection.execute(f"PRAGMA table_info({table})")}
            if column not in known:
                self._connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; an inner transaction joins the outer one."""
        if self._depth == 0:
            self._connection.execute("BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            if self._depth == 0:
                self._connection.execute("ROLLBACK")
            raise
        self._depth -= 1
        if self._depth == 0:
            self._connection.execute("COMMIT")

    def run(self, sql: str, *values: Any) -> sqlite3.Cursor:
        return self._connection.execute(sql, values)

    def one(self, sql: str, *values: Any) -> Row | None:
        row: Row | None = self._connection.execute(sql, values).fetchone()
        return row

    def the(self, sql: str, *values: Any) -> Row:
        """The one row that is known to be there."""
        row = self.one(sql, *values)
        if row is None:
            raise LookupError(sql)
        return row

    def all(self, sql: str, *values: Any) -> list[Row]:
        return self._connection.execute(sql, values).fetchall()

    def value(self, sql: str, *values: Any) -> Any:
        row = self.one(sql, *values)
        return row[0] if row else None

    def insert(self, table: str, **columns: Any) -> int:
        """Adds a row and returns its number."""
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - the names come from this package
        cursor = self._connection.execute(sql, tuple(columns.values()))
        return cursor.lastrowid or 0

    def setting(self, name: str, default: Any = None) -> Any:
        value = self._settings.get(name)
        return default if value is None else json.loads(value)

    def keep_setting(self, name: str, value: Any) -> None:
        text = json.dumps(value)
        self.run("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", name, text)
        self._settings[name] = text

    def close(self) -> None:
        self._connection.close()
