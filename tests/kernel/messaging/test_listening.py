"""What people write is understood once, in order, done and answered"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction

from pamoja.foundation.actions import Actor, NotAllowed
from tests.world import a_member
from tests.world.cast import actor

if TYPE_CHECKING:
    from tests.kernel.messaging.talking import Phone

NUMBER = "+254712345678"


@pytest.fixture
def phone(community: Any, clock: Any) -> Phone:
    from tests.kernel.messaging.talking import Phone

    return Phone(NUMBER, name="Amina W")


@pytest.fixture
def product(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str, str]]]:
    """One command, PING, that tells what it was asked with, and PANG, which breaks."""
    from pamoja.kernel.messaging.actions import talking
    from pamoja.kernel.messaging.public import Answer, Command, Talk, understands

    asked: list[tuple[str, str, str]] = []
    monkeypatch.setattr(talking, "_known", {})

    @understands("toy.ping", command=Command("toy.ping", {"en": ("ping",)}, {"en": "Ping"}), is_button=True)
    def ping(talk: Talk, argument: str) -> Answer:
        asked.append((talk.key, argument, talk.language))
        return Answer("pong")

    @understands("toy.pang", command=Command("toy.pang", {"en": ("pang",)}, {"en": "Pang"}))
    def pang(talk: Talk, argument: str) -> Answer:
        raise ZeroDivisionError

    return asked


@pytest.fixture
def amina(community: Any) -> Any:
    from pamoja.foundation import clock

    member = a_member("Amina Wanjiru", phone=NUMBER)
    member.person.phone_verified_at = clock.now()
    member.person.save()
    return member


def test_a_stranger_becomes_a_member_who_agreed(phone: Phone, product: Any) -> None:
    from pamoja.kernel.identity.public import member_with_phone
    from pamoja.kernel.messaging.models import ConsentRecord
    from pamoja.kernel.messaging.public import address_at

    (welcome,) = phone.write("hi")
    glad, menu = phone.write("Amina Wanjiru")

    assert "What shall we call you?" in welcome
    assert "Amina Wanjiru" in glad
    assert menu.endswith("[Ping]")
    member = member_with_phone(NUMBER)
    assert member is not None
    assert (member.name, member.person.email.endswith("@whatsapp.invalid")) == ("Amina Wanjiru", True)
    assert member.person.phone_verified_at is not None
    address = address_at("whatsapp", NUMBER)
    assert address is not None
    assert (address.member_id, address.consent) == (member.pk, "in")
    assert "Amina Wanjiru" in str(ConsentRecord.objects.get(address=address).wording)


def test_a_hidden_number_becomes_a_member_without_a_phone(community: Any, clock: Any, product: Any) -> None:
    from pamoja.kernel.identity.public import Member
    from tests.kernel.messaging.talking import Phone

    hidden = Phone("KE.7f3a9c")
    hidden.write("hi")
    hidden.write("Brian Otieno")

    member = Member.objects.get(name="Brian Otieno")
    assert member.person.phone is None
    assert hidden.write("ping") == ["pong"]


def test_a_member_is_recognised_by_a_phone_that_was_shown_to_be_theirs(phone: Phone, amina: Any, product: Any) -> None:
    assert phone.write("ping") == ["pong"]


def test_a_number_that_was_never_shown_to_be_theirs_is_asked_about(phone: Phone, product: Any) -> None:
    member = a_member("Amina Wanjiru", phone=NUMBER)

    (question,) = phone.write("ping")
    answers = phone.write("yes")

    assert question == ("This number stands in the profile of *Amina W.*. Is that you? [Yes, that is me] [No]")
    assert answers[0] == "Welcome back, *Amina Wanjiru*."
    assert answers[1] == "pong", "what they came for is done now"
    member.person.refresh_from_db()
    assert member.person.phone_verified_at is not None


def test_the_same_message_twice_is_one(phone: Phone, amina: Any, product: list[Any]) -> None:
    from django.db import IntegrityError

    phone.write("ping", sid="SM1")
    with pytest.raises(IntegrityError, match="messaging_heard_once"), transaction.atomic():
        phone.leave("ping", sid="SM1")

    assert len(product) == 1


def test_what_one_person_says_is_understood_in_order(phone: Phone, amina: Any, product: list[Any]) -> None:
    from pamoja.kernel.messaging.actions import take_up

    first, second = phone.leave("ping"), phone.leave("ping")

    assert take_up(limit=10) == [first.pk]
    assert take_up(limit=10) == [], "the second waits until the first is done"
    assert second.pk > first.pk


def test_a_worker_that_is_killed_halfway_leaves_nothing_double(
    phone: Phone, amina: Any, product: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from pamoja.kernel.messaging import actions
    from pamoja.kernel.messaging.jobs import hear_out
    from pamoja.kernel.messaging.models import Message

    heard = phone.leave("ping")
    with monkeypatch.context() as killed:
        killed.setattr(actions, "answer", _killed)
        with pytest.raises(KeyboardInterrupt):
            hear_out(heard.pk)
    hear_out(heard.pk)
    hear_out(heard.pk)

    assert [key for key, _, _ in product] == [f"talk:{heard.pk}:0"] * 2, "done again under the same key"
    assert [line.text for line in phone.lines()] == ["ping", "pong"]
    assert Message.objects.filter(dedupe_key__startswith="talk:").count() == 1


def _killed(**_: Any) -> None:
    raise KeyboardInterrupt


def test_a_bug_in_a_product_is_told_and_stops_nobody(phone: Phone, amina: Any, product: list[Any]) -> None:
    (sorry,) = phone.write("pang")

    assert sorry.startswith("Something went wrong on our side.")
    assert phone.write("ping") == ["pong"]


def test_what_we_cannot_understand_for_a_bug_of_ours_stops_nobody(
    phone: Phone, amina: Any, product: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from pamoja.kernel.messaging.models import Heard
    from pamoja.kernel.messaging.rules import conversing
    from tests.kernel.messaging.talking import Phone

    other = Phone("+254712345999")
    with monkeypatch.context() as broken:
        broken.setattr(conversing, "converse", _broken)
        phone.leave("ping")
        other.leave("ping")
        assert phone.write("ping") == []

    assert set(Heard.objects.values_list("note", flat=True)) == {"set aside"}
    assert phone.write("ping") == ["pong"]


def _broken(*_: Any) -> None:
    raise ZeroDivisionError


def test_a_report_that_cannot_be_applied_does_not_hold_up_the_others(phone: Phone, amina: Any, product: Any) -> None:
    from pamoja.kernel.messaging.jobs import listen
    from pamoja.kernel.messaging.models import Heard, Message

    phone.write("ping")
    message = Message.objects.get(dedupe_key__startswith="talk:")
    for number, body in enumerate(
        ("MessageSid=SM1\0&MessageStatus=sent", f"MessageSid=SM2&MessageStatus=delivered&m={message.pk}")
    ):
        Heard.objects.create(kind="reported", external_id=str(number), sender=b"x", body=body)
    listen()

    message.refresh_from_db()
    assert message.state == "delivered"
    assert not Heard.objects.filter(done_at__isnull=True).exists()


def test_stop_is_confirmed_once_and_then_there_is_peace(phone: Phone, amina: Any, product: Any) -> None:
    from pamoja.kernel.messaging.public import address_at

    (stopped,) = phone.write("STOP")

    address = address_at("whatsapp", NUMBER)
    assert address is not None
    assert "You get no more messages" in stopped
    assert address.consent == "out"
    assert phone.write("start")[0].startswith("Welcome back!")
    address.refresh_from_db()
    assert address.consent == "in"


def test_a_text_message_gets_numbers_instead_of_buttons(amina: Any, clock: Any, product: Any) -> None:
    from tests.kernel.messaging.talking import Phone

    (menu,) = Phone(NUMBER, channel="sms").write("hello")

    assert menu.split(" [")[0].endswith("\n1. Ping")


def test_swahili_is_remembered_for_everything_else(phone: Phone, amina: Any, product: list[Any]) -> None:
    phone.write("kiswahili")
    phone.write("ping")

    amina.person.refresh_from_db()
    assert amina.person.language == "sw"
    assert product[-1][2] == "sw"


def manager() -> Actor:
    from pamoja.kernel.identity.public import Member

    member = a_member("Esther Njeri")
    assert isinstance(member, Member)
    return Actor(
        kind="member",
        label="staff",
        member_id=member.pk,
        person_id=member.person_id,
        permissions=frozenset({"messaging.manage"}),
    )


def test_a_person_takes_over_and_hands_back(phone: Phone, amina: Any, product: list[Any]) -> None:
    from pamoja.kernel.messaging.actions import hand_back, take_over, write_to
    from pamoja.kernel.messaging.models import Conversation

    (called,) = phone.write("person")
    conversation = Conversation.objects.get()
    staff = manager()
    assert conversation.asked_at is not None

    take_over(by=staff, conversation_id=conversation.pk)
    silence = phone.write("ping")
    write_to(by=staff, conversation_id=conversation.pk, text="Hello Amina", key="k1")
    write_to(by=staff, conversation_id=conversation.pk, text="Hello Amina", key="k1")
    hand_back(by=staff, conversation_id=conversation.pk)

    assert "will answer you here" in called
    assert (silence, product) == ([], [])
    assert [line.text for line in phone.lines() if line.by == "person"] == ["Hello Amina"]
    assert phone.lines()[-1].text.startswith("You are talking with the assistant again")
    assert phone.write("ping") == ["pong"]


def test_only_who_may_can_take_over(phone: Phone, amina: Any, product: list[Any], cast: Any) -> None:
    from pamoja.kernel.messaging.actions import take_over
    from pamoja.kernel.messaging.models import Conversation

    phone.write("ping")
    conversation = Conversation.objects.get()

    with pytest.raises(NotAllowed):
        take_over(by=actor(cast.member), conversation_id=conversation.pk)

    conversation.refresh_from_db()
    assert conversation.taken_by_id is None


def test_a_member_who_hides_their_number_one_day_is_known_by_the_id_that_came_with_it(
    phone: Phone, product: Any, amina: Any
) -> None:
    from pamoja.kernel.messaging.public import address_at
    from tests.kernel.messaging.talking import Phone

    user_id = "KE.13491208655302741918"
    phone.write("stop")
    for also in ("whatsapp:nothing we know", f"whatsapp:{user_id}"):
        phone.write("ping", ExternalUserId=also)

    said = Phone(user_id).write("ping")

    assert said == ["pong"]
    hidden = address_at("whatsapp", user_id)
    assert hidden is not None
    assert (hidden.member_id, hidden.consent) == (amina.pk, "out")
