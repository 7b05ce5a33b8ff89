"""The back office of savings"""

from typing import Any

import pytest

from pamoja.kernel.communities.public import Community
from tests.products.savings.circles import Group, a_running_group, pay, pay_out
from tests.products.savings.scenes import begins_with
from tests.world.cast import a_member, signed_in


@pytest.mark.parametrize("name", ["circle", "round", "contribution", "roundpayout"])
@begins_with(a_running_group, 2)
def test_shows_everything_and_changes_nothing(clock: Any, community: Community, name: str, group: Group) -> None:
    pay(group, 1, 0, 1)
    pay_out(group, 1)
    from django.apps import apps

    row = apps.get_model("savings", name).objects.first()
    operator, place = signed_in(a_member("Wanjiku", roles=["operator"])), f"/c/{community.slug}/admin/savings/{name}"

    assert operator.get(f"{place}/?q=harvest").status_code == 200
    assert operator.get(f"{place}/{row.pk}/change/").status_code == 200
    assert operator.get(f"{place}/add/").status_code == 403
    assert operator.post(f"{place}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
