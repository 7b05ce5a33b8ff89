"""What the database refuses, whoever writes. Each of these is tried in plain SQL."""

from datetime import date
from typing import Any

import pytest
from django.db import Error, connection, transaction

from pamoja.products.savings.public import draw_positions, pause_circle, set_positions
from tests.products.savings.circles import Group, a_group, a_running_group, pay, pay_out
from tests.products.savings.scenes import begins_with
from tests.world.cast import a_member

RUNNING = [
    ("savings_contribution_amount_is_the_circles", "UPDATE savings_contribution SET amount_minor = 499999"),
    ("savings_contribution_amount_is_the_circles", "UPDATE savings_contribution SET currency = 'GBP'"),
    ("savings_circle_terms_fixed", "UPDATE savings_circle SET amount_minor = 1"),
    ("savings_circle_terms_fixed", "UPDATE savings_circle SET first_due_on = '2030-01-01'"),
    (
        "savings_circle_steps_forward",
        "UPDATE savings_circle SET status = 'gathering', started_at = NULL, rounds_total = NULL",
    ),
    ("savings_circle_over_when_over", "UPDATE savings_circle SET status = 'completed'"),
    ("savings_circle_paused_while_paused", "UPDATE savings_circle SET status = 'paused'"),
    (
        "savings_position_fixed_after_start",
        "UPDATE savings_circle_member SET position = 3 - position WHERE position < 3",
    ),
    (
        "savings_position_fixed_after_start",
        "UPDATE savings_circle_member SET position = 9 WHERE position = 2",
    ),
    (
        "savings_circle_member_fixed",
        "UPDATE savings_circle_member SET status = 'left', position = NULL, gone_at = now() WHERE position = 2",
    ),
    ("savings_circle_member_one_organiser", "UPDATE savings_circle_member SET role = 'organiser'"),
    (
        "savings_round_recipient_fixed",
        "UPDATE savings_round SET recipient_id = (SELECT max(recipient_id::text)::uuid FROM savings_round)",
    ),
    (
        "savings_round_steps_forward",
        "UPDATE savings_round SET state = 'scheduled', paid_out_at = NULL WHERE number = 1",
    ),
    ("savings_round_paid_out_when_paid_out", "UPDATE savings_round SET state = 'paid_out' WHERE number = 2"),
    ("savings_round_due_day_unique", "UPDATE savings_round SET due_on = '2026-05-06' WHERE number = 2"),
    ("savings_round_opens_before_due", "UPDATE savings_round SET due_at = opens_at WHERE number = 2"),
    (
        "savings_contribution_paid_when_paid",
        "UPDATE savings_contribution SET state = 'paid' WHERE state = 'due'",
    ),
    (
        "savings_contribution_steps_forward",
        "UPDATE savings_contribution SET state = 'due', paid_at = NULL, entry_id = NULL WHERE state = 'paid'",
    ),
    (
        "savings_contribution_paid_once",
        "UPDATE savings_contribution SET paid_at = paid_at + interval '1 day' WHERE state = 'paid'",
    ),
    (
        "savings_contribution_fined_once",
        "UPDATE savings_contribution SET late_fee_minor = 5 WHERE state = 'paid'",
    ),
    (
        "savings_contribution_dates_logical",
        "UPDATE savings_contribution SET due_at = opened_at - interval '1 day'",
    ),
    ("savings_round_payout_amount_positive", "UPDATE savings_round_payout SET amount_minor = 0"),
    ("permission denied", "DELETE FROM savings_contribution"),
    ("permission denied", "DELETE FROM savings_round_payout"),
    ("permission denied", "TRUNCATE savings_circle CASCADE"),
]


def write(sql: str) -> None:
    """Runs the statement, and everything that would be checked at its commit."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refused(guard: str, sql: str) -> None:
    with pytest.raises(Error) as raised:
        write(sql)
    cause = raised.value.__cause__
    named = getattr(getattr(cause, "diag", None), "constraint_name", None) or str(cause)
    assert guard in named, named


@pytest.fixture
def running(clock: Any, community: object) -> Group:
    """Three people; round 1 has been paid out, one has paid into round 2."""
    from tests.products.savings.circles import after, sweep

    group = a_running_group(3)
    pay(group, 1, 0, 1, 2)
    pay_out(group, 1)
    clock.turn_to(after(group, 1))
    sweep()
    pay(group, 2, 0)
    return group


def test_refuses_of_a_running_circle(running: Group, subtests: pytest.Subtests) -> None:
    for guard, sql in RUNNING:
        with subtests.test(sql):
            refused(guard, sql)


def test_refuses_a_member_too_many(clock: Any, community: object) -> None:
    group, zuri = a_group(2, members_max=2), a_member("Zuri")

    refused(
        "savings_circle_member_at_most",
        "INSERT INTO savings_circle_member (id, community_id, circle_id, member_id, role, status, "
        "rules_version_accepted, "
        "accepted_at, pays_automatically, receives_on, asked_at, joined_at) SELECT gen_random_uuid(), "
        "community_id, circle_id, "
        f"'{zuri.pk}', 'member', 'joined', 1, now(), true, 'wallet', now(), now() FROM savings_circle_member LIMIT 1",
    )
    refused(
        "savings_circle_members_max_sensible",
        f"UPDATE savings_circle SET members_max = 101 WHERE id = '{group.circle_id}'",
    )


@begins_with(a_group, 2)
def test_refuses_two_on_one_position(clock: Any, community: object, group: Group) -> None:
    set_positions(by=group.organiser, circle_id=group.circle_id, order=[each.pk for each in group.people])

    refused("savings_circle_member_position_unique", "UPDATE savings_circle_member SET position = 1")
    write("UPDATE savings_circle_member SET position = 3 - position")
    assert [group.seat(place).position for place in (0, 1)] == [2, 1]


def test_refuses_fewer_places_than_members(clock: Any, community: object) -> None:
    a_group(3)

    refused("savings_circle_holds_its_members", "UPDATE savings_circle SET members_max = 2")


def test_refuses_a_seat_that_accepted_nothing(clock: Any, community: object) -> None:
    a_group(2)

    refused("savings_circle_member_joined_by_accepting", "UPDATE savings_circle_member SET accepted_at = NULL")


@begins_with(a_group, 3, order_by="draw")
def test_refuses_a_draw_that_was_changed(clock: Any, community: object, group: Group) -> None:
    refused("savings_draw_seed_fits_commitment", "UPDATE savings_draw SET seed = repeat('0', 64), drawn_at = now()")
    draw_positions(by=group.organiser, circle_id=group.circle_id)

    refused("savings_draw_kept", "UPDATE savings_draw SET commitment = repeat('0', 64)")
    refused("savings_draw_kept", "UPDATE savings_draw SET \"order\" = '[]'")


def test_refuses_a_swap_that_nobody_consented_to(running: Group) -> None:
    seats = [running.seat(place).pk for place in (1, 2)]

    refused(
        "savings_position_swap_asked_first",
        "INSERT INTO savings_position_swap (id, community_id, circle_id, asker_id, other_id, asker_position, "
        "other_position, "
        "state, asked_at, expires_at, decided_at) SELECT gen_random_uuid(), community_id, id, "
        f"'{seats[0]}', '{seats[1]}', 2, 3, 'consented', now(), now() + interval '1 day', now() FROM savings_circle",
    )


@begins_with(a_running_group, 2, first_due_on=date(2026, 4, 6))
def test_refuses_what_is_of_another_circle(running: Group, group: Group) -> None:
    own = running.contribution(2, 1).pk

    refused(
        "savings_contribution_seat_of_its_circle",
        f"UPDATE savings_contribution SET seat_id = '{group.seat(0).pk}' WHERE id = '{own}'",
    )
    refused(
        "savings_contribution_round_of_its_circle",
        f"UPDATE savings_contribution SET round_id = '{group.round(1).pk}' WHERE id = '{own}'",
    )


def test_shows_summaries_of_the_entered_community_alone(running: Group, other_community: Any) -> None:
    from pamoja.kernel.communities.public import entered

    views = ("circle_summary", "member_summary", "pending_contribution", "overdue_contribution")
    with entered(other_community.pk), connection.cursor() as cursor:
        for view in views:
            cursor.execute(f"SELECT count(*) FROM savings_{view}")
            assert cursor.fetchone()[0] == 0, view
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM savings_pending_contribution")
        assert cursor.fetchone()[0] == 2


def test_the_steps_are_those_of_the_rules(clock: Any, community: object) -> None:
    """Every step that the rules allow is in the guards, and no other."""
    import re
    from pathlib import Path

    import pamoja.products.savings.models as here
    from pamoja.products.savings.rules import seats

    sql = (Path(here.__file__).parents[1] / "sql" / "guards.sql").read_text()
    for function, steps in (
        ("savings_circle_steps", seats.CIRCLE_STEPS),
        ("savings_round_steps", seats.ROUND_STEPS),
        ("savings_contribution_steps", seats.CONTRIBUTION_STEPS),
    ):
        body = sql.split(f"FUNCTION {function}()")[1].split("END $$")[0]
        written = set(re.findall(r"\('(\w+)', '(\w+)'\)", body))
        assert written == {(before, after) for before, reached in steps.items() for after in reached}


@begins_with(a_running_group, 2)
def test_a_paused_circle_keeps_its_terms(clock: Any, community: object, group: Group) -> None:
    pause_circle(by=group.organiser, circle_id=group.circle_id)

    refused("savings_circle_terms_fixed", "UPDATE savings_circle SET late_fee_minor = 1")
