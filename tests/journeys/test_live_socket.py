"""The platform's own front door serves the socket, to who is signed in."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from pamoja.kernel.communities.public import Community
from tests.harness.servers import Served
from tests.kernel.live.browsers import Browser
from tests.world import a_member, signed_in

pytestmark = [pytest.mark.journey, pytest.mark.committed]


def test_the_platform_serves_it(community: Community, live_platform: Served) -> None:
    session_key = signed_in(a_member(community=community)).session.session_key or ""
    browser = Browser(urlsplit(live_platform.base_url).port or 0, community, session_key)

    async def story() -> None:
        async with browser.socket() as wire:
            assert (await wire.follows("unheard_of:1"))["refused"] == ["unheard_of:1"]

    with ThreadPoolExecutor(1) as apart:  # the browsers of other journeys keep a loop in this thread
        assert apart.submit(browser.but(session_key="").is_refused_with).result() == 401
        apart.submit(lambda: asyncio.run(story())).result()
