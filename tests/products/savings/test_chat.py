"""Savings in a conversation: what a member says, and what they are told"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.world import a_member

if TYPE_CHECKING:
    from tests.kernel.messaging.talking import Phone
    from tests.products.savings.circles import Group


@pytest.fixture
def group(community: Any, clock: Any) -> Group:
    from tests.products.savings.circles import a_running_group

    return a_running_group()


def phone_of(member: Any, number: str = "+254712345678") -> Phone:
    """The WhatsApp of somebody who has shown that the number is theirs."""
    from pamoja.foundation import clock
    from pamoja.kernel.identity.queries.people import phone_index
    from tests.kernel.messaging.talking import Phone

    person = member.person
    person.phone, person.phone_index, person.phone_verified_at = number, phone_index(number), clock.now()
    person.save()
    return Phone(number)


@pytest.fixture
def phone(group: Group) -> Phone:
    return phone_of(group.people[1])


def test_balance_tells_the_wallet_and_what_is_owed(phone: Phone) -> None:
    assert phone.write("balance") == [
        "In your wallet: *KSh 0*\n- *KSh 5,000* to *Harvest*: due on Friday 6 March [Pay]"
    ]


def test_balance_in_swahili(phone: Phone) -> None:
    assert phone.write("salio") == [
        "Kwenye mkoba wako: *KSh 0*\n- *KSh 5,000* kwa *Harvest*: mwisho ni Ijumaa 6 Machi [Lipa]"
    ]


def test_pay_asks_the_phone_at_once_when_one_thing_is_due(phone: Phone, group: Group) -> None:
    (said,) = phone.write("PAY")

    contribution = group.contribution(1, 1)
    assert said.startswith("📲 Look at your phone: M-PESA asks you for *KSh 5,000* for *Harvest*.")
    assert (contribution.collecting, contribution.state) == ("asked", "due")


def test_pay_lets_one_choose_among_several(phone: Phone, group: Group, community: Any) -> None:
    from tests.products.savings.circles import a_group, join, shillings

    other = a_group(2, name="Riders", amount=shillings(500))
    join(other, group.people[1])
    _start(other)

    (question,) = phone.write("pay")
    (said,) = phone.write("riders")

    assert question == "Which one do you want to pay? [Harvest] [Riders]"
    assert "*KSh 500* for *Riders*" in said


def _start(group: Group) -> None:
    from pamoja.products.savings.public import CircleMember, set_positions, start_circle

    seats = CircleMember.objects.filter(circle=group.circle_id, status="joined").order_by("pk")
    order = list(seats.values_list("member_id", flat=True))
    set_positions(by=group.organiser, circle_id=group.circle_id, order=order)
    start_circle(by=group.organiser, circle_id=group.circle_id)


def test_pay_from_the_wallet_when_it_holds_enough(phone: Phone, group: Group) -> None:
    from tests.products.savings.circles import fund, shillings

    fund(group.people[1], shillings(6_000))

    (question,) = phone.write("pay")
    (said,) = phone.write("1")

    assert question == "*KSh 5,000* for *Harvest*. Where shall it come from? [From my wallet] [M-PESA]"
    assert said == "Done: *KSh 5,000* went from your wallet into *Harvest*."
    assert group.contribution(1, 1).state == "paid"
    assert phone.write("history")[0] == "*Paid and received*\n- KSh 5,000 → Harvest, Monday 2 March"


def test_who_hides_their_number_is_asked_for_one(group: Group) -> None:
    from django.db import transaction

    from pamoja.foundation import clock
    from pamoja.kernel.messaging.public import heard_from, link_address
    from tests.kernel.messaging.talking import Phone

    with transaction.atomic():
        address = heard_from(channel="whatsapp", address="KE.9b1c22", at=clock.now())
        link_address(address_id=address.pk, member_id=group.people[1].pk)
    hidden = Phone("KE.9b1c22")

    (question,) = hidden.write("pay")
    (again,) = hidden.write("no idea")
    (said,) = hidden.write("0712 345 678")

    assert question == again == "Which M-PESA number shall we ask? Such as *0712 345 678*."
    assert said.startswith("📲 Look at your phone")
    assert group.contribution(1, 1).collecting == "asked"


def test_next_tells_what_is_due_and_when_it_is_ones_turn(phone: Phone) -> None:
    (said,) = phone.write("next")

    assert said.split("\n") == [
        "*What comes next*",
        "- *KSh 5,000* to *Harvest*: due on Friday 6 March",
        "- You receive *KSh 15,000* from *Harvest* on Monday 6 April",
    ]


def test_circle_tells_how_it_stands(phone: Phone) -> None:
    (said,) = phone.write("circle")

    assert said.split("\n")[:3] == [
        "*Harvest*",
        "KSh 5,000, every month",
        "Round 1: 0 of 3 have paid, *KSh 0* of KSh 15,000",
    ]


def test_join_shows_the_rules_first_and_then_lets_one_in(community: Any, clock: Any) -> None:
    from pamoja.products.savings.public import CircleMember, invite
    from tests.products.savings.circles import a_group

    gathering = a_group(2)
    code = invite(by=gathering.organiser, circle_id=gathering.circle_id).code
    newcomer = a_member("Juma Ali")
    phone = phone_of(newcomer)

    (terms,) = phone.write(f"join {code.lower()}")
    nobody = CircleMember.objects.filter(member=newcomer).count()
    (welcome,) = phone.write("I agree, join")

    assert "- Everybody pays *KSh 5,000* every month, from Friday 6 March" in terms
    assert terms.endswith("Do you agree to these rules and join? [I agree, join] [Not now]")
    assert nobody == 0
    assert welcome.startswith("Welcome to *Harvest*!")
    assert CircleMember.objects.get(member=newcomer).status == "joined"


def test_join_asks_for_the_code_and_says_when_it_is_none(phone: Phone) -> None:
    (question,) = phone.write("join")
    (unknown,) = phone.write("AAAA-AAAA")

    assert question.startswith("What is the code of the circle?")
    assert "code" in unknown.lower() or "invitation" in unknown.lower()


def test_who_is_in_no_circle_is_told_how_to_join(community: Any, clock: Any) -> None:
    phone = phone_of(a_member("Juma Ali"))

    assert phone.write("next") == ["You are in no circle yet. Say *JOIN* and the code you were given. [Join a circle]"]
    assert phone.write("history") == ["You have not paid or received anything yet."]
    assert phone.write("pay") == ["Nothing is due. Well done! [Next]"]
