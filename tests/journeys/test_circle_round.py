"""Five people meet, save one round together in their own browsers, and every book tells the same story."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from pamoja.foundation.money import Money
from pamoja.kernel.audit.public import feed, seal_facts, verify
from pamoja.kernel.communities.public import Community, entered
from pamoja.kernel.identity.public import Member
from pamoja.kernel.ledger.public import balance, trial_balance, wallet_of
from pamoja.products.savings.public import Circle, Contribution, Round
from tests.harness.servers import Served
from tests.journeys import people as signed_in
from tests.world.cast import a_member

pytestmark = [pytest.mark.committed, pytest.mark.journey]

PEOPLE = {
    "Amina Wanjiru": "0712 600 001",
    "Brian Otieno": "0712 600 002",
    "Chebet Koech": "0712 600 003",
    "Daudi Mutua": "0712 600 004",
    "Esther Njeri": "0712 600 005",
}
PASSWORD = "Kilimanjaro-5895"
AMOUNT = Money(200_000, "KES")
POT = AMOUNT * len(PEOPLE)


@dataclass
class Somebody:
    """A person with a browser and a phone."""

    name: str
    phone: str
    page: Page

    @property
    def email(self) -> str:
        return f"{self.name.split()[0].lower()}@journey.example"

    @property
    def msisdn(self) -> str:
        return "254" + self.phone.replace(" ", "")[1:]


@pytest.fixture
def people(community: Community, live_platform: Served, sandbox: Served, browser: Callable[..., Any]) -> list[Somebody]:
    """The first registers as everybody does; the others have done so before."""
    (first, phone), *others = PEOPLE.items()
    page = browser(base_url=f"{live_platform.base_url}/c/{community.slug}/").new_page()
    found = [_registered(Somebody(first, phone, page), sandbox)]
    for name, phone in others:
        who = Somebody(name, phone, page)
        with entered(community.pk):
            member = a_member(name, email=who.email, phone=f"+{who.msisdn}")
        who.page = signed_in.Somebody(member, community, live_platform, browser).page
        found.append(who)
    return found


def test_five_people_complete_a_round(community: Community, people: list[Somebody], sandbox: Served) -> None:
    amina, *others = people
    _make_circle(amina)
    link = _invitation_link(amina, for_people=len(others))
    for each in others:
        _join(each, link)
    _start(amina)

    watching = others[0].page.context.new_page()
    watching.goto(_circle_address(amina))
    expect(watching.locator("#circle")).to_contain_text("0 of 5")
    for each in people:
        _pay(each, sandbox)
    # Nobody reloads this page: it hears of every payment, and of the pot that goes out.
    expect(watching.locator("#circle")).not_to_contain_text("Who has paid", timeout=30_000)

    with entered(community.pk):
        recipient = _recipient(people)
        _books_agree(recipient)
    _recipient_sees_it(recipient, sandbox)


def _registered(who: Somebody, sandbox: Served) -> Somebody:
    page = who.page
    page.goto("account/signup/")
    page.get_by_label("Your name").fill(who.name)
    page.get_by_label("Email").fill(who.email)
    page.get_by_label("Phone").fill(who.phone)
    page.locator("[name=password1]").fill(PASSWORD)
    page.locator("[name=password2]").fill(PASSWORD)
    page.locator("[name=terms]").check()
    page.get_by_role("button", name="Create my account").click()
    page.locator("[name=code]").fill(_code_mailed_to(who.email, sandbox))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(who.name.split()[0])
    return who


def _code_mailed_to(email: str, sandbox: Served) -> str:
    letter = _letter(sandbox, email, "")
    found = re.search(r"code is (\d{6})", letter["text"])
    assert found, letter["text"]
    return found[1]


def _letter(sandbox: Served, to: str, subject: str) -> dict[str, Any]:
    """The newest letter to somebody about something; mail takes a moment."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for letter in sandbox.get("/api/mail", params={"to": to}).json()["mail"]:
            if subject in letter["subject"]:
                return dict(letter)
        time.sleep(0.2)
    raise AssertionError(f"no letter about {subject!r} reached {to}")


def _make_circle(organiser: Somebody) -> None:
    page = organiser.page
    page.goto("savings/new/")
    page.get_by_label("Name", exact=True).fill("Market Women")
    page.locator("[name=members_max]").fill(str(len(PEOPLE)))
    page.locator("[name=amount]").fill("2,000")
    page.get_by_role("button", name="Make the circle").click()
    expect(page).to_have_url(re.compile("/savings/circle_"))


def _circle_address(organiser: Somebody) -> str:
    found = re.search(r"(.*/savings/circle_[0-9a-z]+/)", organiser.page.url)
    assert found
    return found[1]


def _invitation_link(organiser: Somebody, *, for_people: int) -> str:
    page = organiser.page
    page.goto(_circle_address(organiser) + "invitations/")
    page.locator("[name=uses_max]").fill(str(for_people))
    page.get_by_role("button", name="Make the invitation").click()
    found = re.search(r"http://[^\"<\s]+/savings/join/[A-Z0-9-]+/?", page.content())
    assert found
    return found[0]


def _join(who: Somebody, link: str) -> None:
    page = who.page
    page.goto(link)
    page.locator("[name=accepts_rules]").check()
    page.get_by_role("button", name="Join Market Women").click()
    expect(page).to_have_url(re.compile("/savings/circle_"))


def _start(organiser: Somebody) -> None:
    page = organiser.page
    page.goto(_circle_address(organiser))
    page.get_by_role("button", name=f"Start with {len(PEOPLE)} members").click()
    page.get_by_role("button", name="Start the circle").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Round 1 of 5")


def _pay(who: Somebody, sandbox: Served) -> None:
    page = who.page
    page.goto("")
    page.locator("a[href*='/savings/pay/']").first.click()
    button = page.get_by_role("button", name=re.compile("M-PESA"))
    button.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Look at your phone")
    _answer_prompt(who, sandbox)
    # The waiting page moves on by itself.
    expect(page.get_by_role("heading", level=1)).to_have_text("Paid", timeout=30_000)


def _answer_prompt(who: Somebody, sandbox: Served) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        prompts = sandbox.get(f"/api/phones/{who.msisdn}/prompts").json()["prompts"]
        if prompts:
            assert prompts[0]["amount_kes"] == AMOUNT.amount_minor // 100
            answer = sandbox.post(f"/api/prompts/{prompts[0]['id']}/answer", json={"pin": "1234"})
            assert answer.status_code == 200, answer.text
            return
        time.sleep(0.1)
    raise AssertionError(f"no prompt on the phone of {who.name}")


def _recipient(people: list[Somebody]) -> Somebody:
    first = Round.objects.select_related("recipient__member").get(number=1)
    assert first.is_paid_out
    return next(each for each in people if each.name == first.recipient.member.name)


def _books_agree(recipient: Somebody) -> None:
    circle = Circle.objects.get()
    member = Member.objects.get(name=recipient.name)
    contributions = Contribution.objects.filter(round__number=1)

    assert [each.state for each in contributions] == ["paid"] * len(PEOPLE)
    with_pot = balance(_wallet(member)).posted
    assert with_pot == POT
    assert trial_balance().balances
    said = [line.sentence for line in feed(f"circle:{circle.pk}", limit=50)]
    assert sum(f"paid {AMOUNT.text} into round 1" in sentence for sentence in said) == len(PEOPLE)
    assert any(POT.text in sentence and "received" in sentence for sentence in said)
    seal_facts()
    assert verify().holds


def _wallet(member: Member) -> Any:
    from django.db import transaction

    with transaction.atomic():
        return wallet_of(member.pk, "KES")


def _recipient_sees_it(recipient: Somebody, sandbox: Served) -> None:
    page = recipient.page
    page.goto("wallet/")
    expect(page.locator("main")).to_contain_text(POT.text)
    page.goto("savings/")
    page.get_by_role("link", name=re.compile("Market Women")).first.click()
    page.get_by_role("link", name="Statement").click()
    expect(page.locator("main")).to_contain_text(POT.figure)
    letter = _letter(sandbox, recipient.email, "You received")
    assert POT.text in letter["subject"]
