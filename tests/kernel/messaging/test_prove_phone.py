"""A phone is a member's once a code that was sent there has come back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pamoja.foundation.actions import Actor
from pamoja.kernel.identity.models import Person
from pamoja.kernel.identity.public import Member, TooManyTries
from pamoja.kernel.identity.queries.people import phone_index
from pamoja.kernel.messaging.actions.proving import prove_phone, send_code
from pamoja.kernel.messaging.errors import CodeStale, CodeTooSoon, CodeWrong, PhoneProven, PhoneSaidStop
from pamoja.kernel.messaging.models import Address, Message, PhoneCode
from pamoja.kernel.messaging.queries.reaching import recipient_of
from pamoja.kernel.messaging.rules.proving import Guess, judged
from tests.world import actor

PHONE = "+254712345678"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def asking(amina: Member) -> Actor:
    """Amina, whose phone nobody has verified yet."""
    own(amina, PHONE)
    return actor(amina)


def own(member: Member, phone: str) -> None:
    Person.objects.filter(pk=member.person_id).update(phone=phone, phone_index=phone_index(phone))


def sent_code() -> str:
    """What the newest text message says."""
    message = Message.objects.order_by("-pk")[0]
    found = re.match(r"(\d{6}) is your code", str(message.subject))
    assert found is not None
    return found[1]


def is_proven(member: Member) -> bool:
    return Person.objects.get(pk=member.person_id).phone_verified_at is not None


@pytest.mark.parametrize(
    ("is_same", "guesses", "age", "guess"),
    [
        (True, 0, timedelta(0), Guess.RIGHT),
        (True, 4, timedelta(minutes=9, seconds=59), Guess.RIGHT),
        (False, 4, timedelta(minutes=1), Guess.WRONG),
        (True, 5, timedelta(minutes=1), Guess.STALE),
        (True, 0, timedelta(minutes=10), Guess.STALE),
        (True, 0, timedelta(seconds=-1), Guess.STALE),
    ],
)
def test_a_guess_is_judged(is_same: bool, guesses: int, age: timedelta, guess: Guess) -> None:
    assert judged(is_same=is_same, guesses=guesses, sent_at=NOW, now=NOW + age) == guess


def test_the_code_that_came_there_proves_it_once(asking: Actor, amina: Member) -> None:
    send_code(by=asking)
    message = Message.objects.get()
    assert (message.channel, str(message.address), message.priority) == ("sms", PHONE, 0)

    prove_phone(by=asking, code=f" {sent_code()[:3]} {sent_code()[3:]}")

    assert is_proven(amina)
    assert not PhoneCode.objects.exists()
    with pytest.raises(PhoneProven):
        prove_phone(by=asking, code=sent_code())


def test_five_wrong_codes_end_it(asking: Actor, amina: Member) -> None:
    send_code(by=asking)
    wrong = f"{(int(sent_code()) + 1) % 10**6:06}"
    for _ in range(5):
        with pytest.raises(CodeWrong):
            prove_phone(by=asking, code=wrong)

    with pytest.raises(CodeStale):
        prove_phone(by=asking, code=sent_code())

    assert not is_proven(amina)


def test_a_code_fits_only_the_phone_it_was_sent_to(asking: Actor, amina: Member) -> None:
    send_code(by=asking)
    code = sent_code()
    own(amina, "+254712345679")

    with pytest.raises(CodeStale):
        prove_phone(by=asking, code=code)

    assert not is_proven(amina)


def test_another_code_comes_after_a_minute_and_five_in_an_hour(asking: Actor, clock: Any) -> None:
    send_code(by=asking)
    with pytest.raises(CodeTooSoon):
        send_code(by=asking)
    first = sent_code()
    for _ in range(3):
        clock.turn_by(minutes=1)
        send_code(by=asking)
    clock.turn_by(minutes=1)

    with pytest.raises(TooManyTries):
        send_code(by=asking)

    assert Message.objects.count() == 4
    if first != sent_code():
        with pytest.raises(CodeWrong):
            prove_phone(by=asking, code=first)


def test_nothing_is_sent_where_somebody_said_stop(asking: Actor, amina: Member) -> None:
    Address.objects.create(
        member=amina, channel="sms", address=PHONE, recipient=recipient_of("sms", PHONE), consent="out"
    )

    with pytest.raises(PhoneSaidStop):
        send_code(by=asking)

    assert not Message.objects.exists()
