"""Somebody new writes "hi", is welcomed, joins a circle by code, pays, sees the receipt, says STOP, and has peace."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import Community, entered
from pamoja.kernel.identity.public import Member, member_with_phone
from pamoja.kernel.messaging.actions.sending import change_senders
from pamoja.kernel.messaging.public import addresses_of
from pamoja.products.savings.public import (
    Contribution,
    Terms,
    create_circle,
    invite,
    pause_circle,
    set_positions,
    start_circle,
)
from tests.harness.servers import Served
from tests.world.cast import a_member, actor

pytestmark = [pytest.mark.committed, pytest.mark.journey]

NUMBER = "254712600777"
SENDER = "/api/twilio/senders/whatsapp:+14155238886"
LETTER_S = 20


@pytest.fixture
def chat(community: Community, live_platform: Served, sandbox: Served, browser: Callable[..., Any]) -> Iterator[Page]:
    """The phone of somebody new, open on its chat."""
    # Whose number was written to says which community it is for.
    with entered(community.pk):
        operator = a_member("Neema Operator", email="operator@whatsapp.example", roles=["operator"])
        change_senders(by=actor(operator), whatsapp="+14155238886", sms="", mail="")
    hook = live_platform.base_url.replace("localhost", "127.0.0.1") + "/hooks/twilio/inbound"
    sandbox.request("PUT", SENDER, json={"inbound_url": hook})
    at_once = {"message_sent_s": 0, "message_delivered_s": 0.05, "messages_per_minute_each": 0}
    sandbox.request("PUT", "/api/preferences", json=at_once)
    page = browser().new_page()
    page.goto(f"{sandbox.base_url}/phones/{NUMBER}")
    yield page
    sandbox.request("PUT", SENDER, json={"inbound_url": ""})


def test_a_stranger_becomes_a_saver_and_is_left_in_peace(chat: Page, community: Community, sandbox: Served) -> None:
    with entered(community.pk):
        organiser = a_member("Wanjiku Kamau", email="wanjiku@whatsapp.example", phone="+254712600778")
        by, circle_id, code = _circle(organiser)

    _say(chat, "hi", "What shall we call you?")
    _say(chat, "Juma Ali", "You are a member of")
    _say(chat, f"join {code}", "Do you agree to these rules and join?")
    chat.get_by_role("button", name="I agree, join").last.click()
    _hears(chat, "Welcome to Market Women")
    with entered(community.pk):
        juma = member_with_phone(f"+{NUMBER}")
        assert juma is not None
        set_positions(by=by, circle_id=circle_id, order=[organiser.pk, juma.pk])
        start_circle(by=by, circle_id=circle_id)

    _say(chat, "pay", "Look at your phone")
    chat.get_by_label("Enter M-PESA PIN").fill("1234")
    chat.get_by_role("button", name="Send", exact=True).click()
    _hears(chat, "You paid KSh 500 into Market Women")
    with entered(community.pk):
        assert Contribution.objects.get(seat__member=juma, round__number=1).state == "paid"

    _say(chat, "STOP", "You get no more messages")
    said = _count(sandbox)
    with entered(community.pk):
        pause_circle(by=by, circle_id=circle_id, reason="Holidays")
        assert {each.consent for each in addresses_of(juma.pk)} == {"out"}
    _wait_for_letter(sandbox, "wanjiku@whatsapp.example", "paus")
    assert _count(sandbox) == said, "everybody was told of the pause but who said STOP"


def _circle(organiser: Member) -> tuple[Actor, Any, str]:
    by = actor(organiser)
    terms = Terms(
        name="Market Women",
        amount=Money(50_000, "KES"),
        frequency="weekly",
        members_max=2,
        first_due_on=clock.today("Africa/Nairobi") + timedelta(days=3),
        order_by="manual",
    )
    circle = create_circle(by=by, terms=terms)
    return by, circle.pk, invite(by=by, circle_id=circle.pk).code


def _say(chat: Page, text: str, answer: str) -> None:
    chat.get_by_label("Message", exact=True).fill(text)
    chat.get_by_role("button", name="Say it").click()
    _hears(chat, answer)


def _hears(chat: Page, words: str) -> None:
    expect(chat.locator("#thread .theirs", has_text=words).last).to_be_visible(timeout=20_000)


def _count(sandbox: Served) -> int:
    return len(sandbox.get(f"/api/phones/{NUMBER}/chat").json()["messages"])


def _wait_for_letter(sandbox: Served, to: str, subject: str) -> None:
    until = time.monotonic() + LETTER_S
    while time.monotonic() < until:
        if any(
            subject in letter["subject"].lower()
            for letter in sandbox.get("/api/mail", params={"to": to}).json()["mail"]
        ):
            return
        time.sleep(0.2)
    raise AssertionError(f"no letter about {subject!r} reached {to}")
