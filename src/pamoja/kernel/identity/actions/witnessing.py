"""Facts that the sign-in library made true: it tells us by signals, we keep them."""

from __future__ import annotations

from django.db import transaction

from pamoja.foundation.actions import Actor, acting
from pamoja.foundation.events import announce
from pamoja.kernel.identity.events import PersonFact


def witness(*, by: Actor, fact: PersonFact) -> None:
    """Keep the fact; in the library's own transaction where it has one, so this is no `@action`."""
    with acting(by), transaction.atomic():
        announce(fact)
