"""Finding a member by what somebody knows of them."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from pamoja.foundation.errors import Refusal
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import member_with_phone, members_named, read_phone


def members_like(text: str, limit: int) -> list[UUID]:
    """Ids of members whose name or email holds the text, by name; whoever has it as their phone comes first."""
    text = text.replace("\0", "").strip()[:80]
    if not text:
        return []
    found = list(members_named(text).values_list("pk", flat=True)[:limit])
    with suppress(Refusal):
        member = member_with_phone(read_phone(text, current_community().country))
        if member is not None and member.pk not in found:
            found.insert(0, member.pk)
    return found
