"""Who a socket belongs to, whether it still may be open, and what it may follow."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models.functions import Now

from pamoja.foundation.actions import Actor
from pamoja.foundation.errors import Refusal
from pamoja.kernel.communities.public import address_in, entered
from pamoja.kernel.identity.public import IDLE_S_MAX
from pamoja.kernel.live import rules
from pamoja.kernel.live.models import Presence

MayFollow = Callable[[Actor, str], bool]
OnRead = Callable[[Actor, str], None]


@dataclass(frozen=True)
class TopicKind:
    """What a package said of its topics with one prefix."""

    may_follow: MayFollow
    is_attended: bool = False
    on_read: OnRead | None = None


_topics: dict[str, TopicKind] = {}


@dataclass(frozen=True)
class Knock:
    """What a browser comes with. `place` is a community's slug and nothing, or nothing and its domain."""

    place: tuple[str, str]
    session_key: str

    @classmethod
    def at(cls, *, host: str, path: str, session_key: str) -> Knock:
        """At this address with this session."""
        return cls(address_in(host=host, path=path), session_key)


@dataclass(frozen=True)
class Follower:
    """Who opened a socket, in which community, and with what they came."""

    community_id: UUID
    actor: Actor
    person_id: UUID
    knock: Knock


def declare_topic(
    prefix: str, *, may_follow: MayFollow, is_attended: bool = False, on_read: OnRead | None = None
) -> None:
    """Topics `<prefix>:<key>` exist; `may_follow(actor, key)` is asked in the community, outside any event loop.

    Of one that `is_attended`, `present` tells who follows it now. `on_read(actor, key)` is called when somebody who
    follows says that they have read what there is; it is an action or calls one.
    """
    _topics[prefix] = TopicKind(may_follow, is_attended, on_read)


def is_attended(topic: str) -> bool:
    """Whether it is recorded who follows the topic."""
    kind = _topics.get(rules.prefix_and_key(topic)[0])
    return kind is not None and kind.is_attended


def present(topic: str) -> list[UUID]:
    """The members who follow the topic now, the first to come first; at most `PRESENT_MAX`.

    Who does not want to be seen is left out, and so is a process that has said nothing for a while.
    """
    since = Now() - timedelta(seconds=rules.PRESENCE_S_MAX)
    found = Presence.objects.filter(
        topic=topic, seen_at__gt=since, member__is_active=True, member__shows_presence=True
    ).order_by("came_at", "pk")
    return list(dict.fromkeys(found.values_list("member_id", flat=True)[: rules.PRESENT_MAX * 2]))[: rules.PRESENT_MAX]


def read(who: Follower, topics: Iterable[str]) -> None:
    """Tell the topics' packages that the follower has read what there is."""
    with entered(who.community_id):
        for topic in topics:
            prefix, key = rules.prefix_and_key(topic)
            kind = _topics.get(prefix)
            if kind is not None and kind.on_read is not None:
                with suppress(Refusal):  # They may no longer; it closes soon.
                    kind.on_read(who.actor, key)


def is_idle(session: Mapping[str, Any]) -> bool:
    """Whether no request was seen for so long that the next one will be signed out (`site.middleware`)."""
    return bool(time.time() - session.get("seen_at", time.time()) > IDLE_S_MAX)


def allowed(who: Follower, topics: Iterable[str]) -> list[str]:
    """Those of the topics that the follower may follow; a topic that cannot be looked up is not allowed."""
    with entered(who.community_id):
        return [topic for topic in topics if _may_follow(who.actor, topic)]


def _may_follow(actor: Actor, topic: str) -> bool:
    prefix, key = rules.prefix_and_key(topic)
    kind = _topics.get(prefix)
    try:
        return kind is not None and kind.may_follow(actor, key)
    except Refusal:
        return False
