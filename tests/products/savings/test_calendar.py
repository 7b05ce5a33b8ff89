"""The calendar of a circle"""

from datetime import UTC, date, datetime, timedelta

import pytest

from pamoja.products.savings.rules import calendar


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "frequency", "period", "expected"),
    [
        (date(2027, 1, 31), "monthly", 1, date(2027, 2, 28)),
        (date(2028, 1, 31), "monthly", 1, date(2028, 2, 29)),
        (date(2027, 1, 31), "monthly", 2, date(2027, 3, 31)),
        (date(2027, 1, 31), "monthly", 3, date(2027, 4, 30)),
        (date(2027, 1, 30), "monthly", 1, date(2027, 2, 28)),
        (date(2027, 1, 28), "monthly", 1, date(2027, 2, 28)),
        (date(2027, 11, 30), "monthly", 3, date(2028, 2, 29)),
        (date(2027, 12, 15), "monthly", 1, date(2028, 1, 15)),
        (date(2027, 1, 31), "monthly", 12, date(2028, 1, 31)),
        (date(2027, 1, 31), "monthly", 0, date(2027, 1, 31)),
        (date(2027, 12, 27), "weekly", 1, date(2028, 1, 3)),
        (date(2028, 2, 22), "weekly", 2, date(2028, 3, 7)),
    ],
)
def test_comes_back_to_its_day(first: date, frequency: calendar.Frequency, period: int, expected: date) -> None:
    assert calendar.due_on(first, frequency, period) == expected


@pytest.mark.parametrize(
    ("day", "zone", "expected"),
    [
        (date(2027, 1, 31), "Africa/Nairobi", "2027-01-31T21:00"),
        (date(2027, 1, 31), "UTC", "2027-02-01T00:00"),
        (date(2027, 1, 31), "America/New_York", "2027-02-01T05:00"),
        (date(2027, 1, 31), "Pacific/Auckland", "2027-01-31T11:00"),
        (date(2027, 1, 31), "Asia/Kathmandu", "2027-01-31T18:15"),
        # London: on 28 March 2027 the day has 23 hours, on 31 October 25.
        (date(2027, 3, 27), "Europe/London", "2027-03-28T00:00"),
        (date(2027, 3, 28), "Europe/London", "2027-03-28T23:00"),
        (date(2027, 10, 30), "Europe/London", "2027-10-30T23:00"),
        (date(2027, 10, 31), "Europe/London", "2027-11-01T00:00"),
        # Beirut turns its clocks at midnight: 28 March 2027 begins at one o'clock.
        (date(2027, 3, 27), "Asia/Beirut", "2027-03-27T22:00"),
        # Havana turns them back from one to midnight: 7 November 2027 begins with the first midnight.
        (date(2027, 11, 6), "America/Havana", "2027-11-07T04:00"),
    ],
)
def test_a_day_ends_where_the_member_lives(day: date, zone: str, expected: str) -> None:
    assert calendar.end_of(day, zone) == utc(expected)


def test_the_end_of_a_day_is_its_last_moment_everywhere() -> None:
    for zone in (
        "Africa/Nairobi",
        "Europe/London",
        "Asia/Beirut",
        "America/Havana",
        "Africa/Cairo",
        "Australia/Lord_Howe",
    ):
        for ordinal in range(date(2027, 1, 1).toordinal(), date(2028, 1, 1).toordinal()):
            day = date.fromordinal(ordinal)
            end = calendar.end_of(day, zone)
            local = calendar.zone(zone)
            assert end.astimezone(local).date() == day + timedelta(days=1), (zone, day)
            assert (end - timedelta(microseconds=1)).astimezone(local).date() == day, (zone, day)


@pytest.mark.parametrize(
    ("opened_at", "expected"),
    [
        ("2027-01-01T00:00", "2027-01-31T21:00"),
        ("2027-01-30T21:00", "2027-01-31T21:00"),
        ("2027-01-31T20:00", "2027-02-01T20:00"),
        ("2027-03-01T00:00", "2027-03-02T00:00"),
    ],
)
def test_nobody_is_late_within_a_day_of_being_asked(opened_at: str, expected: str) -> None:
    assert calendar.due_at(date(2027, 1, 31), "Africa/Nairobi", opened_at=utc(opened_at)) == utc(expected)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2027, 2, 1), 0),
        (date(2027, 2, 28), 0),
        (date(2027, 3, 1), 1),
        (date(2027, 3, 31), 1),
        (date(2027, 4, 1), 2),
        (date(2028, 1, 1), 11),
    ],
)
def test_a_rest_moves_rounds_by_whole_months(today: date, expected: int) -> None:
    first, planned = date(2027, 1, 31), date(2027, 2, 28)

    assert calendar.periods_moved(planned, first, "monthly", today, period=1) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2027-01-01T00:00", "2027-01-28T06:00"),
        ("2027-01-28T06:00", "2027-01-31T06:00"),
        ("2027-01-31T05:59", "2027-01-31T06:00"),
        ("2027-01-31T06:00", None),
    ],
)
def test_reminds_three_days_before_and_on_the_day_at_nine(now: str, expected: str | None) -> None:
    found = calendar.reminder_after(utc(now), date(2027, 1, 31), "Africa/Nairobi")

    assert found == (utc(expected) if expected else None)


def test_collects_at_ten_where_the_member_lives() -> None:
    assert calendar.collected_at(date(2027, 7, 1), "Europe/London") == utc("2027-07-01T09:00")
    assert calendar.collected_at(date(2027, 7, 1), "Africa/Nairobi") == utc("2027-07-01T07:00")


@pytest.mark.parametrize(
    ("due_at", "expected"),
    [
        ("2027-01-31T21:00", "2027-02-01T06:00"),  # the day ended at midnight in Nairobi
        ("2027-02-01T06:00", "2027-02-01T06:00"),
        ("2027-02-01T06:01", "2027-02-02T06:00"),
    ],
)
def test_who_is_late_hears_it_on_the_first_morning(due_at: str, expected: str) -> None:
    assert calendar.first_late_reminder_at(utc(due_at), "Africa/Nairobi") == utc(expected)


@pytest.mark.parametrize(
    ("told", "expected"),
    [(1, "2027-02-03T06:00"), (2, "2027-02-05T06:00"), (3, None), (4, None), (0, None)],
)
def test_reminders_of_the_late_become_rarer_and_end(told: int, expected: str | None) -> None:
    found = calendar.late_reminder_after(utc("2027-02-01T06:00"), told, "Africa/Nairobi")

    assert found == (utc(expected) if expected else None)


def test_what_rests_goes_on_at_the_same_hour() -> None:
    assert calendar.moved_on(utc("2027-03-27T09:00"), timedelta(days=2, hours=3), "Europe/London") == utc(
        "2027-03-29T08:00"
    )
