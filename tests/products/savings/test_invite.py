"""Inviting to a circle"""

from typing import Any

import pytest

from pamoja.kernel.messaging.public import AddressUnusable, Message
from pamoja.products.savings.errors import CircleNotGathering, CircleSettingInvalid, OrganiserOnly
from pamoja.products.savings.public import Invitation, change_member_role, invitation_preview, invite
from tests.products.savings.circles import Group, a_group, a_running_group
from tests.products.savings.scenes import begins_with
from tests.world.cast import a_member, actor


@begins_with(a_group, 2)
def test_makes_a_code_that_shows_the_circle_before_joining(clock: Any, community: object, group: Group) -> None:
    invitation = invite(by=group.organiser, circle_id=group.circle_id, uses_max=5)

    preview = invitation_preview(invitation.shown_code, actor(a_member("Zuri")))
    assert (preview.circle.pk, preview.member_count, preview.is_good, preview.is_member) == (
        group.circle_id,
        2,
        True,
        False,
    )


@begins_with(a_group, 2)
def test_writes_to_an_address(clock: Any, community: object, group: Group) -> None:
    invitation = invite(by=group.organiser, circle_id=group.circle_id, email=" Zuri@Example.org ", uses_max=9)

    letter = Message.objects.get(template="savings/invited")
    assert letter.address == "zuri@example.org"
    assert invitation.shown_code in letter.text
    assert invitation.uses_max == 1, "it is for that one person"


@begins_with(a_group, 2)
def test_refuses_an_address_that_is_none(clock: Any, community: object, group: Group) -> None:
    with pytest.raises(AddressUnusable):
        invite(by=group.organiser, circle_id=group.circle_id, email="nobody")

    assert not Invitation.objects.filter(email="nobody").exists()


@pytest.mark.parametrize("differs", [{"days": 0}, {"days": 91}, {"uses_max": 0}, {"uses_max": 101}])
@begins_with(a_group, 2)
def test_refuses_what_is_too_much(clock: Any, community: object, differs: dict[str, int], group: Group) -> None:
    before = Invitation.objects.count()

    with pytest.raises(CircleSettingInvalid):
        invite(by=group.organiser, circle_id=group.circle_id, **differs)

    assert Invitation.objects.count() == before


@begins_with(a_group, 3)
def test_a_treasurer_may_too_but_no_plain_member(clock: Any, community: object, group: Group) -> None:
    change_member_role(by=group.organiser, circle_id=group.circle_id, member_id=group.people[1].pk, role="treasurer")

    invite(by=group.by(1), circle_id=group.circle_id)
    with pytest.raises(OrganiserOnly):
        invite(by=group.by(2), circle_id=group.circle_id)


@begins_with(a_running_group, 2)
def test_refuses_after_the_start(clock: Any, community: object, group: Group) -> None:
    with pytest.raises(CircleNotGathering):
        invite(by=group.organiser, circle_id=group.circle_id)
