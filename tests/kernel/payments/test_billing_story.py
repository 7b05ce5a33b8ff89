"""A subscription lives through all its states while the clock turns, and the books stand at every turn."""

from __future__ import annotations

from typing import Any

from pamoja.foundation.actions import SYSTEM
from pamoja.kernel.audit.public import facts
from pamoja.kernel.identity.public import Member
from pamoja.kernel.messaging.public import messages_of
from pamoja.kernel.payments.actions.dunning import pay_invoice
from pamoja.kernel.payments.actions.offering import set_tax
from pamoja.kernel.payments.actions.standing import pause_subscription, resume_subscription
from pamoja.kernel.payments.models import Invoice
from pamoja.kernel.payments.queries.billing import subscription_grants
from pamoja.kernel.payments.rules.billing import InvoiceState
from tests.kernel.payments.billing_cast import a_plan, a_price, a_subscription, books, let_happen
from tests.kernel.payments.cast import fill_wallet, wallet


def _states() -> list[str]:
    return list(Invoice.objects.order_by("number").values_list("state", flat=True))


def test_from_trial_to_the_end(amina: Member, clock: Any) -> None:  # noqa: PLR0915 - one life, told in order
    set_tax(by=SYSTEM, name="VAT", rate_bp=1_600, is_inclusive=False)
    price = a_price(300, plan=a_plan(trial_days=14, grace_days=7))

    # The trial: nothing is asked, everything is open.
    plan = a_subscription(amina.pk, price)
    assert (plan.state, _states()) == ("trialing", [])
    assert subscription_grants(amina.pk, "learning.premium")
    clock.turn_by(days=12)
    let_happen(plan)
    assert [each.template for each in messages_of(amina.pk)] == ["payments/subscription_renews"]

    # It ends on a full wallet: the first period runs, the tax is put aside, and a day later a day of it is earned.
    fill_wallet(amina.pk, 1_000)
    clock.turn_by(days=2)
    let_happen(plan)
    assert (plan.state, _states(), wallet(amina.pk)[0]) == ("active", ["paid"], 652)
    assert books() == {"later": 30_000, "earned": 0, "tax": 4_800}
    clock.turn_by(days=1)
    let_happen(plan)
    assert books() == {"later": 30_000 - 968, "earned": 968, "tax": 4_800}  # of 31 days

    # Paused for a month, nothing is earned; what was left of the period then runs on.
    pause_subscription(by=SYSTEM, member_id=amina.pk, subscription_id=plan.pk)
    clock.turn_by(days=30)
    let_happen(plan)
    assert (plan.state, books()["earned"]) == ("paused", 968)
    assert not subscription_grants(amina.pk, "learning.premium")
    resume_subscription(by=SYSTEM, member_id=amina.pk, subscription_id=plan.pk)
    clock.turn_by(days=29)
    let_happen(plan)
    assert (plan.state, len(_states())) == ("active", 1)

    # The period ends, and the renewal is paid.
    clock.turn_by(days=1)
    let_happen(plan)
    assert (plan.state, _states(), wallet(amina.pk)[0]) == ("active", ["paid", "paid"], 304)
    assert books() == {"later": 30_000, "earned": 30_000, "tax": 9_600}

    # The next one cannot be paid: past due, asked again after one and three days, and all is still open.
    clock.turn_to(plan.period_ends_at)
    let_happen(plan)
    owed = Invoice.objects.get(state=InvoiceState.OPEN)
    assert (plan.state, owed.failures, owed.number) == ("past_due", 1, 3)
    for days, failures in ((1, 2), (2, 3)):
        clock.turn_by(days=days)
        let_happen(plan)
        owed.refresh_from_db()
        assert owed.failures == failures
    assert subscription_grants(amina.pk, "learning.premium")

    # The member pays within the grace: it goes on as if nothing had been.
    fill_wallet(amina.pk, 100)
    pay_invoice(by=SYSTEM, invoice_id=owed.pk, member_id=amina.pk, is_from_wallet=True)
    let_happen(plan)
    assert (plan.state, plan.grace_ends_at, wallet(amina.pk)[0]) == ("active", None, 56)

    # Nobody pays the one after: grace to its end, then it is over, and nothing moved for it.
    clock.turn_to(plan.period_ends_at)
    let_happen(plan)
    assert plan.state == "past_due"
    before = books()
    for _ in range(7):
        clock.turn_by(days=1)
        let_happen(plan)
    assert (plan.state, plan.end_reason) == ("cancelled", "it was not paid")
    assert _states() == ["paid", "paid", "paid", "uncollectible"]
    assert not subscription_grants(amina.pk, "learning.premium")
    assert books() == before == {"later": 0, "earned": 90_000, "tax": 14_400}

    told = [each.name.removeprefix("payments.") for each in facts(subject=f"subscription:{plan.pk}")]
    assert sorted(set(told)) == [
        "subscription_began",
        "subscription_cancelled",
        "subscription_ends_soon",
        "subscription_past_due",
        "subscription_paused",
        "subscription_recovered",
        "subscription_renewed",
        "subscription_resumed",
        "trial_began",
    ]
    assert list(Invoice.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4]
