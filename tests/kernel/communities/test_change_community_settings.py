"""A community's settings are changed by whom it lets, and the change is a fact."""

import pytest

from pamoja.foundation.actions import SYSTEM, Actor, NotAllowed
from pamoja.kernel.audit.public import facts
from pamoja.kernel.communities.public import Community, change_community_settings, entered

pytestmark = pytest.mark.django_db


@pytest.fixture
def umoja() -> Community:
    return Community.objects.create(slug="umoja-t", name="Umoja", currency="KES", country="KE", products=["savings"])


def test_changes_what_may_be_changed(umoja: Community) -> None:
    with entered(umoja.pk):
        change_community_settings(
            by=SYSTEM, community_id=umoja.pk, changes={"name": "Umoja Savers", "currency": "USD", "products": []}
        )

        umoja.refresh_from_db()
        assert (umoja.name, umoja.currency, umoja.products) == ("Umoja Savers", "KES", [])
        assert facts(name="communities.settings_changed").get().data["fields"] == ["name", "products"]


def test_refuses_somebody_without_the_permission(umoja: Community) -> None:
    stranger = Actor(kind="member", label="Stranger")

    with entered(umoja.pk), pytest.raises(NotAllowed):
        change_community_settings(by=stranger, community_id=umoja.pk, changes={"name": "Mine"})

    umoja.refresh_from_db()
    assert umoja.name == "Umoja"
