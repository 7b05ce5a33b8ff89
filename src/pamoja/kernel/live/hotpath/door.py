"""Who may come in: the sessions of all who knock at the same moment, looked up at once, past the ORM.

A crowd of browsers comes back whenever a process restarts. The rules are those of Django's `get_user`, of
`site.middleware` (an idle session) and of identity (an active member of the community); what is decided there by code
is asked there.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils.crypto import constant_time_compare
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from pamoja.foundation.errors import Refusal
from pamoja.foundation.gathering import Gatherer
from pamoja.kernel.communities.public import CommunityNotFound
from pamoja.kernel.identity.public import Member, Person, actor_for
from pamoja.kernel.live.errors import NotSignedIn
from pamoja.kernel.live.queries import Follower, Knock, is_idle

# Checking one session costs the event loop some 0.1 ms: so many at a time, and what is open is served in between.
BATCH_MAX = 40
_KEY = re.compile(r"[a-z0-9]{1,40}")

_COMMUNITIES = (
    "SELECT id, lower(slug), lower(domain) FROM community WHERE lower(slug) = ANY(%s) OR lower(domain) = ANY(%s)"
)
# Sessions live in real time.
_SESSIONS = (
    "SELECT session_key, session_data FROM django_session "
    "WHERE session_key = ANY(%s) AND expire_date > clock_timestamp()"
)
_ENTER = "SELECT set_config('pamoja.community', %s, true)"
_MEMBERS = (
    "SELECT p.id, p.password, m.id, m.roles FROM person p JOIN member m ON m.person_id = p.id "
    "WHERE p.id = ANY(%s) AND p.is_active AND m.is_active"
)


class Door:
    """Answers all who knock. Whoever comes while others are being looked up is in the next batch."""

    def __init__(self, pool: AsyncConnectionPool) -> None:
        self._pool = pool
        self._gatherer = Gatherer[Knock, Follower](self._look_up, batch_max=BATCH_MAX)

    async def admit(self, knock: Knock) -> Follower:
        """Who comes in.

        Raises: CommunityNotFound; NotSignedIn when the session ended, expired, or is not a member's of the community;
        whatever the database did.
        """
        return await self._gatherer.ask(knock)

    async def still_in(self, followers: Iterable[Follower]) -> set[Follower]:
        """Those who would be let in again, as the same person."""
        asked = list(dict.fromkeys(followers))
        found: set[Follower] = set()
        for start in range(0, len(asked), BATCH_MAX):
            batch = asked[start : start + BATCH_MAX]
            answers = await self._look_up([each.knock for each in batch])
            for each, answer in zip(batch, answers, strict=True):
                if isinstance(answer, Follower) and answer.person_id == each.person_id:
                    found.add(each)
        return found

    async def _look_up(self, knocks: Sequence[Knock]) -> list[Follower | Refusal]:
        async with self._pool.connection() as connection, connection.transaction():
            places, sessions = await _communities_and_sessions(connection, knocks)
            asked = [(places.get(each.place), sessions.get(each.session_key)) for each in knocks]
            people: dict[UUID, set[UUID]] = defaultdict(set)
            for community_id, session in asked:
                if community_id and session and (person_id := _person_in(session)):
                    people[community_id].add(person_id)
            members = await _members(connection, people)
        return [
            _admitted(knock, community_id, session, members)
            for knock, (community_id, session) in zip(knocks, asked, strict=True)
        ]


async def _communities_and_sessions(
    connection: AsyncConnection[Any], knocks: Sequence[Knock]
) -> tuple[dict[tuple[str, str], UUID], dict[str, dict[str, Any]]]:
    slugs, domains = ({each.place[part] for each in knocks if each.place[part]} for part in (0, 1))
    # What cannot be a key is not asked for: one with a zero byte would fail its neighbours too.
    keys = {each.session_key for each in knocks if _KEY.fullmatch(each.session_key)}
    async with connection.pipeline():
        by_address = await connection.execute(_COMMUNITIES, [list(slugs), list(domains)])
        by_key = await connection.execute(_SESSIONS, [list(keys)])
        places: dict[tuple[str, str], UUID] = {}
        for community_id, slug, domain in await by_address.fetchall():
            places[slug, ""] = community_id
            if domain:
                places["", domain] = community_id
        store = import_module(settings.SESSION_ENGINE).SessionStore()
        return places, {key: store.decode(data) for key, data in await by_key.fetchall()}


async def _members(
    connection: AsyncConnection[Any], people: dict[UUID, set[UUID]]
) -> dict[tuple[UUID, UUID], tuple[Person, Member]]:
    found: dict[tuple[UUID, UUID], tuple[Person, Member]] = {}
    async with connection.pipeline():
        asked = []
        for community_id, ids in people.items():
            await connection.execute(_ENTER, [str(community_id)])
            asked.append((community_id, await connection.execute(_MEMBERS, [list(ids)])))
        for community_id, rows in asked:
            for person_id, password, member_id, roles in await rows.fetchall():
                person = Person(pk=person_id, password=password)
                member = Member(pk=member_id, community_id=community_id, person=person, roles=roles)
                found[community_id, person_id] = person, member
    return found


def _admitted(
    knock: Knock,
    community_id: UUID | None,
    session: dict[str, Any] | None,
    members: dict[tuple[UUID, UUID], tuple[Person, Member]],
) -> Follower | Refusal:
    if community_id is None:
        return CommunityNotFound()
    if session is None or is_idle(session):
        return NotSignedIn()
    person_id = _person_in(session)
    known = members.get((community_id, person_id)) if person_id else None
    if known is None or not _is_of(session, known[0]):
        return NotSignedIn()
    return Follower(community_id, actor_for(known[1]), known[0].pk, knock)


def _person_in(session: dict[str, Any]) -> UUID | None:
    if session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    try:
        return UUID(session[SESSION_KEY])
    except (KeyError, ValueError, TypeError, AttributeError):
        return None


def _is_of(session: dict[str, Any], person: Person) -> bool:
    """Whether the session is from after the password was last changed."""
    kept = session.get(HASH_SESSION_KEY) or ""
    hashes = [person.get_session_auth_hash(), *person.get_session_auth_fallback_hash()]
    return bool(kept) and any(constant_time_compare(kept, each) for each in hashes)
