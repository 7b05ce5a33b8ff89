"""Limits, safeguards and the rules that watch, as tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pamoja.foundation.money import Money
from pamoja.kernel.payments.errors.safety import LimitReached
from pamoja.kernel.payments.rules import limits
from pamoja.kernel.payments.rules.limits import Allowed, Direction, Tier, Used
from pamoja.kernel.payments.rules.safeguards import payable_from, safeguards
from pamoja.kernel.payments.rules.watching import Facts, Verdict, judge

THREE = Allowed(single_minor=1_000, day_minor=1_500, month_minor=4_000)
JOINED = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("allowed", "used", "left"),
    [
        (THREE, Used(0, 0), 1_000),
        (THREE, Used(500, 500), 1_000),
        (THREE, Used(501, 501), 999),
        (THREE, Used(1_500, 1_500), 0),
        (THREE, Used(0, 3_600), 400),
        (THREE, Used(2_000, 5_000), 0),  # the limits were lowered since
        (Allowed(None, 1_500, None), Used(500, 99_000), 1_000),
        (Allowed(None, None, None), Used(10**9, 10**9), None),
    ],
)
def test_what_is_left_is_the_least_of_all_periods(allowed: Allowed, used: Used, left: int | None) -> None:
    assert limits.left(allowed, used) == left


@pytest.mark.parametrize(
    ("minor", "used", "says"),
    [
        (1_000, Used(0, 0), None),
        (1_001, Used(0, 0), "at most KSh 10 at a time. Have"),
        (1_000, Used(600, 600), "at most KSh 15 in a day, of which KSh 9 is left. Have"),
        (1_000, Used(1_500, 1_500), "at most KSh 15 in a day, of which KSh 0 is left. Have"),
        (1_000, Used(0, 3_900), "at most KSh 40 in 30 days, of which KSh 1 is left. Have"),
    ],
)
def test_a_refusal_names_the_limit_and_what_to_do(minor: int, used: Used, says: str | None) -> None:
    def check() -> None:
        limits.check(THREE, used, Money(minor, "KES"), tier=Tier.BASIC, direction=Direction.OUT)

    if says is None:
        check()
        return
    with pytest.raises(LimitReached) as refused:
        check()
    assert says in refused.value.sentence
    assert refused.value.field == "amount"


@pytest.mark.parametrize("code", ["KES", "GBP", "NGN", "UGX"])
@pytest.mark.parametrize("direction", list(Direction))
def test_usual_limits_grow_with_time_and_with_standing(code: str, direction: Direction) -> None:
    found = [limits.usual(tier, direction, code) for tier in Tier]

    for each in found:
        assert 0 < (each.single_minor or 0) <= (each.day_minor or 0) <= (each.month_minor or 0)
    assert [each.month_minor for each in found] == sorted(each.month_minor or 0 for each in found)


def test_what_a_community_chose_goes_before_what_is_usual() -> None:
    chosen = {"limits": {"basic": {"out": {"day": {"KES": 700}, "single": {"KES": None}}}}}

    found = limits.allowed(chosen, Tier.BASIC, Direction.OUT, "KES")

    assert found == replace(limits.usual(Tier.BASIC, Direction.OUT, "KES"), single_minor=None, day_minor=700)
    assert limits.allowed(chosen, Tier.BASIC, Direction.OUT, "GBP") == limits.usual(Tier.BASIC, Direction.OUT, "GBP")
    assert safeguards({"large": {"KES": 900}, "cooling_h": 2}, "KES").large_minor == 900
    assert safeguards({"large": {"KES": None}}, "KES").large_minor is None
    assert safeguards({}, "CREDIT").large_minor is None


@pytest.mark.parametrize(
    ("added_h", "payable_h"),
    [(None, None), (-1, None), (0, None), (24, None), (25, 49), (1_000, 1_024)],
)
def test_a_new_destination_cools_unless_the_member_came_with_it(added_h: int | None, payable_h: int | None) -> None:
    after = lambda hours: None if hours is None else JOINED + timedelta(hours=hours)  # noqa: E731 - a word for the table

    assert payable_from(after(added_h), JOINED, 24) == after(payable_h)


CALM = Facts(amount_minor=2_000, noticeable_minor=1_000, payouts_before=5, largest_minor=1_900)


@pytest.mark.parametrize(
    ("differs", "rule"),
    [
        ({}, None),
        ({"failures": 4}, None),
        ({"failures": 5}, "many_failures"),
        ({"failures": 5, "is_own": False}, None),
        ({"payouts_hour": 4}, None),
        ({"payouts_hour": 5}, "many_payouts"),
        ({"payouts_hour": 5, "is_own": False}, None),
        ({"access_changed_h": 23.9}, "access_changed"),
        ({"access_changed_h": 24.0}, None),
        ({"access_changed_h": 1.0, "amount_minor": 999}, None),
        ({"access_changed_h": 1.0, "is_own": False}, "access_changed"),
        ({"amount_minor": 19_000}, None),
        ({"amount_minor": 19_001}, "unlike_before"),
        ({"amount_minor": 19_001, "payouts_before": 2}, None),
        ({"amount_minor": 19_001, "is_own": False}, None),
        ({"sharing": 1}, None),
        ({"sharing": 2}, "shared_instrument"),
        ({"sharing": 2, "amount_minor": 1, "is_own": False}, "shared_instrument"),
        ({"filled_minor": 1_599}, None),
        ({"filled_minor": 1_600}, "straight_through"),
        ({"filled_minor": 1_600, "is_own": False}, None),
        ({"filled_minor": 900, "amount_minor": 999}, None),
        ({"failures": 9, "sharing": 2}, "shared_instrument"),  # the gravest wins
        ({"failures": 9, "access_changed_h": 0.1}, "access_changed"),  # the first of equals
    ],
)
def test_the_rules_judge_plain_facts(differs: dict[str, float], rule: str | None) -> None:
    found = judge(replace(CALM, **differs))  # type: ignore[arg-type]  # one row changes numbers and yes or no

    assert (found.name if found else None) == rule
    assert found is None or found.verdict > Verdict.ALLOW
