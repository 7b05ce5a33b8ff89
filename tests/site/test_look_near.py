"""Near dates are words, far ones are exact."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pamoja.site import near

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 21), "today"),
        (date(2026, 11, 22), "tomorrow"),
        (date(2026, 11, 20), "yesterday"),
        (date(2026, 11, 24), "in 3 days"),
        (date(2026, 11, 27), "in 6 days"),
        (date(2026, 11, 28), "28 November"),
        (date(2026, 11, 19), "2 days ago"),
        (date(2026, 11, 14), "14 November"),
        (date(2027, 1, 28), "28 January 2027"),
        (date(2025, 12, 31), "31 December 2025"),
    ],
)
def test_days(day, words):
    assert near.near_day(day, TODAY) == words


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=2), "2 hours ago"),
        (timedelta(hours=7), "today, 07:30"),
        (timedelta(days=1), "yesterday, 14:30"),
        (timedelta(days=-1), "tomorrow, 14:30"),
        (timedelta(days=5), "16 November, 14:30"),
        (timedelta(minutes=-5), "today, 14:35"),
    ],
)
def test_moments(ago, words):
    assert near.near_moment(NOW - ago, NOW) == words
