"""A community that every page and endpoint is asked for in, with the browsers of who asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client

from tests.harness.planting import undone

if TYPE_CHECKING:
    from pamoja.kernel.communities.public import Community


@dataclass(frozen=True)
class Place:
    """A community, and the session of a member who signed in a moment ago. A bug shows its answer, and raises not."""

    community: Community
    session_key: str

    @property
    def member(self) -> Client:
        """A member's browser, as after signing in."""
        client = self.stranger
        client.cookies[settings.SESSION_COOKIE_NAME] = self.session_key
        return client

    @property
    def stranger(self) -> Client:
        """A browser that was never here."""
        return Client(raise_request_exception=False)

    def at(self, path: str) -> str:
        """The full path of a page of the community."""
        return f"/c/{self.community.slug}/{path}"


@pytest.fixture(scope="module")
def place(django_db_setup: None, django_db_blocker: Any) -> Iterator[Place]:
    """Made once for all the addresses of a module, for asking takes less time than making."""
    from tests.world.cast import a_community, a_member, signed_in

    with django_db_blocker.unblock(), undone():
        community = a_community()
        browser = signed_in(a_member("Amina Hassan", community=community, phone="+254712000003"))
        yield Place(community, browser.cookies[settings.SESSION_COOKIE_NAME].value)
