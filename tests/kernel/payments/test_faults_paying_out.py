"""Paying out to phones when the outside world misbehaves: nothing is doubled, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from pamoja.kernel.payments.models import Payout
from pamoja.kernel.payments.rules.states import Doubt, PayoutState
from tests.kernel.payments.cast import clearing, send, wallet

if TYPE_CHECKING:
    from tests.kernel.payments.outside import Outside

pytestmark = pytest.mark.committed

PayOut = Callable[..., Payout]
RunJobs = Callable[[], Any]

A_DAY_S = (15, 30, 90, 130, 600, 11_000, 80_000)

OVERCOME = [
    "token_expires",
    "spike_arrest",
    "too_many_requests",
    "internal_error",
    "html_error",
    "request_lost",
    "answer_lost",
    "callback_lost",
    "callback_duplicated",
    "callback_late",
    "callback_reordered",
    "callback_wrong_amount",
    "callback_as_text",
    "forged_unknown",
    "forged_success",
    "result_parameter_object",
    "timeout_after_effect",
]
ENDED = ["unknown_result_code", "timeout_without_effect"]


def test_without_any_trouble_is_done_at_once(outside: Outside, pay_out: PayOut, run_jobs: RunJobs) -> None:
    payout = pay_out(300, filled=500)
    assert wallet(payout.member_id) == (500, 200)

    run_jobs()
    outside.sweep()

    payout.refresh_from_db()
    assert payout.state == PayoutState.CONFIRMED
    assert payout.receipt
    assert (wallet(payout.member_id), outside.moved("out")) == ((200, 200), 300)


def test_ends_paid_once_or_released_despite_each_fault(
    community: object, outside: Outside, run_jobs: RunJobs, subtests: pytest.Subtests
) -> None:
    from tests.world import a_member

    sent: dict[str, tuple[Payout, str]] = {}
    for number, fault in enumerate([*OVERCOME, *ENDED]):
        phone = f"2547220000{number:02}"
        outside.faults(**{fault: {"next": 1}})
        sent[fault] = send(member_id=a_member("Juma Otieno", phone=f"+{phone}").pk, shillings=300, filled=500), phone
        run_jobs()
        assert outside.has_struck(fault)

    outside.pass_time(*A_DAY_S)

    for fault, (payout, phone) in sent.items():
        with subtests.test(fault):
            payout.refresh_from_db()
            left = 200 if fault in OVERCOME else 500
            assert payout.state == (PayoutState.CONFIRMED if fault in OVERCOME else PayoutState.FAILED)
            assert wallet(payout.member_id) == (left, left)
            assert outside.moved("out", msisdn=phone) == 500 - left
    assert clearing() == outside.moved("out")


def test_stays_held_for_a_person_when_the_provider_stays_silent(
    outside: Outside, pay_out: PayOut, run_jobs: RunJobs
) -> None:
    outside.faults(request_lost={"probability": 1.0, "scope": "b2c"})
    payout = pay_out(300, filled=500)

    run_jobs()
    outside.pass_time(*A_DAY_S, 12_000)

    payout.refresh_from_db()
    assert (payout.state, payout.doubt) == (PayoutState.REVIEW, Doubt.SILENCE)
    assert (wallet(payout.member_id), outside.moved("out")) == ((500, 200), 0)


def test_is_released_when_our_own_account_is_short(outside: Outside, pay_out: PayOut, run_jobs: RunJobs) -> None:
    with outside.shortcode_holding(100):
        payout = pay_out(300, filled=500)
        run_jobs()
        outside.pass_time(15, 30)

    payout.refresh_from_db()
    assert (payout.state, payout.reason_code) == (PayoutState.FAILED, "1")
    assert (wallet(payout.member_id), outside.moved("out")) == ((500, 500), 0)
