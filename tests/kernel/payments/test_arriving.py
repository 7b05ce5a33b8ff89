"""A payment that a member makes at M-PESA's menu ..."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pamoja.kernel.payments.rules.arrivals import Verdict, judged, pushed_reference, receipt_in
from pamoja.kernel.payments.rules.messages import Found, Notice

if TYPE_CHECKING:
    from pamoja.kernel.identity.public import Member
    from tests.kernel.payments.outside import Outside

AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
OURS = {"found": Found.COMPLETED, "receipt": "SKL7TLTQA2", "amount_minor": 50_000, "payee": "174379 - PAMOJA"}


@pytest.mark.parametrize(
    ("answer", "after_s", "verdict"),
    [
        (OURS, 0, Verdict.CAME),
        (OURS | {"payee": "254712345678 - AMINA W"}, 0, Verdict.NEVER_CAME),  # one that we paid out
        (OURS | {"payee": ""}, 0, Verdict.UNCERTAIN),
        (OURS | {"amount_minor": None}, 0, Verdict.UNCERTAIN),
        (OURS | {"receipt": "ANOTHER123"}, 0, Verdict.UNCERTAIN),
        ({"found": Found.FAILED}, 0, Verdict.NEVER_CAME),
        ({"found": Found.UNKNOWN_TO_RAIL}, 0, Verdict.NOT_YET_KNOWN),
        ({"found": Found.UNKNOWN_TO_RAIL}, 600, Verdict.NEVER_CAME),
        ({"found": Found.UNCLEAR}, 600, Verdict.NOT_YET_KNOWN),
    ],
)
def test_is_believed_only_as_the_rail_itself_tells_it(answer: dict[str, Any], after_s: int, verdict: Verdict) -> None:
    now = AT + timedelta(seconds=after_s)

    found = judged(Notice(**answer), receipt="SKL7TLTQA2", payee="174379", claimed_at=AT, now=now)

    assert found == verdict


def test_is_recognised_by_what_people_type() -> None:
    assert pushed_reference(" p012345678 ") == ""
    assert pushed_reference("p01234567ab") == "01234567AB"
    assert (receipt_in(" skl7 tltqa2."), receipt_in("SKL7")) == ("SKL7TLTQA2", "")


@pytest.mark.committed
def test_lands_once_in_the_wallet_that_its_account_number_names(outside: Outside, amina: Member) -> None:
    from pamoja.foundation.actions import Actor
    from pamoja.kernel.payments.actions.arriving import own_reference
    from pamoja.kernel.payments.actions.casework import resolve_case
    from pamoja.kernel.payments.jobs.incoming import open_paybill
    from pamoja.kernel.payments.models import Arrival, Case, Deposit, Inlet
    from tests.kernel.payments.cast import clearing, operator, wallet

    code = own_reference(by=Actor(kind="member", label="Amina", member_id=amina.pk))
    for _ in range(2):
        open_paybill()
    assert Inlet.objects.get().registered_at is not None
    outside.faults(callback_duplicated={"next": 1, "scope": "c2b"}, forged_unknown={"next": 1, "scope": "c2b"})

    outside.pay_by_menu("254712345678", 700, f"{code[:3]} {code[3:].lower()}")
    outside.pay_by_menu("254712345678", 300, "TYPO")
    outside.sweep()

    assert (wallet(amina.pk), clearing()) == ((700, 700), -1_000)
    assert Arrival.objects.count() == 2  # A stranger's comes from where M-PESA does not call from.
    case = Case.objects.get(kind="unmatched")
    resolve_case(by=operator(), case_id=case.pk, reason="She wrote to us", member_id=amina.pk)
    assert (wallet(amina.pk), Deposit.objects.count()) == ((1_000, 1_000), 2)


@pytest.mark.committed
def test_is_told_twice_and_may_be_what_a_lost_prompt_brought(outside: Outside, amina: Member, collect: Any) -> None:
    """A push whose answer and callbacks are all lost is found by the receipt, also when the member copies it."""
    from pamoja.foundation.actions import Actor
    from pamoja.kernel.payments.actions.arriving import claim_receipt
    from pamoja.kernel.payments.jobs.incoming import open_paybill
    from pamoja.kernel.payments.models import Deposit
    from tests.kernel.payments.cast import clearing, wallet

    open_paybill()
    told_twice = collect(500)
    outside.faults(also_c2b={"next": 1, "scope": "stk"}, callback_lost={"next": 1, "scope": "stk"})
    outside.pass_time(1, 20)
    told_twice.refresh_from_db()
    attempt = told_twice.attempts.get()
    assert (told_twice.state, bool(attempt.receipt), Deposit.objects.count()) == ("confirmed", True, 0)

    lost = collect(400)
    outside.faults(answer_lost={"next": 1, "scope": "stk"}, callback_lost={"next": 1, "scope": "stk"})
    outside.pass_time(1, 130)
    lost.refresh_from_db()
    assert lost.state != "confirmed"
    member = Actor(kind="member", label="Amina", member_id=amina.pk)
    claim_receipt(by=member, collection_id=lost.pk, receipt=outside.last_receipt().lower())
    outside.sweep()

    lost.refresh_from_db()
    assert (lost.state, wallet(amina.pk), clearing()) == ("confirmed", (900, 900), -900)
    assert lost.attempts.get(state="paid").doubt == ""
