"""Asking, letting in, leaving, removing, changing parts"""

from typing import Any

import pytest

from pamoja.kernel.communities.public import Community, entered
from pamoja.products.savings import errors
from pamoja.products.savings.forms import ChoicesForm
from pamoja.products.savings.public import (
    CircleMember,
    admit_member,
    ask_to_join,
    change_member_role,
    choose_how_to_pay,
    decline_member,
    leave_circle,
    remove_member,
)
from tests.products.savings.circles import Group, a_group, a_running_group
from tests.products.savings.scenes import begins_with
from tests.world.cast import a_member, actor


def test_who_asks_is_let_in_on_the_rules_they_accepted(clock: Any, community: object) -> None:
    group, zuri = a_group(2, visibility="open"), a_member("Zuri Achieng")

    ask_to_join(by=actor(zuri), circle_id=group.circle_id, rules_version=1)
    seat = admit_member(by=group.organiser, circle_id=group.circle_id, member_id=zuri.pk)

    assert seat.is_joined
    assert seat.has_accepted(1)


def test_who_asks_can_be_declined(clock: Any, community: object) -> None:
    group, zuri = a_group(2, visibility="open"), a_member("Zuri Achieng")
    ask_to_join(by=actor(zuri), circle_id=group.circle_id, rules_version=1)

    decline_member(by=group.organiser, circle_id=group.circle_id, member_id=zuri.pk)

    assert CircleMember.objects.get(member=zuri).status == "declined"
    with pytest.raises(errors.NotInCircle):
        admit_member(by=group.organiser, circle_id=group.circle_id, member_id=zuri.pk)


def test_nobody_asks_at_a_private_door(clock: Any, community: object) -> None:
    group, zuri = a_group(2), a_member("Zuri Achieng")

    with pytest.raises(errors.CircleIsPrivate):
        ask_to_join(by=actor(zuri), circle_id=group.circle_id, rules_version=1)

    assert not CircleMember.objects.filter(member=zuri).exists()


@begins_with(a_group, 3)
def test_members_leave_before_the_start(clock: Any, community: object, group: Group) -> None:
    leave_circle(by=group.by(2), circle_id=group.circle_id)
    remove_member(by=group.organiser, circle_id=group.circle_id, member_id=group.people[1].pk)

    assert [group.seat(place).status for place in (0, 1, 2)] == ["joined", "removed", "left"]


@begins_with(a_running_group, 3)
def test_nobody_comes_or_goes_after_the_start(clock: Any, community: object, group: Group) -> None:
    with pytest.raises(errors.CircleNotGathering):
        leave_circle(by=group.by(2), circle_id=group.circle_id)
    with pytest.raises(errors.CircleNotGathering):
        remove_member(by=group.organiser, circle_id=group.circle_id, member_id=group.people[1].pk)

    assert all(group.seat(place).is_joined for place in range(3))


@begins_with(a_group, 3)
def test_an_organiser_hands_over_before_leaving(clock: Any, community: object, group: Group) -> None:
    with pytest.raises(errors.OrganiserCannotLeave):
        leave_circle(by=group.organiser, circle_id=group.circle_id)
    with pytest.raises(errors.OrganiserCannotLeave):
        change_member_role(by=group.organiser, circle_id=group.circle_id, member_id=group.people[0].pk, role="member")
    change_member_role(by=group.organiser, circle_id=group.circle_id, member_id=group.people[1].pk, role="organiser")
    leave_circle(by=group.organiser, circle_id=group.circle_id)

    assert [group.seat(place).role for place in (0, 1, 2)] == ["member", "organiser", "member"]


@begins_with(a_group, 3)
def test_only_the_organiser_gives_parts(clock: Any, community: object, group: Group) -> None:
    with pytest.raises(errors.OrganiserOnly):
        change_member_role(by=group.by(1), circle_id=group.circle_id, member_id=group.people[1].pk, role="organiser")

    assert group.seat(1).role == "member"


@begins_with(a_group, 2)
def test_members_choose_how_they_pay_and_receive(clock: Any, community: object, group: Group) -> None:
    choose_how_to_pay(by=group.by(1), circle_id=group.circle_id, pays_automatically=False, receives_on="phone")

    assert (group.seat(1).pays_automatically, group.seat(1).receives_on) == (False, "phone")
    with pytest.raises(errors.CircleSettingInvalid):
        choose_how_to_pay(by=group.by(1), circle_id=group.circle_id, receives_on="cash")


def test_speaks_of_phones_where_people_pay_by_phone_and_of_banks_elsewhere(
    community: Community, other_community: Community
) -> None:
    in_nairobi = str(ChoicesForm())
    with entered(other_community.pk):
        in_london = str(ChoicesForm())

    assert "Ask my phone" in in_nairobi
    assert "bank" not in in_nairobi
    assert "In my bank account" in in_london
    assert "my phone" not in in_london
