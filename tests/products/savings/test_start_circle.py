"""Starting a circle"""

from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from pamoja.foundation.errors import Refusal
from pamoja.products.savings import errors
from pamoja.products.savings.public import Contribution, Round, change_circle_settings, start_circle
from tests.products.savings.circles import Group, a_group, a_running_group, shillings
from tests.products.savings.scenes import begins_with
from tests.world.cast import a_member


@begins_with(a_running_group, 3, first_due_on=date(2026, 3, 31), turns=2)
def test_makes_the_schedule_and_opens_round_one(clock: Any, community: object, group: Group) -> None:
    rounds = list(Round.objects.filter(circle=group.circle_id).select_related("recipient"))
    assert [each.due_on for each in rounds] == [
        date(2026, 3, 31),
        date(2026, 4, 30),
        date(2026, 5, 31),
        date(2026, 6, 30),
        date(2026, 7, 31),
        date(2026, 8, 31),
    ]
    assert [each.recipient.member_id for each in rounds] == [each.pk for each in group.people] * 2
    assert [each.state for each in rounds] == ["open", *["scheduled"] * 5]
    assert all(after.opens_at == before.due_at for before, after in pairwise(rounds))


@begins_with(a_group, 2)
def test_asks_everybody_for_the_same_by_the_end_of_their_own_day(clock: Any, community: object, group: Group) -> None:
    person = group.people[1].person
    person.time_zone = "America/New_York"
    person.save()
    from pamoja.products.savings.public import set_positions

    set_positions(by=group.organiser, circle_id=group.circle_id, order=[each.pk for each in group.people])
    start_circle(by=group.organiser, circle_id=group.circle_id)

    here, there = group.contribution(1, 0), group.contribution(1, 1)
    assert (here.amount, there.amount) == (shillings(5_000), shillings(5_000))
    assert (there.due_at - here.due_at).total_seconds() == 8 * 3600


@pytest.mark.parametrize(
    ("spoil", "refusal"),
    [
        ("alone", errors.TooFewMembers),
        ("unaccepted", errors.AcceptanceMissing),
        ("late", errors.StartDayPassed),
        ("unordered", errors.OrderMissing),
        ("by another", errors.OrganiserOnly),
    ],
)
def test_refuses_and_makes_nothing(clock: Any, community: object, spoil: str, refusal: type[Refusal]) -> None:
    group = a_group(1 if spoil == "alone" else 2)
    by = group.by(1) if spoil == "by another" else group.organiser
    if spoil == "unaccepted":
        change_circle_settings(by=group.organiser, circle_id=group.circle_id, changes={"grace_days": 5})
    if spoil == "late":
        clock.turn_by(days=5)

    with pytest.raises(refusal):
        start_circle(by=by, circle_id=group.circle_id)

    assert group.circle.is_gathering
    assert not Round.objects.exists()
    assert not Contribution.objects.exists()


@begins_with(a_running_group, 2)
def test_starts_once(clock: Any, community: object, group: Group) -> None:
    with pytest.raises(errors.CircleNotGathering):
        start_circle(by=group.organiser, circle_id=group.circle_id)

    assert Round.objects.count() == 2


def test_somebody_who_looks_after_all_circles_may(clock: Any, community: object) -> None:
    from pamoja.products.savings.public import set_positions
    from tests.world.cast import actor

    group = a_group(2)
    manager = actor(a_member("Wanjiku", roles=["savings_manager"]))

    set_positions(by=manager, circle_id=group.circle_id, order=[each.pk for each in group.people])
    start_circle(by=manager, circle_id=group.circle_id)

    assert group.circle.status == "running"
