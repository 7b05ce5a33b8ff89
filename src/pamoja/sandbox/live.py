"""Tells open console pages that something changed, as server-sent events that carry a topic and nothing else."""

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import StreamingResponse

HEARTBEAT_S = 15.0
NO_BUFFERING = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Live:
    """Who is watching what."""

    def __init__(self) -> None:
        self._watchers: dict[str, set[asyncio.Event]] = {}
        self._is_closed = False

    def publish(self, topic: str) -> None:
        """Wakes whoever watches `topic`; several changes before a watcher looks are one."""
        for event in self._watchers.get(topic, ()):
            event.set()

    def close(self) -> None:
        """Ends every stream, so that the server can stop."""
        self._is_closed = True
        for events in self._watchers.values():
            for event in events:
                event.set()

    def stream(self, *topics: str) -> StreamingResponse:
        return StreamingResponse(self._events(topics), media_type="text/event-stream", headers=NO_BUFFERING)

    async def _events(self, topics: tuple[str, ...]) -> AsyncIterator[str]:
        changed = asyncio.Event()
        for topic in topics:
            self._watchers.setdefault(topic, set()).add(changed)
        try:
            yield "retry: 1000\nevent: ready\ndata: \n\n"
            while not self._is_closed:
                try:
                    await asyncio.wait_for(changed.wait(), timeout=HEARTBEAT_S)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                changed.clear()
                if not self._is_closed:
                    yield "event: changed\ndata: \n\n"
        finally:
            for topic in topics:
                self._watchers[topic].discard(changed)
                if not self._watchers[topic]:
                    del self._watchers[topic]
