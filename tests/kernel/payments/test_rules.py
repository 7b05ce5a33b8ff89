"""The rules of payments, as tables."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pamoja.foundation.money import Money
from pamoja.kernel.payments.errors import PhoneUnfit
from pamoja.kernel.payments.rules import mpesa, sources, timing, tokens
from pamoja.kernel.payments.rules.messages import NoticeKind
from pamoja.kernel.payments.rules.mpesa import Verdict
from pamoja.kernel.payments.rules.timing import QUERY_AFTER_S, RetryPolicy

NAIROBI = "Africa/Nairobi"
MONDAY_9 = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)  # nine o'clock in Nairobi
POLICY = RetryPolicy()

SECRET = b"s" * 32
HERE, THERE = UUID(int=1), UUID(int=2)
SUBJECT = UUID(int=77)


@pytest.mark.parametrize(
    ("code", "verdict", "may_still_be_paid"),
    [
        ("0", Verdict.PAID, False),
        ("1", Verdict.MAY_RETRY, False),
        ("2", Verdict.FINAL, False),
        ("3", Verdict.FINAL, False),
        ("4", Verdict.MAY_RETRY, False),
        ("8", Verdict.FINAL, False),
        ("17", Verdict.MAY_RETRY, True),
        ("26", Verdict.MAY_RETRY, True),
        ("1001", Verdict.MAY_RETRY, True),
        ("1019", Verdict.MAY_RETRY, True),
        ("1025", Verdict.MAY_RETRY, True),
        ("9999", Verdict.MAY_RETRY, True),
        ("1032", Verdict.MAY_RETRY, False),
        ("1037", Verdict.MAY_RETRY, True),
        ("2001", Verdict.MAY_RETRY, False),
        ("2028", Verdict.FINAL, False),
        ("8006", Verdict.FINAL, False),
        ("SFC_IC0003", Verdict.FINAL, False),
        ("4999", Verdict.PENDING, False),
        ("7531", Verdict.UNKNOWN, False),
        ("", Verdict.UNKNOWN, False),
        ("00", Verdict.UNKNOWN, False),
    ],
)
def test_a_result_code_means(code: str, verdict: Verdict, may_still_be_paid: bool) -> None:
    meaning = mpesa.meaning_of(code)

    assert (meaning.verdict, meaning.may_still_be_paid) == (verdict, may_still_be_paid)
    assert verdict in (Verdict.PAID, Verdict.PENDING) or meaning.reason.endswith(".")


@given(some.text(max_size=20))
def test_no_code_but_zero_is_ever_paid(code: str) -> None:
    assert (mpesa.meaning_of(code).verdict == Verdict.PAID) == (code.strip() == "0")


@pytest.mark.parametrize(
    ("typed", "msisdn"),
    [
        ("0712345678", "254712345678"),
        ("712345678", "254712345678"),
        ("+254712345678", "254712345678"),
        ("254712345678", "254712345678"),
        ("254 712 345 678", "254712345678"),
        ("+254 (0)712-345-678", "254712345678"),
        ("0112345678", "254112345678"),
    ],
)
def test_a_kenyan_number_is_read_however_it_is_written(typed: str, msisdn: str) -> None:
    assert mpesa.msisdn_of(typed) == msisdn


@pytest.mark.parametrize(
    "typed",
    ["", "hello", "+447400000005", "+255712345678", "0202345678", "071234567", "07123456789", "+1 712 345 6789", "254"],
)
def test_a_number_elsewhere_never_becomes_a_kenyan_one(typed: str) -> None:
    with pytest.raises(PhoneUnfit):
        mpesa.msisdn_of(typed)


def test_a_number_is_masked() -> None:
    assert (mpesa.masked("254712345678"), mpesa.masked("123")) == ("2547****678", "****")


@pytest.mark.parametrize(
    ("value", "minor"),
    [
        (50, 5000),
        (50.0, 5000),
        ("50", 5000),
        ("50.00", 5000),
        ("50.5", 5050),
        (0.1, 10),
        *((nonsense, None) for nonsense in (True, None, "", "-50", "1e3", "NaN", "9" * 40, {}, "50.123")),
    ],
)
def test_an_amount_is_read_whatever_its_type(value: object, minor: int | None) -> None:
    assert mpesa.shillings_as_minor(value) == minor


@given(some.integers(1, 150_000))
def test_whole_shillings_come_through_unchanged(shillings: int) -> None:
    assert mpesa.whole_shillings(Money(shillings * 100, "KES"), least=1, most=150_000) == shillings


def test_the_prompt_says_what_it_is_for_in_few_characters() -> None:
    assert mpesa.description_of("savings.contribution:0193") == "Contribution"
    assert mpesa.description_of("wallet.top_up") == "Top up"
    assert mpesa.description_of("") == "Payment"
    assert len(mpesa.account_reference(SUBJECT)) <= 12


def test_the_rail_is_asked_by_the_schedule() -> None:
    now, asked = MONDAY_9, []
    while (now := timing.next_query_at(MONDAY_9, now)) is not None:  # type: ignore[assignment]  # None ends it
        asked.append(int((now - MONDAY_9).total_seconds()))

    assert tuple(asked) == QUERY_AFTER_S == (10, 20, 40, 70, 180, 600, 1800, 7200, 86400)


@pytest.mark.parametrize(
    ("made", "now", "next_at"),
    [
        (0, MONDAY_9, MONDAY_9),
        (1, MONDAY_9, MONDAY_9 + timedelta(minutes=10)),
        (2, MONDAY_9, MONDAY_9 + timedelta(hours=3)),
        (3, MONDAY_9, MONDAY_9 + timedelta(days=1)),
        (4, MONDAY_9, None),
        # 19:55 and ten minutes is past the members' hours: tomorrow at nine.
        (1, MONDAY_9 + timedelta(hours=10, minutes=55), MONDAY_9 + timedelta(days=1)),
        # Two in the morning: today at nine.
        (1, MONDAY_9 - timedelta(hours=7), MONDAY_9),
    ],
)
def test_a_member_is_asked_again_within_their_hours(made: int, now: datetime, next_at: datetime | None) -> None:
    found = timing.next_attempt_at(POLICY, attempts_made=made, attempts_max=4, now=now, zone=NAIROBI)

    assert found == next_at


@given(
    some.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=some.just(UTC)),  # noqa: DTZ001 - bounds are naive by contract
    some.sampled_from(["Africa/Nairobi", "Europe/London", "America/New_York", "Asia/Kathmandu"]),
)
def test_the_hours_are_never_missed_and_never_long_ago(moment: datetime, zone: str) -> None:
    from zoneinfo import ZoneInfo

    found = timing.within_hours(moment, POLICY, zone)

    assert POLICY.from_hour <= found.astimezone(ZoneInfo(zone)).hour < POLICY.until_hour
    assert timedelta() <= found - moment <= timedelta(hours=24)


def test_a_token_proves_what_it_is_about() -> None:
    token = tokens.make_token(SECRET, community_id=HERE, kind=NoticeKind.PAYOUT, subject_id=SUBJECT)

    found = tokens.read_token(SECRET, token, community_id=HERE, kind=NoticeKind.PAYOUT)

    assert found is not None
    assert found.subject_id == SUBJECT


def test_no_token_counts_elsewhere() -> None:
    token = tokens.make_token(SECRET, community_id=HERE, kind=NoticeKind.PAYOUT, subject_id=SUBJECT)

    for community, kind, secret in [
        (THERE, NoticeKind.PAYOUT, SECRET),
        (HERE, NoticeKind.PAYOUT_STATE, SECRET),
        (HERE, NoticeKind.PAYOUT, b"another"),
    ]:
        assert tokens.read_token(secret, token, community_id=community, kind=kind) is None


@given(some.integers(0, 79), some.sampled_from("0123456789abcdefg"))
def test_a_token_changed_anywhere_is_none_of_ours(place: int, character: str) -> None:
    token = tokens.make_token(SECRET, community_id=HERE, kind=NoticeKind.PAYOUT, subject_id=SUBJECT)
    changed = token[:place] + character + token[place + 1 :]

    found = tokens.read_token(SECRET, changed, community_id=HERE, kind=NoticeKind.PAYOUT)

    assert (found is not None) == (changed == token)


@given(some.uuids(), some.uuids(), some.sampled_from(NoticeKind))
def test_no_address_holds_a_word_that_is_refused(community: UUID, subject: UUID, kind: NoticeKind) -> None:
    token = tokens.make_token(SECRET, community_id=community, kind=kind, subject_id=subject)

    path = f"/hooks/pay/{community.hex}/{kind}/{token}"

    assert not re.search("mpesa|m-pesa|safaricom|exe|exec|cmd|sql|query", path, re.IGNORECASE)


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "source"),
    [
        ("196.201.214.200", "", [], "196.201.214.200"),
        ("6.6.6.6", "196.201.214.200", [], "6.6.6.6"),  # anybody can write the header
        ("10.0.0.1", "196.201.214.200", ["10.0.0.0/8"], "196.201.214.200"),
        ("10.0.0.1", "196.201.214.200, 6.6.6.6", ["10.0.0.0/8"], "6.6.6.6"),
        ("10.0.0.1", "1.1.1.1, 196.201.214.200, 10.0.0.2", ["10.0.0.0/8"], "196.201.214.200"),
        ("10.0.0.1", "", ["10.0.0.0/8"], "10.0.0.1"),
        ("", "", ["10.0.0.0/8"], ""),
    ],
)
def test_the_source_is_the_last_hop_that_is_not_ours(
    peer: str, forwarded: str, proxies: list[str], source: str
) -> None:
    assert sources.source_of(peer, forwarded, proxies) == source


def test_the_allow_list_lets_in_whom_it_names() -> None:
    assert sources.is_allowed("196.201.214.200", ["196.201.214.200"])
    assert sources.is_allowed("anything", [])
    assert not sources.is_allowed("6.6.6.6", ["196.201.214.200"])
    assert not sources.is_allowed("not an address", ["196.201.214.200"])
