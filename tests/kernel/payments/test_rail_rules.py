"""What is known of the rails: codes, signatures, references, accounts, and days with money."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pamoja.foundation.money import Money
from pamoja.kernel.payments.errors import (
    AmountTooLarge,
    AmountTooSmall,
    BankAccountUnreadable,
    CurrencyNotCarried,
    RailUnknown,
)
from pamoja.kernel.payments.rules import rails, references, stripe
from pamoja.kernel.payments.rules.banking import read_account
from pamoja.kernel.payments.rules.signatures import is_genuine, sign, signature
from pamoja.kernel.payments.rules.timing import RetryPolicy, next_attempt_at
from pamoja.kernel.payments.rules.verdicts import Verdict

NOW = 1_790_000_000
BODY = b'{"id": "evt_1"}'
GENUINE = sign("whsec_a", BODY, NOW)


@pytest.mark.parametrize(
    ("header", "secrets", "now", "holds"),
    [
        (GENUINE, ["whsec_a"], NOW, True),
        (GENUINE, ["whsec_new", "whsec_a"], NOW, True),
        (sign("whsec_new", BODY, NOW) + ",v1=" + "0" * 64, ["whsec_new"], NOW, True),
        ("v0=abc," + GENUINE, ["whsec_a"], NOW + 300, True),
        (GENUINE, ["whsec_a"], NOW + 301, False),
        (GENUINE, ["whsec_a"], NOW - 301, False),
        (GENUINE, ["whsec_b"], NOW, False),
        (GENUINE, [], NOW, False),
        (GENUINE.replace("v1=", "v0="), ["whsec_a"], NOW, False),
        (GENUINE.replace(f"t={NOW}", f"t={NOW + 1}"), ["whsec_a"], NOW, False),
        ("", ["whsec_a"], NOW, False),
        ("t=now,v1=x", ["whsec_a"], NOW, False),
        ("t=٣,v1=é", ["whsec_a"], NOW, False),
    ],
)
def test_a_webhook_is_genuine_only_by_secret_bytes_and_time(
    header: str, secrets: list[str], now: int, holds: bool
) -> None:
    assert is_genuine(header, BODY, secrets, now=now) is holds
    assert not is_genuine(header, BODY + b" ", secrets, now=now)


@pytest.mark.parametrize(
    "header", ["", "t=1", "v1=" + "0" * 64, f"t={10**9},v1=short", f"t=x,v1={'0' * 64}", "garbage"]
)
def test_a_header_that_can_be_no_signature_costs_no_look_up(header: str) -> None:
    assert not signature(header, now=10**9)
    assert signature(f"t={10**9},v1={'0' * 64}", now=10**9 + 300)
    assert not signature(f"t={10**9},v1={'0' * 64}", now=10**9 + 301)


@pytest.mark.parametrize(
    ("code", "verdict", "lacks_money", "needs_member", "ends_method"),
    [
        ("succeeded", Verdict.PAID, False, False, False),
        ("processing", Verdict.PENDING, False, False, False),
        ("requires_action", Verdict.PENDING, False, False, False),
        ("authentication_required", Verdict.MAY_RETRY, False, True, False),
        ("insufficient_funds", Verdict.MAY_RETRY, True, False, False),
        ("expired_card", Verdict.FINAL, False, False, True),
        ("lost_card", Verdict.FINAL, False, False, True),
        ("debit_not_authorized", Verdict.FINAL, False, False, True),
        ("something_new", Verdict.UNKNOWN, False, False, False),
        ("", Verdict.UNKNOWN, False, False, False),
    ],
)
def test_stripes_codes_mean(
    code: str, verdict: Verdict, lacks_money: bool, needs_member: bool, ends_method: bool
) -> None:
    meaning = stripe.meaning_of(code)

    assert (meaning.verdict, meaning.lacks_money, meaning.needs_member) == (verdict, lacks_money, needs_member)
    assert stripe.ends_method(code) is ends_method
    assert meaning.reason or verdict in (Verdict.PAID, Verdict.PENDING)


@pytest.mark.parametrize(
    ("rail", "amount", "refusal"),
    [
        ("stripe", Money(30, "GBP"), None),
        ("stripe", Money(29, "GBP"), AmountTooSmall),
        ("stripe", Money(10_000_001, "GBP"), AmountTooLarge),
        ("stripe", Money(50_000, "KES"), CurrencyNotCarried),
        ("mpesa", Money(50_000, "KES"), None),
        ("bank", Money(1, "KES"), None),
        ("cowries", Money(1, "KES"), RailUnknown),
    ],
)
def test_a_rail_carries_only_its_amounts(rail: str, amount: Money, refusal: type[Exception] | None) -> None:
    def check() -> None:
        rails.check_amount(rail, amount, offered=["stripe", "mpesa", "bank"], limits_kes=(1, 150_000))

    if refusal is None:
        check()
    else:
        with pytest.raises(refusal):
            check()


def test_a_reference_is_found_in_what_people_type_and_a_slip_is_noticed() -> None:
    code = references.new_reference()

    assert code in references.references_in(f"rent {references.spoken(code).lower()} thanks")
    assert code in references.references_in(" ".join(code))
    slips = [code[:place] + sign + code[place + 1 :] for place in range(7) for sign in "ACD47" if sign != code[place]]
    swaps = [code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in range(5) if code[at] != code[at + 1]]
    assert not any(references.references_in(wrong) for wrong in slips + swaps)


@pytest.mark.parametrize(
    ("typed", "account", "field"),
    [
        ({"account": "12345678", "sort_code": "10-88-00"}, "12345678", None),
        ({"account": "123 4567", "sort_code": "108800"}, "01234567", None),
        ({"account": "gb33 BUKB 2020 1555 5555 55"}, "GB33BUKB20201555555555", None),
        ({"account": "GB33BUKB20201555555556"}, "", "account"),
        ({"account": "12345678", "sort_code": "1088"}, "", "sort_code"),
        ({"account": "x", "sort_code": "108800"}, "", "account"),
        ({"account": "01100987654", "country": "KE"}, "01100987654", None),
    ],
)
def test_reads_a_bank_account(typed: dict[str, str], account: str, field: str | None) -> None:
    def read() -> Any:
        return read_account(**({"holder": "Grace Okoro", "bank": "Thames"} | typed))

    if field:
        with pytest.raises(BankAccountUnreadable) as refused:
            read()
        assert refused.value.field == field
    else:
        assert read().account == account


LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("policy", "made", "lacks_money", "at", "next_at"),
    [
        ({}, 1, True, (5, 12), (6, 12)),
        ({"paydays": {1, 25}}, 1, True, (20, 12), (21, 12)),  # the first repeat does not wait
        ({"paydays": {1, 25}}, 2, True, (20, 12), (25, 9)),
        ({"paydays": {1, 25}}, 2, False, (20, 12), (21, 12)),
        ({"paydays": {30}}, 2, True, (20, 12), (21, 12)),  # too far away
        ({"weekdays": {0, 1, 2, 3, 4}}, 1, False, (6, 12), (9, 9)),  # Friday: Saturday would be next
        ({}, 1, False, (5, 21), (7, 9)),  # past the hours of the next day
    ],
)
def test_tries_again_on_days_and_hours_with_money(
    policy: dict[str, Any], made: int, lacks_money: bool, at: tuple[int, int], next_at: tuple[int, int]
) -> None:
    def moment(day: int, hour: int) -> datetime:
        return datetime(2026, 3, day, hour, tzinfo=LONDON)

    found = next_attempt_at(
        RetryPolicy(delays_s=(86_400,), **policy),
        attempts_made=made,
        attempts_max=4,
        now=moment(*at),
        zone="Europe/London",
        lacks_money=lacks_money,
    )

    assert found == moment(*next_at)
