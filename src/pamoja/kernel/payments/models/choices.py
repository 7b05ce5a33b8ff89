"""How the tables of payments name the values that a column may have."""

from enum import StrEnum


def choices(kind: type[StrEnum]) -> list[tuple[str, str]]:
    """For a form: each value with its words."""
    return [(each.value, each.value.replace("_", " ").capitalize()) for each in kind]


def listed(kind: type[StrEnum]) -> list[str]:
    """For a constraint."""
    return [each.value for each in kind]
