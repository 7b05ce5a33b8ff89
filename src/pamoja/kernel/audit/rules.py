"""How a fact reads to a person, and how a batch of facts is sealed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pamoja.foundation.money import Money

GENESIS = bytes(32)
_PLACEHOLDER = re.compile(r"\{(\w+)\}")

Names = Mapping[tuple[str, UUID], str]


def money_in(value: Any) -> Money | None:
    """The amount that a recorded value is, if it is one."""
    if isinstance(value, dict) and value.keys() == {"amount_minor", "currency"}:
        return Money(value["amount_minor"], value["currency"])
    return None


def references(sentence: str, data: Mapping[str, Any]) -> list[tuple[str, UUID]]:
    """Which names the sentence needs: `{recipient}` with a `recipient_id` needs `("recipient", <uuid>)`."""
    found = []
    for word in _PLACEHOLDER.findall(sentence):
        if word not in data and isinstance(identifier := data.get(f"{word}_id"), str):
            found.append((word, UUID(identifier)))
    return found


def worded(sentence: str, data: Mapping[str, Any], names: Names, by: str) -> str:
    """The sentence with its placeholders filled in; what cannot be named is `somebody`."""

    def fill(match: re.Match[str]) -> str:
        word = match.group(1)
        if word == "by":
            return by
        if word in data:
            return _shown(data[word])
        identifier = data.get(f"{word}_id")
        return names.get((word, UUID(identifier)), "somebody") if isinstance(identifier, str) else "somebody"

    text = _PLACEHOLDER.sub(fill, sentence)
    return text[:1].upper() + text[1:]


def _shown(value: Any) -> str:
    if money := money_in(value):
        return money.text
    if isinstance(value, list):
        return ", ".join(_shown(each) for each in value)
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        day = date.fromisoformat(value)
        return f"{day.day} {day:%B %Y}"
    return str(value)


def fact_bytes(
    *,
    sequence: int,
    at: datetime,
    name: str,
    actor_kind: str,
    actor_id: UUID | None,
    actor_label: str,
    subjects: Iterable[str],
    data: Mapping[str, Any],
    request_id: str,
) -> bytes:
    """The one way to write a fact as bytes; every field that is stored is in it."""
    fields = [
        sequence,
        at.isoformat(),
        name,
        actor_kind,
        str(actor_id or ""),
        actor_label,
        list(subjects),
        data,
        request_id,
    ]
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sealed(previous: bytes, facts: Iterable[bytes], *, hasher: Callable[..., Any] = hashlib.sha256) -> bytes:
    """The seal of a batch: the hash of the seal before it and of each fact's own hash, in order."""
    chain = hasher(previous)
    for fact in facts:
        chain.update(hasher(fact).digest())
    return bytes(chain.digest())
