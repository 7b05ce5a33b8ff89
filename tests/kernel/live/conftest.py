"""A front door with nothing but `/live`, served for real, and members' browsers in front of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.world import a_member, signed_in

if TYPE_CHECKING:
    from pamoja.kernel.communities.public import Community
    from pamoja.kernel.identity.public import Member, Person
    from tests.kernel.live.browsers import Browser


@pytest.fixture
def port(committed_db: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Where `/live` is served, by a real server on a real database, until the test ends."""
    import uvicorn
    from starlette.applications import Starlette

    from pamoja.kernel.live import hotpath, queries
    from pamoja.kernel.live.public import declare_topic
    from tests.kernel.live import browsers
    from tests.kernel.live.browsers import SOON_S, wait_until

    monkeypatch.setattr(queries, "_topics", {})
    declare_topic("circle", may_follow=lambda _, key: key.startswith("ours"))
    declare_topic("here", may_follow=lambda _, key: key.startswith("ours"), is_attended=True)
    declare_topic(
        "board", may_follow=lambda *_: True, on_read=lambda by, key: browsers.heard.append((by.member_id, key))
    )
    browsers.heard.clear()
    app = Starlette(routes=hotpath.routes, lifespan=browsers.front_door)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="on"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started and hotpath.listener.is_listening.is_set())
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(SOON_S)
    assert not thread.is_alive()
    assert not hotpath.hub.clients
    hotpath.listener.is_listening.clear()


@pytest.fixture
def browser_of(port: int, community: Community) -> Callable[..., Browser]:
    """`browser_of(somebody)`: their browser, signed in, at the door of the test's community or of another."""

    from tests.kernel.live.browsers import Browser

    def opened(who: Member | Person, at: Community = community) -> Browser:
        return Browser(port, at, signed_in(who).session.session_key or "")

    return opened


@pytest.fixture
def amina(browser_of: Callable[..., Browser], community: Community) -> Browser:
    """A member's browser."""
    return browser_of(a_member("Amina Wanjiru"))
