"""What billing works out: prices, periods, prorations, discounts, taxes, earning, and what time makes of things."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pamoja.foundation import ids
from pamoja.kernel.payments.rules import billing, discounts, exact, periods, pricing, revenue, taxes
from pamoja.kernel.payments.rules.billing import AfterGrace, Standing, Step
from pamoja.kernel.payments.rules.billing import SubscriptionState as S
from pamoja.kernel.payments.rules.discounts import Buyer, Duration, Offer, Reduction, Unfit
from pamoja.kernel.payments.rules.pricing import Scheme, Tariff, Tier
from pamoja.kernel.payments.rules.proration import Proration, prorated
from pamoja.kernel.payments.rules.revenue import Charge, Giveback, Recognition, Span
from pamoja.kernel.payments.rules.taxes import Rate, Taxed

JAN = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
STEPS = (Tier(10, 100), Tier(20, 80, 500), Tier(None, 50))


@pytest.mark.parametrize(
    ("amount", "part", "whole", "result"),
    [(100, 1, 3, 33), (100, 2, 3, 67), (1, 1, 2, 1), (-1, 1, 2, -1), (3, 1, 2, 2), (0, 5, 7, 0), (999, 7, 7, 999)],
)
def test_a_part_is_rounded_to_the_nearest_halves_away_from_nothing(
    amount: int, part: int, whole: int, result: int
) -> None:
    assert exact.part_of(amount, part, whole) == result


@pytest.mark.parametrize(
    ("amount", "weights", "shares"),
    [(100, [1, 1, 1], [34, 33, 33]), (10, [3, 1], [8, 2]), (-10, [3, 1], [-8, -2]), (7, [0, 0], [4, 3]), (5, [], [])],
)
def test_shares_add_up_to_the_whole(amount: int, weights: list[int], shares: list[int]) -> None:
    assert exact.spread(amount, weights) == shares


@pytest.mark.parametrize(
    ("tariff", "quantity", "amount"),
    [
        (Tariff(Scheme.FLAT, 50_000), 0, 50_000),
        (Tariff(Scheme.FLAT, 50_000), 9, 50_000),
        (Tariff(Scheme.EACH, 250), 4, 1_000),
        (Tariff(Scheme.EACH, 250), 0, 0),
        (Tariff(Scheme.EACH, 25, per_units=1000), 100, 3),  # 2.5 cents
        (Tariff(Scheme.EACH, 25, per_units=1000), 99, 2),
        (Tariff(Scheme.GRADUATED, tiers=STEPS), 0, 0),
        (Tariff(Scheme.GRADUATED, tiers=STEPS), 10, 1_000),
        (Tariff(Scheme.GRADUATED, tiers=STEPS), 11, 1_000 + 500 + 80),
        (Tariff(Scheme.GRADUATED, tiers=STEPS), 25, 1_000 + 500 + 800 + 250),
        (Tariff(Scheme.VOLUME, tiers=STEPS), 10, 1_000),
        (Tariff(Scheme.VOLUME, tiers=STEPS), 11, 500 + 880),
        (Tariff(Scheme.VOLUME, tiers=STEPS), 25, 1_250),
    ],
)
def test_a_quantity_costs_what_its_price_says(tariff: Tariff, quantity: int, amount: int) -> None:
    assert pricing.amount_minor(tariff, quantity) == amount


@pytest.mark.parametrize(
    ("tiers", "sound"),
    [
        (STEPS, True),
        ((), False),
        (STEPS[:2], False),
        ((Tier(20, 1), Tier(10, 1), Tier(None, 1)), False),
        ((Tier(None, 1), Tier(None, 1)), False),
        ((Tier(0, 1), Tier(None, 1)), False),
    ],
)
def test_tiers_are_sound_when_every_quantity_has_one(tiers: tuple[Tier, ...], sound: bool) -> None:
    assert pricing.are_sound(tiers) is sound


@pytest.mark.parametrize(
    ("anchor", "interval", "count", "number", "end"),
    [
        ("2026-01-31T09:00+03:00", "month", 1, 1, "2026-02-28T09:00+03:00"),
        ("2026-01-31T09:00+03:00", "month", 1, 2, "2026-03-31T09:00+03:00"),
        ("2026-01-31T01:00+03:00", "month", 3, 1, "2026-04-30T01:00+03:00"),
        ("2024-02-29T09:00+03:00", "year", 1, 1, "2025-02-28T09:00+03:00"),
        ("2024-02-29T09:00+03:00", "year", 1, 4, "2028-02-29T09:00+03:00"),
        ("2026-01-01T09:00+03:00", "week", 2, 3, "2026-02-12T09:00+03:00"),
        ("2026-12-31T23:30+03:00", "day", 1, 1, "2027-01-01T23:30+03:00"),
    ],
)
def test_a_period_ends_where_the_calendar_says(anchor: str, interval: str, count: int, number: int, end: str) -> None:
    began, kind = datetime.fromisoformat(anchor), periods.Interval(interval)

    assert periods.period_end(began, kind, count, number, "Africa/Nairobi") == datetime.fromisoformat(end)


def test_a_period_keeps_its_hour_when_the_clocks_change() -> None:
    began = datetime(2026, 3, 1, 9, tzinfo=UTC)  # nine o'clock in London, before summer time

    assert periods.period_end(began, periods.Interval.MONTH, 1, 1, "Europe/London") == datetime(
        2026, 4, 1, 8, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("charged", "new", "days_in", "result"),
    [
        (30_000, 60_000, 0, Proration(30_000, 60_000)),
        (30_000, 60_000, 15, Proration(15_000, 30_000)),
        (30_000, 60_000, 30, Proration(0, 0)),
        (30_000, 60_000, 40, Proration(0, 0)),
        (10_000, 10_000, 7, Proration(7_667, 7_667)),
        (10_001, 99, 20, Proration(3_334, 33)),
        (0, 50_000, 10, Proration(0, 33_333)),
    ],
)
def test_a_change_gives_back_and_costs_by_the_time_that_is_left(
    charged: int, new: int, days_in: int, result: Proration
) -> None:
    end = JAN + 30 * DAY

    sides = prorated(charged_minor=charged, new_minor=new, starts_at=JAN, ends_at=end, now=JAN + days_in * DAY)

    assert sides == result
    assert sides.due_minor == result.charge_minor - result.credit_minor


@pytest.mark.parametrize(
    ("reduction", "base", "off"),
    [
        (Reduction(percent_bp=2_500), 50_000, 12_500),
        (Reduction(percent_bp=3_333), 100, 33),
        (Reduction(percent_bp=10_000), 77, 77),
        (Reduction(off_minor=20_000), 50_000, 20_000),
        (Reduction(off_minor=20_000), 15_000, 15_000),
        (Reduction(off_minor=20_000), 0, 0),
        (Reduction(percent_bp=5_000), -100, 0),
    ],
)
def test_a_discount_takes_off_no_more_than_there_is(reduction: Reduction, base: int, off: int) -> None:
    assert discounts.off_minor(reduction, base) == off


@pytest.mark.parametrize(
    ("duration", "times", "left"), [(Duration.ONCE, 5, 1), (Duration.REPEATING, 3, 3), (Duration.FOREVER, 1, None)]
)
def test_a_discount_holds_for_so_many_invoices(duration: Duration, times: int, left: int | None) -> None:
    assert discounts.times_of(duration, times) == left


MEMBER, PLAN = ids.new_id(), ids.new_id()
USUAL_OFFER: dict[str, Any] = {
    "is_active": True,
    "expires_at": None,
    "redeem_by": None,
    "used": 0,
    "used_most": None,
    "discount_used": 0,
    "discount_used_most": None,
    "plan_id": None,
    "member_id": None,
    "is_for_first_only": False,
    "least_minor": 0,
    "currency": "",
}


@pytest.mark.parametrize(
    ("offer", "why"),
    [
        ({}, None),
        ({"is_active": False}, Unfit.UNKNOWN),
        ({"member_id": ids.new_id()}, Unfit.UNKNOWN),
        ({"member_id": MEMBER, "plan_id": PLAN, "currency": "KES"}, None),
        ({"expires_at": JAN}, Unfit.EXPIRED),
        ({"expires_at": JAN + DAY}, None),
        ({"redeem_by": JAN - DAY}, Unfit.EXPIRED),
        ({"used": 3, "used_most": 3}, Unfit.USED_UP),
        ({"discount_used": 2, "discount_used_most": 2}, Unfit.USED_UP),
        ({"plan_id": ids.new_id()}, Unfit.OTHER_PLAN),
        ({"currency": "GBP"}, Unfit.OTHER_PLAN),
        ({"is_for_first_only": True}, Unfit.FIRST_ONLY),
        ({"least_minor": 50_001}, Unfit.TOO_LITTLE),
        ({"is_active": False, "expires_at": JAN, "used": 1, "used_most": 1}, Unfit.UNKNOWN),
    ],
)
def test_a_code_is_unfit_for_its_first_reason(offer: dict[str, Any], why: Unfit | None) -> None:
    buyer = Buyer(MEMBER, PLAN, 50_000, "KES", has_paid_before=True)

    assert discounts.unfit(Offer(**(USUAL_OFFER | offer)), buyer, JAN) == why


@pytest.mark.parametrize(
    ("base", "rates", "result"),
    [
        (10_000, [], Taxed((), 10_000, 10_000)),
        (10_000, [Rate(1_600, False)], Taxed((1_600,), 10_000, 11_600)),
        (11_600, [Rate(1_600, True)], Taxed((1_600,), 10_000, 11_600)),
        (10_000, [Rate(2_000, True)], Taxed((1_667,), 8_333, 10_000)),
        (10_000, [Rate(1_600, True), Rate(200, True)], Taxed((1_356, 169), 8_475, 10_000)),
        (10_000, [Rate(1_600, False), Rate(200, False)], Taxed((1_600, 200), 10_000, 11_800)),
        (11_600, [Rate(1_600, True), Rate(500, False)], Taxed((1_600, 500), 10_000, 12_100)),
        (0, [Rate(1_600, False), Rate(1_600, True)], Taxed((0, 0), 0, 0)),
    ],
)
def test_taxes_are_contained_or_added(base: int, rates: list[Rate], result: Taxed) -> None:
    assert taxes.taxed(base, rates) == result


MONTH = Span(30_000, 0, JAN, JAN + 30 * DAY)


@pytest.mark.parametrize(
    ("span", "days", "how", "earned", "next_day"),
    [
        (MONTH, -1, Recognition.DAILY, 0, 1),
        (MONTH, 0, Recognition.DAILY, 0, 1),
        (MONTH, 0.99, Recognition.DAILY, 0, 1),
        (MONTH, 1, Recognition.DAILY, 1_000, 2),
        (MONTH, 29.5, Recognition.DAILY, 29_000, 30),
        (MONTH, 30, Recognition.DAILY, 30_000, None),
        (MONTH, 15, Recognition.PERIOD_END, 0, 30),
        (MONTH, 30, Recognition.PERIOD_END, 30_000, None),
        (Span(100, 0, JAN, JAN + 3 * DAY), 1, Recognition.DAILY, 33, 2),
        (Span(100, 0, JAN, JAN + 3 * DAY), 2, Recognition.DAILY, 67, 3),
        (Span(100, 40, JAN, JAN + 2 * DAY), 1, Recognition.DAILY, 70, 2),
        (Span(100, 40, JAN, JAN + 2 * DAY), 0, Recognition.PERIOD_END, 40, 2),
    ],
)
def test_money_is_earned_by_whole_days_or_at_the_end(
    span: Span, days: float, how: Recognition, earned: int, next_day: int | None
) -> None:
    now = JAN + days * DAY

    assert revenue.earned_minor(span, now, how) == earned
    assert revenue.next_earning_at(span, now, how) == (None if next_day is None else JAN + next_day * DAY)


def test_what_was_paid_is_spread_over_what_it_is_for() -> None:
    first, second = (JAN, JAN + 30 * DAY), (JAN + 10 * DAY, JAN + 30 * DAY)
    charges = [Charge(20_000, *first), Charge(10_000, *second), Charge(-6_000, *second), Charge(10_000, *first)]

    spans = revenue.spans_of(33_334, charges)

    assert spans == [Span(25_001, 0, *first), Span(8_333, 0, *second)]


@pytest.mark.parametrize(
    ("amount", "before", "unearned", "result"),
    [
        (11_600, 0, [10_000], Giveback(1_600, (10_000,), 0)),
        (11_600, 0, [4_000, 2_000], Giveback(1_600, (4_000, 2_000), 4_000)),
        (1_000, 0, [4_000], Giveback(138, (862,), 0)),
        (10_600, 1_000, [3_138], Giveback(1_462, (3_138,), 6_000)),
        (11_600, 0, [], Giveback(1_600, (), 10_000)),
    ],
)
def test_a_refund_takes_tax_in_proportion_and_the_unearned_first(
    amount: int, before: int, unearned: list[int], result: Giveback
) -> None:
    taken = revenue.giveback(
        amount_minor=amount, refunded_minor=before, total_minor=11_600, tax_minor=1_600, unearned_minor=unearned
    )

    assert taken == result
    assert taken.tax_minor + sum(taken.unearned_minor) + taken.earned_minor == amount


@pytest.mark.parametrize(
    ("standing", "days", "step"),
    [
        ({"state": S.INCOMPLETE, "expires_at": JAN + DAY}, 0.9, Step.WAIT),
        ({"state": S.INCOMPLETE, "expires_at": JAN + DAY}, 1, Step.EXPIRE),
        ({"state": S.TRIALING, "trial_ends_at": JAN + DAY}, 0.9, Step.WAIT),
        ({"state": S.TRIALING, "trial_ends_at": JAN + DAY}, 1, Step.END_TRIAL),
        ({"state": S.TRIALING, "trial_ends_at": JAN + DAY, "ends_with_period": True}, 1, Step.CANCEL),
        ({"state": S.ACTIVE}, 29.9, Step.WAIT),
        ({"state": S.ACTIVE}, 30, Step.RENEW),
        ({"state": S.ACTIVE}, 300, Step.RENEW),
        ({"state": S.ACTIVE, "has_open_invoice": True}, 30, Step.WAIT),
        ({"state": S.ACTIVE, "ends_with_period": True, "has_open_invoice": True}, 30, Step.CANCEL),
        ({"state": S.PAST_DUE, "grace_ends_at": JAN + 7 * DAY}, 6.9, Step.WAIT),
        ({"state": S.PAST_DUE, "grace_ends_at": JAN + 7 * DAY}, 7, Step.GIVE_UP_CANCEL),
        ({"state": S.PAST_DUE, "grace_ends_at": JAN + 7 * DAY, "after_grace": AfterGrace.PAUSE}, 7, Step.GIVE_UP_PAUSE),
        ({"state": S.PAST_DUE, "grace_ends_at": JAN + 40 * DAY, "has_open_invoice": True}, 31, Step.WAIT),
        ({"state": S.PAUSED}, 300, Step.WAIT),
        ({"state": S.PAUSED, "resumes_at": JAN + 5 * DAY}, 5, Step.RESUME),
        ({"state": S.CANCELLED}, 300, Step.WAIT),
        ({"state": S.EXPIRED}, 300, Step.WAIT),
    ],
)
def test_time_makes_one_step_due(standing: dict[str, Any], days: float, step: Step) -> None:
    whole = Standing(**({"period_ends_at": JAN + 30 * DAY} | standing))

    assert billing.step_due(whole, JAN + days * DAY) == step


@pytest.mark.parametrize(
    ("failures", "grace_days", "again_on"),
    [(0, 7, None), (1, 7, 1), (2, 7, 3), (3, 7, 5), (4, 7, None), (3, 5, None), (1, 0, None), (3, None, 5)],
)
def test_an_invoice_is_asked_for_again_within_the_grace(
    failures: int, grace_days: int | None, again_on: int | None
) -> None:
    grace_ends_at = None if grace_days is None else JAN + grace_days * DAY

    again_at = billing.next_attempt_at(
        failed_first_at=JAN, failures=failures, retry_days=[1, 3, 5], grace_ends_at=grace_ends_at
    )

    assert again_at == (None if again_on is None else JAN + again_on * DAY)


@pytest.mark.parametrize(
    ("state", "grants"),
    [
        (S.INCOMPLETE, False),
        (S.TRIALING, True),
        (S.ACTIVE, True),
        (S.PAST_DUE, True),
        (S.PAUSED, False),
        (S.CANCELLED, False),
        (S.EXPIRED, False),
    ],
)
def test_a_plan_grants_while_it_runs(state: S, grants: bool) -> None:
    assert billing.grants_now(state, None, JAN) is grants


def test_a_plan_grants_nothing_once_the_grace_is_over_however_late_the_sweep_is() -> None:
    assert billing.grants_now(S.PAST_DUE, JAN + DAY, JAN)
    assert not billing.grants_now(S.PAST_DUE, JAN, JAN)
