"""Changing a circle's settings"""

from typing import Any

import pytest

from pamoja.products.savings.errors import (
    AcceptanceMissing,
    CircleNotFound,
    CircleOver,
    CircleSettingInvalid,
    OrganiserOnly,
    SettingFixed,
)
from pamoja.products.savings.models import Draw
from pamoja.products.savings.public import accept_rules, change_circle_settings, end_circle, start_circle
from tests.products.savings.circles import Group, a_group, a_running_group, shillings
from tests.products.savings.scenes import begins_with
from tests.world.cast import a_member, actor


@begins_with(a_group, 2)
def test_what_members_agreed_to_asks_them_again(clock: Any, community: object, group: Group) -> None:
    change_circle_settings(
        by=group.organiser, circle_id=group.circle_id, changes={"amount": shillings(6_000), "rules_text": "Be kind."}
    )

    assert (group.circle.amount, group.circle.rules_version) == (shillings(6_000), 2)
    assert group.seat(0).has_accepted(2), "who changes it accepts it"
    with pytest.raises(AcceptanceMissing, match="1 member"):
        start_circle(by=group.organiser, circle_id=group.circle_id)
    accept_rules(by=group.by(1), circle_id=group.circle_id, rules_version=2)
    assert group.seat(1).has_accepted(2)


@begins_with(a_group, 2)
def test_a_new_name_asks_nobody(clock: Any, community: object, group: Group) -> None:
    change_circle_settings(by=group.organiser, circle_id=group.circle_id, changes={"name": "Plenty"})

    assert (group.circle.name, group.circle.rules_version) == ("Plenty", 1)


@begins_with(a_group, 2)
def test_nothing_changes_when_nothing_differs(clock: Any, community: object, group: Group) -> None:
    change_circle_settings(by=group.organiser, circle_id=group.circle_id, changes={"turns": 1})

    assert group.circle.rules_version == 1


@begins_with(a_group, 2, order_by="draw")
def test_from_a_draw_to_the_hand_and_back_commits_anew(clock: Any, community: object, group: Group) -> None:
    for order_by in ("manual", "draw"):
        change_circle_settings(by=group.organiser, circle_id=group.circle_id, changes={"order_by": order_by})

    draws = list(Draw.objects.filter(circle=group.circle_id).order_by("number"))
    assert [held.voided_at is None for held in draws] == [False, True]
    assert draws[0].commitment != draws[1].commitment


@begins_with(a_running_group, 2)
def test_terms_are_fixed_once_it_runs(clock: Any, community: object, group: Group) -> None:
    with pytest.raises(SettingFixed):
        change_circle_settings(by=group.organiser, circle_id=group.circle_id, changes={"late_fee": shillings(100)})
    change_circle_settings(by=group.organiser, circle_id=group.circle_id, changes={"description": "For seed."})

    assert (group.circle.late_fee_minor, group.circle.description) == (0, "For seed.")


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"members_max": 2}, "members_max"), ({"colour": "red"}, "colour"), ({"turns": 0}, "turns")],
)
@begins_with(a_group, 3)
def test_refuses_what_cannot_be(
    clock: Any, community: object, changes: dict[str, Any], field: str, group: Group
) -> None:
    with pytest.raises(CircleSettingInvalid) as refused:
        change_circle_settings(by=group.organiser, circle_id=group.circle_id, changes=changes)

    assert refused.value.field == field
    assert group.circle.rules_version == 1


@begins_with(a_group, 2)
def test_only_the_organiser_may(clock: Any, community: object, group: Group) -> None:
    with pytest.raises(OrganiserOnly):
        change_circle_settings(by=group.by(1), circle_id=group.circle_id, changes={"name": "Mine"})
    with pytest.raises(CircleNotFound):
        change_circle_settings(by=actor(a_member("Zuri")), circle_id=group.circle_id, changes={"name": "Mine"})

    assert group.circle.name == "Harvest"


@begins_with(a_group, 2)
def test_refuses_when_it_is_over(clock: Any, community: object, group: Group) -> None:
    end_circle(by=group.organiser, circle_id=group.circle_id)

    with pytest.raises(CircleOver):
        change_circle_settings(by=group.organiser, circle_id=group.circle_id, changes={"name": "Again"})
