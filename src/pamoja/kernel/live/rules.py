"""What a browser may ask, how much of it, and how a publication is written on the wire."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args
from uuid import UUID

from pamoja.kernel.live.errors import FrameMalformed, FrameTooLong, TooManyTopics

CHANNEL = "pamoja_live"
# PostgreSQL refuses a notification of 8,000 bytes or more.
PAYLOAD_BYTES_MAX = 7_999

FRAME_BYTES_MAX = 4_096
TOPICS_MAX = 50
SOCKETS_A_PERSON_MAX = 20
# What a browser may say at once, and how quickly that allowance comes back.
FRAMES_AT_ONCE = 20
FRAMES_A_SECOND = 2.0
# That somebody is typing is passed on at most this often for each of their sockets.
TYPING_S_MIN = 2.0
# How often a process says who is here, and for how long that is believed.
PRESENCE_S = 30
PRESENCE_S_MAX = 75
PRESENT_MAX = 50

_TOPIC = re.compile(r"[a-z][a-z_]{0,39}:[A-Za-z0-9_-]{1,80}")
_OURS = frozenset({"topic", "kind"})


Deed = Literal["follow", "leave", "typing", "read"]


@dataclass(frozen=True)
class Ask:
    """A frame from a browser, understood."""

    deed: Deed
    topics: tuple[str, ...]


@dataclass(frozen=True)
class Publication:
    """Something to tell everybody who follows the topic in this community."""

    community_id: UUID
    topic: str
    frame: str


@dataclass
class Pace:
    """An allowance that is used up by frames and comes back with time; `now_s` is any steady clock."""

    left: float = FRAMES_AT_ONCE
    at_s: float = 0.0

    def admits(self, now_s: float) -> bool:
        """Whether one more frame is within the allowance; counts it."""
        self.left = min(FRAMES_AT_ONCE, self.left + (now_s - self.at_s) * FRAMES_A_SECOND)
        self.at_s = now_s
        if self.left < 1:
            return False
        self.left -= 1
        return True


def is_topic(text: object) -> bool:
    """Whether this is written like a topic: `circle:0193…`."""
    return isinstance(text, str) and _TOPIC.fullmatch(text) is not None


def prefix_and_key(topic: str) -> tuple[str, str]:
    """`circle:0193…` → `("circle", "0193…")`."""
    prefix, _, key = topic.partition(":")
    return prefix, key


def read_frame(text: str) -> Ask:
    """What a browser asks.

    Raises: FrameTooLong, FrameMalformed, TooManyTopics; in this order.
    """
    if len(text.encode()) > FRAME_BYTES_MAX:
        raise FrameTooLong(bytes_max=FRAME_BYTES_MAX)
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        raise FrameMalformed() from None
    if not isinstance(frame, dict) or len(frame) != 1:
        raise FrameMalformed()
    deed, topics = next(iter(frame.items()))
    if deed not in get_args(Deed) or not isinstance(topics, list) or not all(is_topic(each) for each in topics):
        raise FrameMalformed()
    if len(topics) > TOPICS_MAX:
        raise TooManyTopics(topics_max=TOPICS_MAX)
    return Ask(deed, tuple(dict.fromkeys(topics)))


def written(community_id: UUID, topic: str, kind: str, data: Mapping[str, Any]) -> str:
    """The publication as one notification; what is wrong with it is a bug of the publisher, hence a ValueError."""
    if not is_topic(topic):
        raise ValueError(f"{topic!r} is no topic: write `prefix:key`")
    if clash := _OURS & data.keys():
        raise ValueError(f"a publication cannot carry {sorted(clash)}: these words are taken")
    payload = json.dumps([str(community_id), topic, kind, data], separators=(",", ":"), default=_plain)
    if len(payload.encode()) > PAYLOAD_BYTES_MAX:
        raise ValueError(
            f"a publication holds at most {PAYLOAD_BYTES_MAX} bytes: publish ids and let pages fetch the rest"
        )
    return payload


def read_notification(payload: str) -> Publication:
    """What `written` wrote, with the frame that every follower is sent."""
    community_id, topic, kind, data = json.loads(payload)
    return Publication(UUID(community_id), topic, event_frame(topic, kind, data))


def event_frame(topic: str, kind: str, data: Mapping[str, Any]) -> str:
    """The frame a browser gets: `{"topic": …, "kind": …, …}`."""
    return json.dumps({"topic": topic, "kind": kind, **data}, separators=(",", ":"))


def refresh_frame(topic: str) -> str:
    """Tells a browser that it may have missed something of the topic and should fetch it anew."""
    return event_frame(topic, "refresh", {})


def answer_frame(**said: Any) -> str:
    """What a browser is answered: `{"following": […], "refused": […]}`."""
    return json.dumps(said, separators=(",", ":"))


def is_same_site(*, origin: str, host: str, trusted: tuple[str, ...]) -> bool:
    """Whether a page of ours opened the socket. A browser always says where the page came from; without that: no.

    The scheme is left out: behind a proxy that ends TLS we do not see it, and cookies are bound to the host anyway.
    """
    return bool(origin) and (origin.partition("://")[2].lower() == host.lower() or origin in trusted)


def _plain(value: object) -> str:
    if isinstance(value, UUID):
        return str(value)
    raise ValueError(f"a publication cannot carry a {type(value).__name__}: publish ids")
