"""What pages and lists show"""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pamoja.products.savings.errors import CircleNotFound
from pamoja.products.savings.public import (
    ask_to_join,
    circle_page,
    circle_statement,
    circle_summary,
    circles_of,
    contribution_history,
    discoverable_circles,
    dues_of,
    receipts_to_come,
)
from tests.products.savings.circles import Group, a_group, a_running_group, now, pay, pay_out, shillings
from tests.products.savings.scenes import begins_with
from tests.world.cast import a_member, actor


@begins_with(a_running_group, 3)
def test_shows_the_circle_to_those_in_it(clock: Any, community: object, group: Group) -> None:
    pay(group, 1, 0, 1)

    page = circle_page(group.circle_id, group.by(2))

    assert (page.pot, page.member_count, len(page.rounds)) == (shillings(10_000), 3, 3)
    assert page.current is not None
    assert (page.current.paid, page.current.in_pot, page.current.full_pot) == (2, shillings(10_000), shillings(15_000))
    assert [line.is_paid for line in page.current.contributions] == [True, True, False]
    assert [due.pk for due in page.my_dues] == [group.contribution(1, 2).pk]
    assert [line.is_you for line in page.members] == [False, False, True]
    assert page.next_round is not None
    assert page.next_round.recipient.id == group.people[1].pk


@begins_with(a_group, 3, visibility="open")
def test_shows_strangers_terms_and_numbers_alone(clock: Any, community: object, group: Group) -> None:
    page = circle_page(group.circle_id, actor(a_member("Zuri")))

    assert (page.is_inside, page.member_count, page.places_left) == (False, 3, 9)
    assert not page.members
    assert not page.rounds
    assert len(page.exposures) == 12


@begins_with(a_group, 2)
def test_hides_private_circles(clock: Any, community: object, group: Group) -> None:
    zuri = actor(a_member("Zuri"))

    with pytest.raises(CircleNotFound):
        circle_page(group.circle_id, zuri)
    with pytest.raises(CircleNotFound):
        contribution_history(group.circle_id, zuri)


def test_takes_as_many_queries_for_two_as_for_seven(clock: Any, community: object) -> None:
    counts = []
    for members in (2, 7):
        group = a_running_group(members)
        pay(group, 1, 0)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            circle_page(group.circle_id, group.organiser)
        counts.append(len(asked))

    assert counts[0] == counts[1]
    assert counts[0] <= 16


@begins_with(a_running_group, 3)
def test_home_says_what_is_due_and_what_comes(clock: Any, community: object, group: Group) -> None:
    (due,) = dues_of(group.people[1].pk)
    (receipt,) = receipts_to_come(group.people[1].pk)
    (line,) = circles_of(group.people[1].pk)

    assert (due.owed, due.round.number, due.is_overdue) == (shillings(5_000), 1, False)
    assert (receipt.round.number, receipt.expected) == (2, shillings(15_000))
    assert (line.members, line.paid, line.receives_on) == (3, 0, receipt.round.due_on)
    assert line.my_due is not None


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, 2),
        ({"text": "maize"}, 1),
        ({"text": "harv"}, 1),
        ({"text": "harvest maize"}, 1),
        ({"text": "harvest school"}, 0),
        ({"frequency": "weekly"}, 1),
        ({"frequency": "nonsense"}, 2),
        ({"amount_from": shillings(5_001)}, 0),
        ({"amount_to": shillings(5_000)}, 2),
    ],
)
def test_finds_listed_circles(clock: Any, community: object, filters: dict[str, Any], expected: int) -> None:
    a_group(2, visibility="open", description="For maize seed")
    a_group(2, visibility="open", name="School fees", frequency="weekly")
    a_group(2)
    a_running_group(2, visibility="open")

    found = discoverable_circles(**filters)

    assert found.count() == expected
    assert all(circle.members == 2 for circle in found)


def test_the_organiser_sees_who_asks(clock: Any, community: object) -> None:
    group, zuri = a_group(2, visibility="open"), a_member("Zuri")
    ask_to_join(by=actor(zuri), circle_id=group.circle_id, rules_version=1)

    assert [line.card.id for line in circle_page(group.circle_id, group.organiser).asking] == [zuri.pk]
    assert not circle_page(group.circle_id, group.by(1)).asking


@begins_with(a_running_group, 3)
def test_statement_and_summary_agree_with_what_was_paid(clock: Any, community: object, group: Group) -> None:
    pay(group, 1, 0, 1, 2)
    pay_out(group, 1)
    clock.turn_by(seconds=1)

    found = circle_statement(group.circle_id, group.by(2), since=group.circle.created_at, until=now())
    summary = circle_summary(group.circle_id)

    assert found is not None
    assert found.statement.adds_up
    assert [line.amount_minor for line in found.statement.lines] == [500_000, 500_000, 500_000, -1_500_000]
    assert found.names[found.statement.lines[0].counterparty_id] == "Amina Hassan"
    assert (summary.paid, summary.paid_out, summary.pot, summary.rounds_paid_out) == (
        shillings(15_000),
        shillings(15_000),
        shillings(0),
        1,
    )


@begins_with(a_running_group, 3)
def test_history_is_of_one_member_or_state_if_asked(clock: Any, community: object, group: Group) -> None:
    pay(group, 1, 0)

    everybody = contribution_history(group.circle_id, group.organiser)
    paid = contribution_history(group.circle_id, group.organiser, state="paid")
    own = contribution_history(group.circle_id, group.organiser, member_id=group.people[1].pk)

    assert (everybody.count, paid.count, own.count) == (3, 1, 1)
    assert paid.items[0].is_you
