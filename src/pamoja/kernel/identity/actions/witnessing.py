"""Facts that the sign-in library made true: it tells us by signals, we keep them."""

from __future__ import annotations

from django.db import transaction

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, acting
from pamoja.foundation.events import announce
from pamoja.kernel.identity.events import EmailChanged, PasswordChanged, PasswordWasReset, PersonFact
from pamoja.kernel.identity.models import Person

_CHANGES_ACCESS = (PasswordChanged, PasswordWasReset, EmailChanged)


def witness(*, by: Actor, fact: PersonFact) -> None:
    """Keep the fact; in the library's own transaction where it has one, so this is no `@action`."""
    with acting(by), transaction.atomic():
        announce(fact)
        if isinstance(fact, _CHANGES_ACCESS) and fact.person_id:
            # Beside the fact, which other communities do not see: whoever lets money out asks for it.
            Person.objects.filter(pk=fact.person_id).update(access_changed_at=clock.now())
