"""People at their browsers, signed in without walking through the sign-in page: one journey does that for all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from playwright.sync_api import Page

from pamoja.kernel.communities.public import Community
from pamoja.kernel.identity.public import Member
from tests.harness.servers import Served
from tests.world.cast import signed_in


class Somebody:
    """A member with a browser of their own on the community's pages."""

    def __init__(self, member: Member, community: Community, platform: Served, browser: Callable[..., Any]) -> None:
        self.member = member
        self._address = platform.base_url
        self.page: Page = browser(base_url=f"{platform.base_url}/c/{community.slug}/").new_page()
        self.page.set_default_timeout(30_000)
        self.sign_in()

    def sign_in(self) -> None:
        """Just now: also after the clock was turned, which ends every session."""
        cookie = signed_in(self.member).cookies[settings.SESSION_COOKIE_NAME]
        self.page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self._address}])

    def opens(self, path: str) -> Page:
        self.page.goto(path)
        return self.page

    def presses(self, name: str) -> None:
        self.page.get_by_role("button", name=name).first.click()
