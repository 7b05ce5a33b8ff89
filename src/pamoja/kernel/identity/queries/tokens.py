"""Reading access tokens: signed, short-lived, and worth nothing once their session has ended."""

from __future__ import annotations

from allauth.headless.tokens.strategies.jwt import internal as jwt
from django.contrib.sessions.backends.base import SessionBase

from pamoja.kernel.identity.models import Person


def person_and_session(access_token: str) -> tuple[Person, SessionBase] | None:
    """Who the token speaks for, if its signature, time and session hold."""
    payload = jwt.decode_token(access_token, "access")
    if payload is None:
        return None
    session = jwt.get_token_session(payload)
    if session is None:
        return None
    person = jwt.validate_token_user(payload, session)
    return (person, session) if isinstance(person, Person) and person.is_active else None
