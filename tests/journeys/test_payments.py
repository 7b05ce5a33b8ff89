"""Money comes in by card and phone, fails and recovers, goes back, and is taken back; each as its people see it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from pamoja.foundation import clock
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import Community, entered
from pamoja.kernel.identity.public import OPERATOR, Member
from pamoja.kernel.ledger.public import balance, trial_balance, wallet_of
from pamoja.kernel.payments import jobs
from pamoja.kernel.payments.jobs import billing as billing_jobs
from pamoja.kernel.payments.models import Subscription
from pamoja.products.savings.public import Terms, create_circle, invite, join_by_invitation, start_circle
from pamoja.site.clock_follower import LOOK_EVERY_SECONDS
from tests.harness.servers import Served
from tests.journeys.people import Somebody
from tests.kernel.payments.billing_cast import a_plan, a_price
from tests.kernel.payments.cards import Bank
from tests.kernel.payments.cast import fill_wallet
from tests.world.cast import a_community, a_member, actor

pytestmark = [pytest.mark.committed, pytest.mark.journey]

ASKS_EVERY_TIME = "4000 0027 6000 3184"
WILL_BE_DISPUTED = "4000 0000 0000 0259"
SOON = 15_000
"""Milliseconds: what webhooks, jobs and live news need together."""


@pytest.fixture
def london(live_platform: Served) -> Iterator[Community]:
    """A community that is paid in pounds; the provider knows where to send its events."""
    made = a_community(name="Thames Savers", currency="GBP", country="GB", time_zone="Europe/London")
    with entered(made.pk):
        jobs.connect_community()
        yield made


@pytest.fixture
def bank() -> Iterator[Bank]:
    """The banks behind the cards."""
    made = Bank()
    yield made
    made.end()


def test_a_card_pays_and_money_goes_back_both_ways(
    london: Community, bank: Bank, live_platform: Served, browser: Callable[..., Any]
) -> None:
    desk = Somebody(a_member("Wale Ade", roles=[OPERATOR]), london, live_platform, browser)
    ada = Somebody(a_member("Ada Obi"), london, live_platform, browser)
    _circle(Money(20_00, "GBP"), ada.member, desk.member)

    # Her contribution, by a card whose bank asks her each time.
    _adds_card(ada, ASKS_EVERY_TIME)
    ada.opens("").locator("a[href*='/savings/pay/']").first.click()
    ada.page.get_by_role("button", name=re.compile("3184")).click()
    ada.page.get_by_role("link", name="Go to my bank").click(timeout=SOON)
    ada.presses("Yes, approve")
    expect(ada.page.locator("h2")).to_contain_text(["Paid"], timeout=SOON)
    ada.opens("savings/").get_by_role("link", name=re.compile("House")).first.click()
    expect(ada.page.locator("#circle")).to_contain_text("1 of 2")

    # What she put into her wallet is given back in part, and she sees it.
    _fills(ada, "30")
    page = desk.opens("payments/all/")
    page.locator("#results .what a").first.click()
    page.get_by_role("link", name="Give back").click()
    page.get_by_label("Amount").fill("10")
    page.get_by_label("Why?").fill("You paid ten too much")
    desk.presses("Give back")
    expect(ada.opens("wallet/").locator(".hero")).to_contain_text("£20.00")

    # Her bank questions a payment by another card, the desk answers, and the bank decides against us.
    _adds_card(ada, WILL_BE_DISPUTED)
    _fills(ada, "15", by="0259")
    page = _until(lambda: desk.opens("payments/cases/"), "dispute")
    page.locator(".rows .what a").first.click()
    expect(ada.opens("wallet/").locator(".hero")).to_contain_text("£15.00 more is on its way out")
    page.get_by_label("Evidence").fill("She wrote to thank us.")
    desk.presses("Send to the bank")
    case = page.url
    bank.does(bank.get("/v1/disputes")["data"][0]["id"], "decide", won=False)
    _until(lambda: desk.opens(case), "lost")
    expect(ada.opens("wallet/").locator(".hero")).to_contain_text("£20.00")
    assert balance(_wallet(ada.member)).posted == Money(20_00, "GBP")
    assert trial_balance().balances


def test_a_phone_says_no_then_yes_and_the_wallet_pays_the_rest(
    community: Community, live_platform: Served, sandbox: Served, browser: Callable[..., Any]
) -> None:
    with entered(community.pk):
        amina = Somebody(a_member("Amina Noor", phone="+254712600901"), community, live_platform, browser)
        brian = Somebody(a_member("Brian Otieno", phone="+254712600902"), community, live_platform, browser)
        _circle(Money(500_00, "KES"), amina.member, brian.member)

        # She has her phone decline, is told that nothing moved, tries again, and pays.
        amina.opens("").locator("a[href*='/savings/pay/']").first.click()
        amina.presses("M-PESA")
        _answers(sandbox, "254712600901", action="cancel")
        expect(amina.page.get_by_role("alert")).to_contain_text("did not go through", timeout=SOON)
        amina.presses("Try again")
        _answers(sandbox, "254712600901", pin="1234")
        expect(amina.page.get_by_role("heading", level=1)).to_have_text("Paid", timeout=SOON)

        # He has the money here already; his other window knows by itself that nothing is due any more.
        with transaction.atomic():
            fill_wallet(brian.member.pk, 700)
        pay = brian.opens("").locator("a[href*='/savings/pay/']").first.get_attribute("href")
        assert pay
        other = brian.page.context.new_page()
        for page in (brian.page, other):
            page.goto(pay)
        brian.presses("from the wallet")
        expect(brian.page.get_by_role("heading", level=1)).to_have_text("Paid", timeout=SOON)
        expect(other.get_by_role("heading", level=1)).to_have_text("Paid", timeout=SOON)
        expect(brian.opens("savings/").locator("main")).to_contain_text("House")
        assert trial_balance().balances


def test_a_plan_is_tried_renewed_owed_for_paid_and_cancelled(
    community: Community, live_platform: Served, sandbox: Served, browser: Callable[..., Any], time_machine: TimeMachine
) -> None:
    with entered(community.pk):
        price = a_price(300, plan=a_plan(name="Premium lessons", trial_days=14, grace_days=7))
        amina = Somebody(a_member("Amina Noor", phone="+254712600911"), community, live_platform, browser)
        with transaction.atomic():
            fill_wallet(amina.member.pk, 400)

        # Two weeks for nothing.
        amina.opens("billing/").get_by_role("link", name="Choose Premium lessons").click()
        amina.page.get_by_label(re.compile("wallet", re.IGNORECASE)).check()
        amina.presses("Try it for free")
        plan = amina.page.url
        _stands(amina, plan, "Trial")

        # The wallet pays the first month, and has too little for the second.
        time_machine.turns(days=14)
        _stands(amina, plan, "Active")
        time_machine.turns(days=31)
        _stands(amina, plan, "Not paid")
        expect(amina.page.locator("main")).to_contain_text("Open until")

        # Within the days of grace she fills it and pays; then she has had enough, and keeps what is paid to its end.
        with transaction.atomic():
            fill_wallet(amina.member.pk, 300)
        amina.page.get_by_role("link", name="Pay KSh 300").click()
        amina.presses("from my wallet")
        _stands(amina, plan, "Active")
        amina.presses("Cancel at the end of the period")
        _stands(amina, plan, "Ends soon")
        time_machine.turns(days=31)
        _stands(amina, plan, "Ended")
        expect(amina.opens("billing/").locator("#invoices")).to_contain_text("KSh 300")
        assert Subscription.objects.get(price=price).state == "cancelled"
        assert trial_balance().balances


class TimeMachine:
    """Turns the clock of the outside world, which the platform follows, and this process's with it."""

    def __init__(self, sandbox: Served) -> None:
        self._sandbox = sandbox

    def turns(self, *, days: int) -> None:
        self._sandbox.request("PUT", "/clock", json={"advance_s": days * 86_400})
        clock.turn_by(clock.offset() + timedelta(days=days))
        time.sleep(2 * LOOK_EVERY_SECONDS)
        # The worker would do so by itself within a quarter of a minute.
        billing_jobs.bill_community()


@pytest.fixture
def time_machine(sandbox: Served) -> Iterator[TimeMachine]:
    yield TimeMachine(sandbox)
    sandbox.request("PUT", "/clock", json={"real": True})
    clock.turn_by(timedelta())


def _stands(who: Somebody, plan: str, how: str) -> None:
    who.sign_in()
    _until(lambda: who.opens(plan), how.lower())


def _answers(sandbox: Served, phone: str, **answer: Any) -> None:
    until = time.monotonic() + SOON / 1000
    while time.monotonic() < until:
        if prompts := sandbox.get(f"/api/phones/{phone}/prompts").json()["prompts"]:
            said = sandbox.post(f"/api/prompts/{prompts[0]['id']}/answer", json=answer)
            assert said.status_code == 200, said.text
            return
        time.sleep(0.1)
    raise AssertionError(f"no prompt on {phone}")


def _circle(amount: Money, *people: Member) -> None:
    """Begun, with one contribution of each asked for soon."""
    by = actor(people[0])
    terms = Terms(
        name="House",
        amount=amount,
        frequency="weekly",
        members_max=len(people),
        first_due_on=clock.today("Africa/Nairobi") + timedelta(days=2),
    )
    circle = create_circle(by=by, terms=terms)
    code = invite(by=by, circle_id=circle.pk, uses_max=len(people)).code
    for each in people[1:]:
        join_by_invitation(by=actor(each), code=code, rules_version=1)
    start_circle(by=by, circle_id=circle.pk)


def _wallet(member: Member) -> Any:
    with transaction.atomic():
        return wallet_of(member.pk, "GBP")


def _adds_card(who: Somebody, number: str) -> None:
    """On the provider's own page, where her bank may ask her too."""
    page = who.opens("payments/methods/")
    who.presses("Add a card")
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Email").fill(who.member.person.email)
    page.get_by_label("Name").fill(who.member.name)
    who.presses("Save")
    if number == ASKS_EVERY_TIME:
        who.presses("Yes, approve")
    expect(page.get_by_role("heading", level=2)).to_contain_text("is saved", timeout=SOON)


def _fills(who: Somebody, pounds: str, by: str = "3184") -> None:
    page = who.opens("wallet/top-up/")
    page.get_by_label("Amount").fill(pounds)
    page.get_by_label(re.compile(by)).check()
    who.presses("Pay")
    if by == "3184":
        page.get_by_role("link", name="Go to my bank").click(timeout=SOON)
        who.presses("Yes, approve")
    expect(page.locator("h2").first).to_have_text("Paid", timeout=SOON)


def _until(look: Callable[[], Page], words: str) -> Page:
    """The page, once it says so."""
    until = time.monotonic() + SOON / 1000
    while time.monotonic() < until:
        page = look()
        if words in page.locator("main").inner_text().lower():
            return page
        time.sleep(0.3)
    raise AssertionError(f"never read {words!r}: {page.locator('main').inner_text()}")
