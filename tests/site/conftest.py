"""Browsers of the cast, for specifications of pages and endpoints."""

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from tests.world.cast import signed_in

if TYPE_CHECKING:
    from tests.world.cast import Cast


@pytest.fixture
def member_client(cast: "Cast") -> Client:
    """The browser of a member who signed in a moment ago; a bug shows its answer instead of raising."""
    return signed_in(cast.member, raise_request_exception=False)
