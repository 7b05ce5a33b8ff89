"""Model fields that the whole platform shares."""

from __future__ import annotations

from typing import Any

from django.db import models

from pamoja.foundation import crypto


class EncryptedTextField(models.BinaryField):
    """Text that the database holds only sealed; bound to the column it lives in."""

    # What type checkers see on a model's instance; a BinaryField would be bytes.
    _pyi_private_set_type: str | None
    _pyi_private_get_type: str | None  # type: ignore[assignment]  # bytes in the database, text in Python

    def _context(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        return None if value is None else crypto.decrypt(bytes(value), self._context())

    def to_python(self, value: Any) -> Any:
        return value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        sealed = crypto.encrypt(value, self._context()) if isinstance(value, str) else value
        return super().get_db_prep_value(sealed, connection, prepared)
