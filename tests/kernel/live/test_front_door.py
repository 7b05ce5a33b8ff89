"""Pages know where the socket is."""

from __future__ import annotations

import re

import pytest

from pamoja.kernel.communities.public import Community
from tests.world import a_member, signed_in

pytestmark = pytest.mark.django_db


def test_a_page_of_a_member_names_the_socket(community: Community) -> None:
    page = signed_in(a_member()).get("/c/umoja/").content.decode()

    assert re.search(r'data-live="([^"]+)"', page)[1] == "/c/umoja/live"  # type: ignore[index]  # no match is the failure
