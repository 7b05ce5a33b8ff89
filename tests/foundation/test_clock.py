"""The clock can be turned and frozen, and then goes back."""

from datetime import UTC, date, datetime, timedelta

from pamoja.foundation import clock


def test_stands_still_while_frozen() -> None:
    with clock.frozen(datetime(2026, 3, 1, tzinfo=UTC)):
        first, second = clock.now(), clock.now()

    assert first == second == datetime(2026, 3, 1, tzinfo=UTC)
    assert clock.now() != first


def test_runs_on_after_being_turned() -> None:
    clock.turn_to(datetime(2030, 1, 1, tzinfo=UTC))
    try:
        assert timedelta() <= clock.now() - datetime(2030, 1, 1, tzinfo=UTC) < timedelta(minutes=1)
    finally:
        clock.turn_by(timedelta())


def test_knows_that_days_begin_at_different_times() -> None:
    with clock.frozen(datetime(2026, 3, 1, 22, 30, tzinfo=UTC)):
        assert clock.today("Africa/Nairobi") == date(2026, 3, 2)
        assert clock.today("Europe/London") == date(2026, 3, 1)
