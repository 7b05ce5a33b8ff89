"""What a password must have."""

from __future__ import annotations

LENGTH_MIN = 8
# Longer ones cost the hasher time and memory, and protect nobody better.
LENGTH_MAX = 128


def lacking(password: str) -> list[str]:
    """What is missing from the password, in words; empty when the mix is right."""
    wanted = {
        "a capital letter": any(each.isupper() for each in password),
        "a small letter": any(each.islower() for each in password),
        "a digit": any(each.isdigit() for each in password),
    }
    return [words for words, is_there in wanted.items() if not is_there]
