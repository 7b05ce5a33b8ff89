"""Who a socket belongs to, whether it still may be open, and what it may follow."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user, get_user_model
from django.utils import timezone

from pamoja.foundation.actions import Actor
from pamoja.foundation.errors import Refusal
from pamoja.kernel.communities.public import CommunityRequest, community_at, entered
from pamoja.kernel.identity.public import IDLE_S_MAX, actor_of
from pamoja.kernel.live import rules
from pamoja.kernel.live.errors import NotSignedIn

MayFollow = Callable[[Actor, str], bool]
_topics: dict[str, MayFollow] = {}


@dataclass(frozen=True)
class Follower:
    """Who opened a socket, in which community, and by which session."""

    community_id: UUID
    actor: Actor
    person_id: UUID
    session_key: str
    session_auth_hash: str


def declare_topic(prefix: str, *, may_follow: MayFollow) -> None:
    """Topics `<prefix>:<key>` exist; `may_follow(actor, key)` is asked in the community, outside any event loop."""
    _topics[prefix] = may_follow


def follower(*, host: str, path: str, session_key: str) -> Follower:
    """Who opens a socket at this address with this session.

    Raises: CommunityNotFound; NotSignedIn when the session ended, expired, or is not a member's of the community.
    """
    community, _, _ = community_at(host=host, path=path)
    request = CommunityRequest()
    request.community = community
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key or None)
    with entered(community.pk):
        # Asks Django: it also refuses an inactive person, and a session from before the password was changed.
        person = get_user(request)
        if not person.is_authenticated or _is_idle(request.session):
            raise NotSignedIn()
        request.user = person
        actor = actor_of(request)
    if actor.member_id is None:
        raise NotSignedIn()
    return Follower(community.pk, actor, person.pk, session_key, person.get_session_auth_hash())


def still_signed_in(followers: Iterable[Follower]) -> set[str]:
    """The keys of sessions that hold: neither ended nor idle, person active, password unchanged. Two queries."""
    asked = list(followers)
    store = import_module(settings.SESSION_ENGINE).SessionStore
    found = store.get_model_class().objects.filter(
        session_key__in={each.session_key for each in asked},
        expire_date__gt=timezone.now(),  # tidy: sessions live in real time
    )
    alive = {
        key for key, data in found.values_list("session_key", "session_data") if not _is_idle(store().decode(data))
    }
    people = get_user_model().objects.filter(pk__in={each.person_id for each in asked}, is_active=True)
    hashes = {person.pk: person.get_session_auth_hash() for person in people.only("id", "password")}
    return {
        each.session_key
        for each in asked
        if each.session_key in alive and hashes.get(each.person_id) == each.session_auth_hash
    }


def _is_idle(session: Mapping[str, Any]) -> bool:
    """Whether no request was seen for so long that the next one will be signed out (`site.middleware`)."""
    return bool(time.time() - session.get("seen_at", time.time()) > IDLE_S_MAX)


def allowed(who: Follower, topics: Iterable[str]) -> list[str]:
    """Those of the topics that the follower may follow; a topic that cannot be looked up is not allowed."""
    with entered(who.community_id):
        return [topic for topic in topics if _may_follow(who.actor, topic)]


def _may_follow(actor: Actor, topic: str) -> bool:
    prefix, key = rules.prefix_and_key(topic)
    may_follow = _topics.get(prefix)
    try:
        return may_follow is not None and may_follow(actor, key)
    except Refusal:
        return False
