"""Subscriptions and invoices, deed by deed, with the books beside."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from pamoja.foundation.actions import SYSTEM, Actor, IdempotencyKey, NotAllowed
from pamoja.foundation.money import Money
from pamoja.kernel.identity.public import Member
from pamoja.kernel.payments.actions import standing
from pamoja.kernel.payments.actions.answering import add_to_question, answer_question, ask_question, close_question
from pamoja.kernel.payments.actions.collecting import end
from pamoja.kernel.payments.actions.dunning import pay_invoice
from pamoja.kernel.payments.actions.invoicing import bill_member, refund_invoice
from pamoja.kernel.payments.actions.offering import give_out_code, offer_discount, offer_price, set_tax
from pamoja.kernel.payments.actions.subscribing import change_subscription, report_usage, subscribe
from pamoja.kernel.payments.errors import KeyReused
from pamoja.kernel.payments.errors.billing import (
    AlreadySubscribed,
    ChangeWaitsForPeriod,
    CodeUnfit,
    InvoiceRefundTooLarge,
    PlanSame,
    PriceUnsound,
    SubscriptionNotFound,
)
from pamoja.kernel.payments.jobs.billing import bill_community
from pamoja.kernel.payments.models import (
    Collection,
    Invoice,
    InvoiceCounter,
    InvoiceLine,
    PromotionCode,
    Question,
    RevenueSpan,
    Subscription,
)
from pamoja.kernel.payments.queries.billing_figures import figures
from pamoja.kernel.payments.queries.invoice_pdf import invoice_pdf
from pamoja.kernel.payments.rules.billing import (
    INVOICE_MOVES,
    QUESTION_MOVES,
    SUBSCRIPTION_MOVES,
    AfterGrace,
    QuestionState,
)
from pamoja.kernel.payments.rules.discounts import Duration, Reduction
from pamoja.kernel.payments.rules.pricing import Scheme, Tariff, Tier
from pamoja.kernel.payments.rules.revenue import Recognition
from pamoja.kernel.payments.rules.states import CollectionState
from tests.kernel.payments.billing_cast import a_plan, a_price, a_subscription, books, let_happen
from tests.kernel.payments.cast import answered, fill_wallet, kes, submitted, wallet
from tests.kernel.payments.test_moves import test_the_trigger_knows_the_moves_of_the_rules as compare_moves

COPY_A_LINE = """
    INSERT INTO payments_invoice_line
    SELECT (jsonb_populate_record(line, jsonb_build_object('id', gen_random_uuid()))).* FROM payments_invoice_line line
"""

pytestmark = pytest.mark.usefixtures("clock")


def _key(text: str) -> IdempotencyKey:
    return IdempotencyKey(text)


@pytest.mark.parametrize(
    ("table", "moves"),
    [
        ("payments_subscription", SUBSCRIPTION_MOVES),
        ("payments_invoice", INVOICE_MOVES),
        ("payments_question", QUESTION_MOVES),
    ],
)
def test_the_database_knows_the_moves_of_the_rules(database: None, table: str, moves: Any) -> None:
    compare_moves(None, table, moves)


def test_without_a_trial_it_begins_when_the_first_invoice_is_paid(amina: Member) -> None:
    plan = a_subscription(amina.pk, a_price(500), filled=500)

    assert (plan.state, wallet(amina.pk)[0]) == ("active", 0)
    assert books() == {"later": 50_000, "earned": 0, "tax": 0}


def test_it_expires_when_the_first_invoice_is_never_paid(amina: Member, clock: Any) -> None:
    plan = a_subscription(amina.pk, a_price(500))
    assert plan.state == "incomplete"

    clock.turn_by(days=1)
    let_happen(plan)

    assert (plan.state, Invoice.objects.get().state) == ("expired", "void")
    assert books() == {"later": 0, "earned": 0, "tax": 0}


def test_the_same_key_is_the_same_subscription(amina: Member) -> None:
    price = a_price(500)
    first = a_subscription(amina.pk, price, key=_key("tap"))

    assert a_subscription(amina.pk, price, key=_key("tap")) == first
    with pytest.raises(KeyReused):
        a_subscription(amina.pk, a_price(700), key=_key("tap"))
    assert Invoice.objects.count() == 1


def test_one_running_subscription_a_product(amina: Member) -> None:
    a_subscription(amina.pk, a_price(500), filled=500)

    with pytest.raises(AlreadySubscribed):
        a_subscription(amina.pk, a_price(700))

    assert (Subscription.objects.count(), Invoice.objects.count()) == (1, 1)


def test_a_trial_is_given_once(amina: Member) -> None:
    price = a_price(500, plan=a_plan(trial_days=7))
    first = a_subscription(amina.pk, price)
    standing.cancel_subscription(by=SYSTEM, member_id=amina.pk, subscription_id=first.pk, is_now=True)

    assert a_subscription(amina.pk, price).state == "incomplete"


def test_it_is_collected_by_phone_and_settled_when_that_is_confirmed(amina: Member, clock: Any) -> None:
    plan = a_subscription(amina.pk, a_price(500), is_from_wallet=False)
    collection = Collection.objects.get()
    assert (collection.amount, collection.attempts_max) == (kes(500), 1)

    answered(submitted(collection), "0")
    let_happen(plan)

    assert (plan.state, wallet(amina.pk)[0]) == ("active", 0)
    assert books()["later"] == 50_000


def test_a_collection_that_fails_makes_it_past_due_and_another_one_is_tried(amina: Member, clock: Any) -> None:
    plan = a_subscription(amina.pk, a_price(500, plan=a_plan(trial_days=1, remind_days=0)), is_from_wallet=False)
    clock.turn_by(days=1)
    let_happen(plan)
    first = Collection.objects.get()

    answered(submitted(first), "1032")
    let_happen(plan)
    invoice = Invoice.objects.get()
    assert (plan.state, invoice.failures) == ("past_due", 1)
    assert invoice.next_attempt_at == clock.now + timedelta(days=1)
    clock.turn_by(days=1)
    let_happen(plan)
    second = Collection.objects.exclude(pk=first.pk).get()
    answered(submitted(second, "ws_CO_2"), "0", "ws_CO_2")
    let_happen(plan)

    assert (plan.state, Invoice.objects.get().state) == ("active", "paid")


def test_a_collection_that_another_one_replaced_is_no_failure(amina: Member) -> None:
    plan = a_subscription(amina.pk, a_price(500, plan=a_plan()), is_from_wallet=False)

    with transaction.atomic():
        end(Collection.objects.select_for_update().get(), CollectionState.GIVEN_UP, "replaced", "Another way.")
    let_happen(plan)

    assert Invoice.objects.get().failures == 0


def test_after_the_grace_it_is_paused_where_the_plan_says_so_and_goes_on_with_a_new_period(
    amina: Member, clock: Any
) -> None:
    plan = a_subscription(
        amina.pk, a_price(500, plan=a_plan(trial_days=1, grace_days=2, after_grace=AfterGrace.PAUSE, remind_days=0))
    )
    for days in (1, 1, 1):
        clock.turn_by(days=days)
        let_happen(plan)
    assert (plan.state, Invoice.objects.get().state) == ("paused", "uncollectible")

    fill_wallet(amina.pk, 500)
    standing.resume_subscription(by=SYSTEM, member_id=amina.pk, subscription_id=plan.pk)
    let_happen(plan)

    assert (plan.state, plan.period_starts_at) == ("active", clock.now)
    assert books()["later"] == 50_000


def test_an_upgrade_is_billed_now_for_the_days_that_are_left(amina: Member, clock: Any) -> None:
    plan = a_subscription(amina.pk, a_price(310, plan=a_plan(rank=1)), filled=310 + 155)  # March has 31 days
    clock.turn_by(days=15, hours=12)

    change_subscription(
        by=SYSTEM, member_id=amina.pk, subscription_id=plan.pk, price_id=a_price(620, plan=a_plan(rank=2)).pk
    )
    let_happen(plan)

    invoice = Invoice.objects.order_by("-number")[0]
    amounts = list(invoice.lines.order_by("position").values_list("amount_minor", flat=True))
    assert (amounts, invoice.total, invoice.state) == ([31_000, -15_500], kes(155), "paid")
    assert wallet(amina.pk)[0] == 0
    clock.turn_to(plan.period_ends_at)
    assert sum(each.amount_minor for each in RevenueSpan.objects.all()) == 46_500
    let_happen(plan)
    assert books() == {"later": 0, "earned": 46_500, "tax": 0}


def test_a_downgrade_comes_off_the_next_invoice(amina: Member, clock: Any) -> None:
    plan = a_subscription(amina.pk, a_price(620), filled=620 + 155)
    clock.turn_by(days=15, hours=12)

    cheap = a_price(310)
    change_subscription(by=SYSTEM, member_id=amina.pk, subscription_id=plan.pk, price_id=cheap.pk)
    let_happen(plan)
    assert Invoice.objects.count() == 1
    clock.turn_to(plan.period_ends_at)
    let_happen(plan)

    assert (plan.state, plan.price, Invoice.objects.get(number=2).total, wallet(amina.pk)[0]) == (
        "active",
        cheap,
        kes(155),
        0,
    )


def test_a_change_there_and_back_costs_nothing(amina: Member, clock: Any) -> None:
    first, second = a_price(333), a_price(777)
    plan = a_subscription(amina.pk, first, filled=5_000)
    clock.turn_by(days=7, seconds=11)

    for price in (second, first):
        change_subscription(by=SYSTEM, member_id=amina.pk, subscription_id=plan.pk, price_id=price.pk)
        let_happen(plan)

    assert sum(InvoiceLine.objects.exclude(invoice__number=1).values_list("amount_minor", flat=True)) == 0


def test_a_change_from_the_next_period_costs_nothing_now(amina: Member, clock: Any) -> None:
    plan = a_subscription(amina.pk, a_price(500), filled=500 + 700)
    dear = a_price(700)

    change_subscription(by=SYSTEM, member_id=amina.pk, subscription_id=plan.pk, price_id=dear.pk, from_next_period=True)
    assert wallet(amina.pk)[0] == 700
    clock.turn_to(plan.period_ends_at)
    let_happen(plan)

    assert (plan.price, plan.next_price, wallet(amina.pk)[0]) == (dear, None, 0)


def test_refuses_a_change_to_the_same_and_anybody_elses(amina: Member, cast: Any) -> None:
    price = a_price(500)
    plan = a_subscription(amina.pk, price, filled=500)

    with pytest.raises(PlanSame):
        change_subscription(by=SYSTEM, member_id=amina.pk, subscription_id=plan.pk, price_id=price.pk)
    with pytest.raises(SubscriptionNotFound):
        change_subscription(by=SYSTEM, member_id=cast.member.pk, subscription_id=plan.pk, price_id=a_price(700).pk)

    plan.refresh_from_db()
    assert plan.price == price


def test_use_is_counted_once_and_billed_when_the_period_is_over(amina: Member, clock: Any) -> None:
    tariff = Tariff(Scheme.GRADUATED, tiers=(Tier(10, 1_000), Tier(None, 500)))
    plan = a_subscription(amina.pk, a_price(tariff=tariff, unit_name="message", is_metered=True), filled=1_000)
    assert (plan.state, Invoice.objects.count()) == ("active", 0)

    with transaction.atomic():
        for key, quantity in (("a", 8), ("b", 4), ("a", 8)):
            report_usage(subscription_id=plan.pk, quantity=quantity, key=key)
        with pytest.raises(KeyReused):
            report_usage(subscription_id=plan.pk, quantity=9, key="a")
    with pytest.raises(ChangeWaitsForPeriod):
        change_subscription(by=SYSTEM, member_id=amina.pk, subscription_id=plan.pk, price_id=a_price(5).pk)
    clock.turn_to(plan.period_ends_at)
    let_happen(plan)

    line = InvoiceLine.objects.get()
    assert (line.quantity, line.amount_minor, wallet(amina.pk)[0]) == (12, 11_000, 890)
    assert books() == {"later": 0, "earned": 11_000, "tax": 0}


def test_a_code_takes_off_for_as_many_invoices_as_it_says(amina: Member, clock: Any) -> None:
    discount = offer_discount(
        by=SYSTEM, name="Welcome", reduction=Reduction(percent_bp=5_000), duration=Duration.REPEATING, times=2
    )
    code = give_out_code(by=SYSTEM, discount_id=discount.pk, code="karibu", redemptions_max=1)
    plan = a_subscription(amina.pk, a_price(500), filled=2_000, code=" Karibu ")
    for _ in range(2):
        clock.turn_to(plan.period_ends_at)
        let_happen(plan)

    assert [each.total_minor for each in Invoice.objects.order_by("number")] == [25_000, 25_000, 50_000]
    code.refresh_from_db()
    assert code.redemptions == 1


def test_a_code_that_is_used_up_is_refused_and_nothing_begins(amina: Member, cast: Any) -> None:
    discount = offer_discount(by=SYSTEM, name="Welcome", reduction=Reduction(off_minor=10_000), currency="KES")
    give_out_code(by=SYSTEM, discount_id=discount.pk, code="ONE", redemptions_max=1)
    price = a_price(500)
    a_subscription(amina.pk, price, code="one")

    with pytest.raises(CodeUnfit, match="used as often"):
        subscribe(by=SYSTEM, member_id=cast.member.pk, price_id=price.pk, key=_key("k"), code="one")

    assert not Subscription.objects.filter(member_id=cast.member.pk).exists()
    with pytest.raises(IntegrityError, match="within_limit"), transaction.atomic():
        PromotionCode.objects.update(redemptions=2)


def test_taxes_stand_on_the_invoice_and_are_put_aside(amina: Member) -> None:
    set_tax(by=SYSTEM, name="VAT", rate_bp=1_600, is_inclusive=True, registration="P051")
    plan = a_subscription(amina.pk, a_price(580), filled=580)

    invoice = Invoice.objects.get()
    assert (invoice.total_minor, invoice.tax_minor, plan.state) == (58_000, 8_000, "active")
    assert books() == {"later": 50_000, "earned": 0, "tax": 8_000}


def test_a_refund_goes_into_the_wallet_the_unearned_first(amina: Member, clock: Any) -> None:
    set_tax(by=SYSTEM, name="VAT", rate_bp=1_600, is_inclusive=False)
    plan = a_subscription(amina.pk, a_price(310), filled=400)
    clock.turn_by(days=21)
    let_happen(plan)
    assert books() == {"later": 10_000, "earned": 21_000, "tax": 4_960}
    invoice = Invoice.objects.get()

    def back(minor: int, key: str) -> None:
        refund_invoice(by=SYSTEM, invoice_id=invoice.pk, amount=Money(minor, "KES"), reason="Sorry", key=_key(key))

    back(17_980, "half")
    back(17_980, "half")
    assert books() == {"later": 0, "earned": 15_500, "tax": 2_480}
    with pytest.raises(InvoiceRefundTooLarge):
        back(17_981, "too much")
    with pytest.raises(NotAllowed):
        refund_invoice(
            by=Actor(kind="member", label="a member"),
            invoice_id=invoice.pk,
            amount=kes(1),
            reason="Sorry",
            key=_key("mine"),
        )
    back(17_980, "rest")
    clock.turn_to(plan.period_ends_at - timedelta(seconds=1))
    let_happen(plan)

    invoice.refresh_from_db()
    assert (invoice.state, wallet(amina.pk)[0]) == ("refunded", 400)
    assert books() == {"later": 0, "earned": 0, "tax": 0}


def test_cancelled_at_the_end_it_runs_on_until_then(amina: Member, clock: Any) -> None:
    plan = a_subscription(amina.pk, a_price(500), filled=1_000)
    standing.cancel_subscription(by=SYSTEM, member_id=amina.pk, subscription_id=plan.pk)
    clock.turn_by(days=20)
    assert let_happen(plan).state == "active"

    clock.turn_to(plan.period_ends_at)
    let_happen(plan)

    assert (plan.state, wallet(amina.pk)[0]) == ("cancelled", 500)
    assert books() == {"later": 0, "earned": 50_000, "tax": 0}


def test_ended_now_all_that_was_paid_is_earned(amina: Member, clock: Any) -> None:
    plan = a_subscription(amina.pk, a_price(500, plan=a_plan(recognition=Recognition.PERIOD_END)), filled=500)
    clock.turn_by(days=3)
    let_happen(plan)
    assert books()["earned"] == 0

    standing.cancel_subscription(by=SYSTEM, member_id=amina.pk, subscription_id=plan.pk, is_now=True)

    assert books() == {"later": 0, "earned": 50_000, "tax": 0}


def test_a_clock_turned_by_months_makes_every_period_in_order(amina: Member, clock: Any) -> None:
    plan = a_subscription(amina.pk, a_price(100), filled=1_000)

    clock.turn_by(days=100)
    let_happen(plan)
    let_happen(plan)

    assert Invoice.objects.count() == 4
    assert (plan.period_number, wallet(amina.pk)[0]) == (4, 600)


def test_something_bought_once_is_billed_once(amina: Member, clock: Any) -> None:
    def bill() -> Invoice:
        with transaction.atomic():
            return bill_member(
                member_id=amina.pk,
                amount=kes(900),
                description="Session with a coach",
                key="session-1",
                starts_at=clock.now,
                ends_at=clock.now,
            )

    assert bill() == bill()
    fill_wallet(amina.pk, 900)
    pay_invoice(by=SYSTEM, invoice_id=bill().pk, member_id=amina.pk, is_from_wallet=True)
    bill_community()

    assert books() == {"later": 0, "earned": 90_000, "tax": 0}


def test_numbers_have_no_gaps_and_nobody_chooses_them(amina: Member) -> None:
    first = a_subscription(amina.pk, a_price(500, plan=a_plan(product="a")))
    now = first.began_at
    with transaction.atomic():
        bill_member(member_id=amina.pk, amount=kes(1), description="Lost", key="lost", starts_at=now, ends_at=now)
        transaction.set_rollback(True)
    a_subscription(amina.pk, a_price(500, plan=a_plan(product="c")))

    assert list(Invoice.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Invoice.objects.filter(subscription=first).update(number=9)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        InvoiceCounter.objects.update(last=7)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("UPDATE payments_invoice SET total_minor = 1", "never changes"),
        ("UPDATE payments_invoice SET state = 'draft', number = NULL", "cannot go from"),
        ("UPDATE payments_invoice_line SET amount_minor = 1", "never change"),
        (COPY_A_LINE, "never change"),
        ("UPDATE payments_subscription SET product = 'x'", "never changes"),
        ("UPDATE payments_price SET unit_minor = 1", "never changes"),
        ("UPDATE payments_subscription SET state = 'expired', ended_at = now(), next_step_at = NULL", "cannot go"),
        ("DELETE FROM payments_invoice", "permission denied"),
        ("DELETE FROM payments_subscription", "permission denied"),
    ],
)
def test_what_was_agreed_and_numbered_never_changes(amina: Member, change: str, why: str) -> None:
    a_subscription(amina.pk, a_price(500), filled=500)

    with pytest.raises((IntegrityError, ProgrammingError), match=why), transaction.atomic():
        connection.cursor().execute(change)


def test_an_invoice_whose_lines_do_not_add_up_gets_no_number(amina: Member, clock: Any) -> None:
    draft = Invoice.objects.create(member_id=amina.pk, key="x", reason="single", currency="KES")

    with pytest.raises(IntegrityError, match="add up to 0"), transaction.atomic():
        Invoice.objects.filter(pk=draft.pk).update(state="open", total_minor=100)


def test_tiers_that_leave_a_gap_are_refused(amina: Member) -> None:
    with pytest.raises(PriceUnsound):
        offer_price(by=SYSTEM, plan_id=a_plan().pk, currency="KES", tariff=Tariff(Scheme.VOLUME, tiers=(Tier(10, 1),)))


def test_a_question_goes_back_and_forth_until_it_is_closed(amina: Member) -> None:
    asked = ask_question(by=SYSTEM, member_id=amina.pk, subject="Twice?", text="I paid twice.")
    answer_question(by=SYSTEM, question_id=asked.pk, text="We look.")
    add_to_question(by=SYSTEM, member_id=amina.pk, question_id=asked.pk, text="And?")
    assert Question.objects.get().state == QuestionState.OPEN
    with pytest.raises(NotAllowed):
        answer_question(by=Actor(kind="member", label="x"), question_id=asked.pk, text="Mine")

    answer_question(by=SYSTEM, question_id=asked.pk, text="It was once.", is_closed=True)
    close_question(by=SYSTEM, question_id=asked.pk, member_id=amina.pk)

    assert (Question.objects.get().state, asked.messages.count()) == (QuestionState.RESOLVED, 4)


def test_figures_and_the_file_are_of_the_rows(amina: Member, community: Any) -> None:
    a_subscription(amina.pk, a_price(1_200, interval="year"), filled=1_200)

    found = figures()
    body = invoice_pdf(Invoice.objects.get(), community=community, holder="Amina <W> & co", zone="Africa/Nairobi")

    assert (found.running, found.monthly, found.paid_percent, found.left) == (1, kes(100), 100, 0)
    assert body.startswith(b"%PDF")
