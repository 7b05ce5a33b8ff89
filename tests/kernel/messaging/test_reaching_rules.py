"""By which way, in which form and when a message may go."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from pamoja.kernel.messaging.rules import (
    Asked,
    Channel,
    Consent,
    Form,
    Go,
    Kind,
    Reachable,
    Turn,
    Wait,
    Wish,
    Wishes,
    advanced,
    channels_for,
    decide,
    end_of_night,
    meaning_of,
    reported,
    word_of,
)
from pamoja.kernel.messaging.rules.delivering import State

NOON = datetime(2026, 3, 2, 9, tzinfo=UTC)  # noon in Nairobi
MIDNIGHT = datetime(2026, 3, 2, 21, tzinfo=UTC)
MORNING = datetime(2026, 3, 3, 4, tzinfo=UTC)
NAIROBI = Wishes(zone="Africa/Nairobi")
WROTE = Reachable(Consent.GIVEN, NOON - timedelta(hours=1))
LONG_AGO = Reachable(Consent.GIVEN, NOON - timedelta(days=30))


def asked(kind: Kind, reachable: Reachable = WROTE, **differs: object) -> Asked:
    usual = {"channel": Channel.WHATSAPP, "wishes": NAIROBI}
    return Asked(kind=kind, reachable=reachable, **{**usual, **differs})  # type: ignore[arg-type]  # a table of differences


@pytest.mark.parametrize(
    ("question", "now", "verdict"),
    [
        (asked(Kind.MONEY), NOON, Go()),
        (asked(Kind.MONEY, Reachable(Consent.WITHDRAWN, NOON)), NOON, Turn("stopped", is_wish=True)),
        (asked(Kind.SECURITY, Reachable(Consent.WITHDRAWN, NOON)), NOON, Turn("stopped", is_wish=True)),
        (asked(Kind.REPLY, Reachable(Consent.WITHDRAWN, NOON), ignores_stop=True), NOON, Go()),
        (asked(Kind.MONEY, Reachable(Consent.GIVEN, NOON, is_unreachable=True)), NOON, Turn("unreachable")),
        (
            asked(Kind.NEWS, wishes=Wishes(muted=frozenset({(Kind.NEWS, Channel.WHATSAPP)}))),
            NOON,
            Turn("muted", is_wish=True),
        ),
        (asked(Kind.SECURITY, wishes=Wishes(muted=frozenset({(Kind.SECURITY, Channel.WHATSAPP)}))), NOON, Go()),
        (asked(Kind.NEWS), MIDNIGHT, Wait(MORNING)),
        (asked(Kind.REMINDER), MIDNIGHT, Wait(MORNING)),
        (asked(Kind.REMINDER, channel=Channel.EMAIL), MIDNIGHT, Go()),
        (asked(Kind.MONEY), MIDNIGHT, Go()),
        (asked(Kind.SECURITY), MIDNIGHT, Go()),
        (asked(Kind.REPLY), MIDNIGHT, Go()),
        (asked(Kind.MONEY, LONG_AGO), NOON, Turn("window_closed")),
        (asked(Kind.MONEY, LONG_AGO, has_approved_template=True), NOON, Go(Form.TEMPLATE)),
        (asked(Kind.REPLY, LONG_AGO, has_approved_template=True), NOON, Turn("window_closed")),
        (
            asked(Kind.MONEY, Reachable(Consent.UNKNOWN, NOON - timedelta(days=30)), has_approved_template=True),
            NOON,
            Turn("no_consent", is_wish=True),
        ),
        (asked(Kind.MONEY, Reachable(Consent.GIVEN, NOON - timedelta(hours=23, minutes=58))), NOON, Go()),
        (
            asked(Kind.MONEY, Reachable(Consent.GIVEN, NOON - timedelta(hours=23, minutes=59))),
            NOON,
            Turn("window_closed"),
        ),
        (asked(Kind.MONEY, LONG_AGO, channel=Channel.SMS), NOON, Go()),
    ],
)
def test_what_is_due_goes_waits_or_turns_away(question: Asked, now: datetime, verdict: object) -> None:
    assert decide(question, now) == verdict


@pytest.mark.parametrize(
    ("zone", "quiet", "now", "morning"),
    [
        ("Africa/Nairobi", (21, 7), "2026-03-02T17:59Z", "2026-03-02T17:59Z"),
        ("Africa/Nairobi", (21, 7), "2026-03-02T18:00Z", "2026-03-03T04:00Z"),
        ("Africa/Nairobi", (21, 7), "2026-03-03T03:59Z", "2026-03-03T04:00Z"),
        ("Africa/Nairobi", (21, 7), "2026-03-03T04:00Z", "2026-03-03T04:00Z"),
        ("Africa/Nairobi", (1, 5), "2026-03-02T23:00Z", "2026-03-03T02:00Z"),
        ("Africa/Nairobi", (13, 14), "2026-03-02T10:30Z", "2026-03-02T11:00Z"),
        # London's clocks jump from one to two on this morning, and seven o'clock comes an hour sooner.
        ("Europe/London", (21, 7), "2026-03-28T22:00Z", "2026-03-29T06:00Z"),
        ("Europe/London", (21, 7), "2026-10-24T22:00Z", "2026-10-25T07:00Z"),
        ("Pacific/Kiritimati", (21, 7), "2026-03-02T07:30Z", "2026-03-02T17:00Z"),
    ],
)
def test_the_night_ends_by_the_clock_on_the_members_wall(
    zone: str, quiet: tuple[int, int], now: str, morning: str
) -> None:
    wishes = Wishes(zone=zone, quiet_from=time(quiet[0]), quiet_until=time(quiet[1]))

    assert end_of_night(wishes, datetime.fromisoformat(now)) == datetime.fromisoformat(morning)


def test_who_wants_no_quiet_hours_has_none() -> None:
    assert end_of_night(Wishes(is_quiet_at_night=False, zone="Africa/Nairobi"), MIDNIGHT) == MIDNIGHT
    assert end_of_night(Wishes(quiet_from=time(7), quiet_until=time(7)), MIDNIGHT) == MIDNIGHT


ALL = (Channel.EMAIL, Channel.SMS, Channel.WHATSAPP)


@pytest.mark.parametrize(
    ("wishes", "reachable", "preferred", "order"),
    [
        (Wishes(), ALL, (), [Channel.WHATSAPP, Channel.EMAIL, Channel.SMS]),
        (Wishes(), (Channel.EMAIL,), (), [Channel.EMAIL]),
        (Wishes(first=Channel.SMS), ALL, (), [Channel.SMS, Channel.WHATSAPP, Channel.EMAIL]),
        (Wishes(first=Channel.SMS), ALL, (Channel.EMAIL,), [Channel.EMAIL, Channel.SMS, Channel.WHATSAPP]),
        (Wishes(muted=frozenset({(Kind.NEWS, Channel.WHATSAPP)})), ALL, (), [Channel.EMAIL, Channel.SMS]),
        (Wishes(), (), (), []),
    ],
)
def test_the_members_first_channel_is_tried_first(
    wishes: Wishes, reachable: tuple[Channel, ...], preferred: tuple[Channel, ...], order: list[Channel]
) -> None:
    assert channels_for(Kind.NEWS, wishes, reachable, preferred) == order


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("STOP", Wish.STOP),
        (" stop! ", Wish.STOP),
        ("Stop all", Wish.STOP),
        ("acha", Wish.STOP),
        ("ACHA.", Wish.STOP),
        ("ＳＴＯＰ", Wish.STOP),
        ("start", Wish.START),
        ("Anza", Wish.START),
        ("help", Wish.HELP),
        ("MSAADA?", Wish.HELP),
        ("please stop it", None),
        ("cancel", None),
        ("nonstop", None),
        ("", None),
        ("!!!", None),
    ],
)
def test_words_count_only_as_the_whole_message(text: str, wish: Wish | None) -> None:
    assert word_of(text) == wish


@pytest.mark.parametrize(
    ("now", "said", "then"),
    [
        (State.SENT, "delivered", State.DELIVERED),
        (State.SENT, "read", State.READ),  # `read` may come without `delivered`
        (State.READ, "delivered", State.READ),
        (State.READ, "sent", State.READ),
        (State.SENT, "undelivered", State.FAILED),
        (State.DELIVERED, "failed", State.DELIVERED),
        (State.FAILED, "delivered", State.FAILED),
        (State.WITHHELD, "read", State.WITHHELD),
    ],
)
def test_reports_only_move_a_message_forward(now: State, said: str, then: State) -> None:
    word = reported(said)

    assert word is not None
    assert advanced(now, word) == then


@pytest.mark.parametrize(
    ("code", "permanent", "opt_out", "flags", "holds"),
    [
        ("63018", False, False, False, True),
        ("20429", False, False, False, True),
        ("63016", True, False, False, False),
        ("21610", True, True, False, False),
        ("63014", True, True, False, False),
        ("63003", True, False, True, False),
        ("63012", False, False, False, False),
        ("21617", True, False, False, False),
        ("99999", True, False, False, False),
    ],
)
def test_a_code_says_what_follows(code: str, permanent: bool, opt_out: bool, flags: bool, holds: bool) -> None:
    meaning = meaning_of(code)

    assert (meaning.is_permanent, meaning.is_opt_out, meaning.flags_address) == (permanent, opt_out, flags)
    assert bool(meaning.holds_sender_for) is holds
