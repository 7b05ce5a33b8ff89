"""The platform's own front door serves the socket, and pages know where it is."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlsplit

import pytest

from pamoja.kernel.communities.public import Community
from tests.harness.servers import Served
from tests.kernel.live.browsers import Browser
from tests.world import a_member, signed_in

pytestmark = pytest.mark.committed


def test_a_page_of_a_member_names_the_socket(community: Community) -> None:
    page = signed_in(a_member()).get("/c/umoja/").content.decode()

    assert re.search(r'data-live="([^"]+)"', page)[1] == "/c/umoja/live"  # type: ignore[index]  # no match is the failure


def test_the_platform_serves_it(community: Community, live_platform: Served) -> None:
    address = urlsplit(live_platform.base_url)
    session_key = signed_in(a_member()).session.session_key or ""
    browser = Browser(address.port or 0, community, session_key)

    async def story() -> None:
        async with browser.socket() as wire:
            assert (await wire.follows("unheard_of:1"))["refused"] == ["unheard_of:1"]

    assert browser.but(session_key="").is_refused_with() == 401
    asyncio.run(story())
