"""What time does: rounds open, reminders go out, the late are late and pay a fee"""

from datetime import timedelta
from typing import Any

from pamoja.kernel.messaging.public import messages_of
from pamoja.products.savings.models import Contribution
from pamoja.products.savings.public import change_member_role, choose_how_to_pay, pause_circle, resume_circle
from tests.products.savings.circles import Group, a_running_group, after, pay, run_own_jobs, shillings, sweep
from tests.products.savings.scenes import begins_with


def subjects(group: Group, place: int) -> list[str]:
    return [each.subject for each in messages_of(group.people[place].pk)]


@begins_with(a_running_group, 3)
def test_the_next_round_opens_as_the_one_before_was_due(clock: Any, community: object, group: Group) -> None:
    clock.turn_to(after(group, 1, seconds=-1))
    sweep()
    assert group.round(2).state == "scheduled"
    clock.turn_to(after(group, 1))
    sweep()

    assert group.round(2).is_open
    assert Contribution.objects.filter(round__number=2).count() == 3


@begins_with(a_running_group, 3)
def test_a_sweep_that_slept_opens_all_it_missed(clock: Any, community: object, group: Group) -> None:
    clock.turn_to(after(group, 2, days=20))
    sweep()

    assert [group.round(number).state for number in (1, 2, 3)] == ["open", "open", "open"]
    late = Contribution.objects.filter(round__number=3)
    assert all(each.due_at > each.opened_at for each in late), "nobody is late within a day of being asked"


@begins_with(a_running_group, 3)
def test_reminds_once_before_and_once_on_the_day(clock: Any, community: object, group: Group) -> None:
    due_at = group.round(1).due_at
    pay(group, 1, 0)

    for hours in (-80, -63, -62, -20, -14, -2):
        clock.turn_to(due_at + timedelta(hours=hours))
        sweep()
        sweep()

    reminders = [each for each in subjects(group, 1) if " is due " in each]
    assert reminders == ["KSh 5,000 for Harvest is due today", "KSh 5,000 for Harvest is due by 6 March"]
    assert not [each for each in subjects(group, 0) if " is due " in each], "who has paid is left in peace"


@begins_with(a_running_group, 3, late_fee=shillings(200), grace_days=3)
def test_the_late_are_told_and_after_grace_fined_once(clock: Any, community: object, group: Group) -> None:
    pay(group, 1, 0, 1)

    clock.turn_to(after(group, 1, seconds=1))
    sweep()
    late = group.contribution(1, 2)
    assert (late.state, late.late_fee) == ("overdue", shillings(0))

    for days in (3, 4, 9):
        clock.turn_to(after(group, 1, days=days))
        sweep()

    assert group.contribution(1, 2).owed == shillings(5_200)
    assert subjects(group, 2).count("A late fee of KSh 200 was added in Harvest") == 1
    assert group.contribution(1, 0).late_fee == shillings(0)


REMINDERS = [
    "Your contribution to Harvest is overdue",
    "Harvest still waits for your KSh 5,000",
    "Last reminder: KSh 5,000 for Harvest",
]


def late_words(group: Group, place: int) -> list[str]:
    """What this person was told about being late, the oldest first."""
    return [each for each in reversed(subjects(group, place)) if each in REMINDERS]


def mornings(group: Group, clock: Any, *days: int) -> None:
    """Nine o'clock so many days after the due day, one after the other; the sweep passes twice."""
    for day in days:
        clock.turn_to(after(group, 1, days=day - 1, hours=9))
        sweep()
        sweep()


@begins_with(a_running_group, 3)
def test_the_late_hear_it_three_times_and_then_the_organiser_does(clock: Any, community: object, group: Group) -> None:
    pay(group, 1, 0, 1)

    clock.turn_to(after(group, 1, seconds=1))
    sweep()
    assert late_words(group, 2) == [], "nobody is written to at midnight"
    heard = {}
    for day in (1, 2, 3, 4, 6, 7, 8, 13, 14, 28):
        mornings(group, clock, day)
        heard[day] = len(late_words(group, 2))

    assert late_words(group, 2) == REMINDERS
    assert heard == {1: 1, 2: 1, 3: 2, 4: 2, 6: 2, 7: 3, 8: 3, 13: 3, 14: 3, 28: 3}
    assert subjects(group, 0).count("Chiku Mwangi is late in Harvest") == 1
    assert "Chiku Mwangi is late in Harvest" not in subjects(group, 1), "the organiser is told, not everybody"


@begins_with(a_running_group, 3)
def test_who_pays_between_two_reminders_hears_no_more(clock: Any, community: object, group: Group) -> None:
    pay(group, 1, 0, 1)
    mornings(group, clock, 1, 3)

    pay(group, 1, 2)
    mornings(group, clock, 7, 8)

    assert late_words(group, 2) == REMINDERS[:2]
    assert "Chiku Mwangi is late in Harvest" not in subjects(group, 0)


@begins_with(a_running_group, 3)
def test_a_sweep_that_slept_does_not_send_all_reminders_at_once(clock: Any, community: object, group: Group) -> None:
    pay(group, 1, 0, 1)

    mornings(group, clock, 20)
    assert late_words(group, 2) == REMINDERS[:1]
    mornings(group, clock, 21, 22)

    assert late_words(group, 2) == REMINDERS[:2]


@begins_with(a_running_group, 3)
def test_reminders_of_the_late_rest_while_the_circle_does(clock: Any, community: object, group: Group) -> None:
    pay(group, 1, 0, 1)
    mornings(group, clock, 1)

    pause_circle(by=group.organiser, circle_id=group.circle_id)
    mornings(group, clock, 3, 11)
    resume_circle(by=group.organiser, circle_id=group.circle_id)
    sweep()
    assert late_words(group, 2) == REMINDERS[:1]
    mornings(group, clock, 13)

    assert late_words(group, 2) == REMINDERS[:2]


@begins_with(a_running_group, 3)
def test_a_late_organiser_is_told_of_to_the_treasurer(clock: Any, community: object, group: Group) -> None:
    change_member_role(by=group.organiser, circle_id=group.circle_id, member_id=group.people[1].pk, role="treasurer")
    pay(group, 1, 1, 2)

    mornings(group, clock, 1, 3, 7)

    assert "Amina Hassan is late in Harvest" in subjects(group, 1)
    assert "Amina Hassan is late in Harvest" not in subjects(group, 0)


@begins_with(a_running_group, 2, shortfall_rule="pay_what_is_in", shortfall_after_days=1)
def test_arrears_are_reminded_of_after_the_circle_too(clock: Any, community: object, group: Group) -> None:
    choose_how_to_pay(by=group.by(0), circle_id=group.circle_id, pays_automatically=False)
    for number, places in ((1, (0, 1)), (2, (1,))):
        pay(group, number, *places)
        clock.turn_to(after(group, number, days=1, seconds=1))
        sweep()
        run_own_jobs()
    assert group.circle.is_over

    for days in (3, 7):
        clock.turn_to(after(group, 2, days=days, hours=9))
        sweep()

    assert late_words(group, 0) == REMINDERS


@begins_with(a_running_group, 2)
def test_no_fee_where_the_circle_has_none(clock: Any, community: object, group: Group) -> None:
    clock.turn_to(after(group, 1, days=20))
    sweep()

    assert group.contribution(1, 1).late_fee == shillings(0)


@begins_with(a_running_group, 3)
def test_each_is_late_by_the_calendar_of_where_they_live(clock: Any, community: object, group: Group) -> None:
    Contribution.objects.filter(round__number=1, seat=group.seat(2)).update(
        due_at=group.round(1).due_at + timedelta(hours=8)
    )

    clock.turn_to(after(group, 1, hours=1))
    sweep()

    assert [group.contribution(1, place).state for place in (1, 2)] == ["overdue", "due"]
