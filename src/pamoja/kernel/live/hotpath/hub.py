"""Who follows what in this process, and a bounded queue for each of them."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from uuid import UUID

from pamoja.kernel.live import rules
from pamoja.kernel.live.queries import Follower

# Frames that wait for a browser at most; one that is slower is told to fetch its page anew instead.
QUEUE_MAX = 64

Topic = tuple[UUID, str]


class Client:
    """One open socket: what it follows and what it has yet to be sent. Touched by the event loop's thread alone."""

    def __init__(self, who: Follower) -> None:
        self.who = who
        self.topics: set[str] = set()
        self.typed_at_s = 0.0
        self.closing: tuple[int, str] | None = None
        self._frames: deque[str] = deque()
        self._woken = asyncio.Event()

    def tell(self, frame: str) -> None:
        """Queue a frame; where too many wait already, all of them become one `refresh` of each topic."""
        if len(self._frames) >= QUEUE_MAX:
            self.refresh()
        else:
            self._frames.append(frame)
            self._woken.set()

    def refresh(self) -> None:
        """Something was missed: drop what waits and let the browser fetch its topics anew."""
        self._frames.clear()
        self._frames.extend(rules.refresh_frame(topic) for topic in sorted(self.topics))
        self._woken.set()

    def close(self, code: int, reason: str) -> None:
        """Ask the socket to close; what waits is dropped."""
        self._frames.clear()
        self.closing = self.closing or (code, reason)
        self._woken.set()

    async def next_frame(self) -> str | None:
        """The next frame to send; None once the socket is to close."""
        while not self._frames:
            if self.closing:
                return None
            self._woken.clear()
            await self._woken.wait()
        return self._frames.popleft()


class Hub:
    """All sockets of this process, by what they follow."""

    def __init__(self) -> None:
        self.clients: set[Client] = set()
        self._followers: dict[Topic, set[Client]] = defaultdict(set)
        self._sockets: Counter[UUID] = Counter()

    def join(self, client: Client) -> None:
        """The socket is open."""
        self.clients.add(client)
        self._sockets[client.who.person_id] += 1

    def leave(self, client: Client) -> None:
        """The socket is closed; nothing of it is kept."""
        self.unfollow(client, tuple(client.topics))
        self.clients.discard(client)
        self._sockets[client.who.person_id] -= 1
        if not self._sockets[client.who.person_id]:
            del self._sockets[client.who.person_id]

    def sockets_of(self, person_id: UUID) -> int:
        """How many sockets this person has open here."""
        return self._sockets[person_id]

    def follow(self, client: Client, topics: Iterable[str]) -> None:
        """From now on the client is told about these topics."""
        for topic in topics:
            client.topics.add(topic)
            self._followers[client.who.community_id, topic].add(client)

    def unfollow(self, client: Client, topics: Iterable[str]) -> None:
        """The client is no longer told about these topics."""
        for topic in topics:
            client.topics.discard(topic)
            place = (client.who.community_id, topic)
            self._followers[place].discard(client)
            if not self._followers[place]:
                del self._followers[place]

    def publish(self, publication: rules.Publication) -> int:
        """Tell the topic's followers; returns how many there are."""
        followers = self._followers.get((publication.community_id, publication.topic), ())
        for client in followers:
            client.tell(publication.frame)
        return len(followers)

    def refresh_all(self) -> None:
        """Notifications may have been lost: everybody fetches anew."""
        for client in self.clients:
            client.refresh()

    def close_all(self, code: int, reason: str) -> None:
        """Ask every socket to close."""
        for client in self.clients:
            client.close(code, reason)
