"""Ending sessions, in browsers and apps alike."""

from __future__ import annotations

from uuid import UUID

from allauth.headless.tokens.strategies.jwt import internal as jwt
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from pamoja.foundation.actions import Actor, action
from pamoja.foundation.events import announce
from pamoja.kernel.identity.errors import SessionNotFound
from pamoja.kernel.identity.events import SessionsEnded, SignedOut, UsedTokenSeen
from pamoja.kernel.identity.models import Person
from pamoja.kernel.identity.queries.people import member_with_id


@action
def end_session(*, by: Actor, number: int) -> None:
    """Sign the person out in one of their sessions.

    Raises: SessionNotFound, also for somebody else's.
    """
    # Greater numbers than the column holds are nobody's.
    if number >= 2**63 or not _end(UserSession.objects.filter(user_id=by.person_id, pk=number)):
        raise SessionNotFound()
    announce(SessionsEnded(person_id=by.person_id, count=1))


@action
def end_other_sessions(*, by: Actor, current_key: str) -> int:
    """Sign the person out everywhere but in the session with this key; gives how many that were."""
    count = _end(UserSession.objects.filter(user_id=by.person_id).exclude(session_key=current_key))
    if count:
        announce(SessionsEnded(person_id=by.person_id, count=count))
    return count


@action
def end_sessions_of(*, by: Actor, member_id: UUID) -> int:
    """Sign a member out everywhere, as after a stolen phone; gives in how many sessions that was.

    Raises: NotAllowed without `identity.manage_members`; MemberNotFound.
    """
    by.require("identity.manage_members")
    person_id = member_with_id(member_id).person_id
    count = _end(UserSession.objects.filter(user_id=person_id))
    if count:
        announce(SessionsEnded(person_id=person_id, count=count))
    return count


@action
def sign_out_of(*, by: Actor, session_key: str) -> None:
    """End the session behind an app's tokens: its access token is worth nothing from here on."""
    _end(UserSession.objects.filter(user_id=by.person_id, session_key=session_key))
    Session.objects.filter(session_key=session_key).delete()
    announce(SignedOut(person_id=by.person_id, reason="in an app"))


@action
def refresh_tokens(*, by: Actor, refresh_token: str) -> tuple[str, str] | None:
    """New access and refresh tokens for a refresh token, which is used up; nothing for one that is not valid.

    One that was used before means that somebody holds a copy: the whole family ends.
    """
    payload = jwt.decode_token(refresh_token, "refresh")
    key = jwt.session_key_from_sid(payload["sid"]) if payload else None
    # Locked, so that of two who come with the same token one is second, and is told so.
    if payload is None or not Session.objects.select_for_update().filter(session_key=key).exists():
        return None
    session = jwt.get_token_session(payload)
    person = jwt.validate_token_user(payload, session) if session else None
    if session is None or not isinstance(person, Person) or not person.is_active:
        return None
    if payload["jti"] not in jwt.get_refresh_token_state(session):
        _end(UserSession.objects.filter(user_id=person.pk, session_key=key))
        session.delete()
        announce(UsedTokenSeen(person_id=person.pk))
        return None
    jwt.invalidate_refresh_token(session, payload)
    pair = jwt.create_access_token(person, session, {}), jwt.create_refresh_token(person, session)
    session.save()
    UserSession.objects.filter(session_key=key).update(last_seen_at=timezone.now())  # tidy: sessions live in real time
    return pair


def _end(sessions: QuerySet[UserSession]) -> int:
    ended = list(sessions)
    for session in ended:
        session.end()
    return len(ended)
