"""The circle that a specification begins with."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import MORNING, make_community
from tests.harness.planting import undone

if TYPE_CHECKING:
    from pamoja.kernel.communities.public import Community
    from tests.products.savings.circles import Group


@pytest.fixture(scope="module", autouse=True)
def scene(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[tuple[Community, Group] | None]:
    """A community and its circle, for all tests in a row that begin with the same.

    Every test asks for it, so that it is gone again for those that begin with nothing.
    """
    from pamoja.foundation import clock
    from pamoja.kernel.communities.public import entered

    make = getattr(request, "param", None)
    if make is None:
        yield None
        return
    with django_db_blocker.unblock(), undone():
        community = make_community()
        with entered(community.pk), clock.frozen(MORNING):
            group = make()
        yield community, group


@pytest.fixture
def community(scene: tuple[Community, Group] | None, database: None) -> Iterator[Community]:
    """The community of the scene, or one in which nothing has happened; the test works inside it."""
    from pamoja.kernel.communities.public import entered

    found = copy.copy(scene[0]) if scene else make_community()
    with entered(found.pk):
        yield found


@pytest.fixture
def group(scene: tuple[Community, Group] | None, community: Community) -> Group:
    """The circle of the scene, as if it had just been made for this test."""
    assert scene, "a test that asks for a group says what it `begins_with`"
    return copy.deepcopy(scene[1])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Specifications of a module that begin with the same circle come one after the other."""
    places: dict[tuple[object, object], int] = {}

    def place(item: pytest.Item) -> int:
        made = getattr(item, "callspec", None)
        return places.setdefault((item.path, made.params.get("scene") if made else None), len(places))

    items.sort(key=place)
