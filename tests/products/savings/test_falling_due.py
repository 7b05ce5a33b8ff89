"""What time does: rounds open, reminders go out, the late are late and pay a fee"""

from datetime import timedelta
from typing import Any

from pamoja.kernel.messaging.public import messages_of
from pamoja.products.savings.models import Contribution
from tests.products.savings.circles import Group, a_running_group, after, pay, shillings, sweep


def subjects(group: Group, place: int) -> list[str]:
    return [each.subject for each in messages_of(group.people[place].pk)]


def test_the_next_round_opens_as_the_one_before_was_due(clock: Any, community: object) -> None:
    group = a_running_group(3)

    clock.turn_to(after(group, 1, seconds=-1))
    sweep()
    assert group.round(2).state == "scheduled"
    clock.turn_to(after(group, 1))
    sweep()

    assert group.round(2).is_open
    assert Contribution.objects.filter(round__number=2).count() == 3


def test_a_sweep_that_slept_opens_all_it_missed(clock: Any, community: object) -> None:
    group = a_running_group(3)

    clock.turn_to(after(group, 2, days=20))
    sweep()

    assert [group.round(number).state for number in (1, 2, 3)] == ["open", "open", "open"]
    late = Contribution.objects.filter(round__number=3)
    assert all(each.due_at > each.opened_at for each in late), "nobody is late within a day of being asked"


def test_reminds_once_before_and_once_on_the_day(clock: Any, community: object) -> None:
    group = a_running_group(3)
    due_at = group.round(1).due_at
    pay(group, 1, 0)

    for hours in (-80, -63, -62, -20, -14, -2):
        clock.turn_to(due_at + timedelta(hours=hours))
        sweep()
        sweep()

    reminders = [each for each in subjects(group, 1) if " is due " in each]
    assert reminders == ["KSh 5,000 for Harvest is due today", "KSh 5,000 for Harvest is due by 6 March"]
    assert not [each for each in subjects(group, 0) if " is due " in each], "who has paid is left in peace"


def test_the_late_are_told_and_after_grace_fined_once(clock: Any, community: object) -> None:
    group = a_running_group(3, late_fee=shillings(200), grace_days=3)
    pay(group, 1, 0, 1)

    clock.turn_to(after(group, 1, seconds=1))
    sweep()
    late = group.contribution(1, 2)
    assert (late.state, late.late_fee) == ("overdue", shillings(0))

    for days in (3, 4, 9):
        clock.turn_to(after(group, 1, days=days))
        sweep()

    assert group.contribution(1, 2).owed == shillings(5_200)
    assert "Your contribution to Harvest is overdue" in subjects(group, 2)
    assert subjects(group, 2).count("A late fee of KSh 200 was added in Harvest") == 1
    assert group.contribution(1, 0).late_fee == shillings(0)


def test_no_fee_where_the_circle_has_none(clock: Any, community: object) -> None:
    group = a_running_group(2)

    clock.turn_to(after(group, 1, days=20))
    sweep()

    assert group.contribution(1, 1).late_fee == shillings(0)


def test_each_is_late_by_the_calendar_of_where_they_live(clock: Any, community: object) -> None:
    group = a_running_group(3)
    Contribution.objects.filter(round__number=1, seat=group.seat(2)).update(
        due_at=group.round(1).due_at + timedelta(hours=8)
    )

    clock.turn_to(after(group, 1, hours=1))
    sweep()

    assert [group.contribution(1, place).state for place in (1, 2)] == ["overdue", "due"]
