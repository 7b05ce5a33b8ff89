"""A phone is a member's once a code that was sent there has come back, or one that was shown has come from there."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pamoja.foundation.actions import Actor
from pamoja.kernel.identity.models import Person
from pamoja.kernel.identity.public import Member, TooManyTries
from pamoja.kernel.identity.queries.people import phone_index
from pamoja.kernel.messaging.actions.proving import prove_phone, send_code, show_code
from pamoja.kernel.messaging.errors import CodeStale, CodeTooSoon, CodeWrong, PhoneProven, PhoneSaidStop
from pamoja.kernel.messaging.models import Address, Message, PhoneCode
from pamoja.kernel.messaging.queries.proving import shown_to
from pamoja.kernel.messaging.queries.reaching import recipient_of
from pamoja.kernel.messaging.rules.proving import Guess, Sent, code_in, judged, judged_as_sent
from tests.kernel.messaging.talking import Phone
from tests.world import a_member, actor, signed_in

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


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("VERIFY 7KQ4-M2XR", "7KQ4M2XR"),
        ("  verify 7kq4 m2xr. ", "7KQ4M2XR"),
        ("*THIBITISHA 7KQ4M2XR*", "7KQ4M2XR"),
        ("7KQ4-M2XR", ""),
        ("verify", ""),
        ("verify 123456", ""),
        ("verify 7KQ4-M2XR please", ""),
        ("VERIFY 7KQ4-M2XO", ""),
    ],
)
def test_a_code_is_seen_in_what_is_sent(text: str, code: str) -> None:
    assert code_in(text) == code


@pytest.mark.parametrize(
    ("number", "is_same", "strangers", "age", "was_used", "sent"),
    [
        (PHONE, True, 0, timedelta(0), False, Sent.RIGHT),
        (PHONE, True, 4, timedelta(minutes=14, seconds=59), False, Sent.RIGHT),
        (PHONE, True, 0, timedelta(minutes=1), True, Sent.RIGHT),
        (PHONE, False, 0, timedelta(minutes=1), False, Sent.OTHER_NUMBER),
        (PHONE, False, 0, timedelta(minutes=1), True, Sent.STALE),
        (PHONE, True, 0, timedelta(minutes=15), False, Sent.STALE),
        (PHONE, True, 5, timedelta(minutes=1), False, Sent.STALE),
        ("", True, 0, timedelta(minutes=1), False, Sent.HIDDEN_NUMBER),
        (PHONE, False, 0, None, False, Sent.STALE),
    ],
)
def test_what_was_sent_is_judged(  # noqa: PLR0917 - the columns of a table
    number: str, is_same: bool, strangers: int, age: timedelta | None, was_used: bool, sent: Sent
) -> None:
    shown_at = None if age is None else NOW - age
    judged_so = judged_as_sent(
        number=number,
        is_same_number=is_same,
        strangers=strangers,
        shown_at=shown_at,
        was_used=was_used,
        now=NOW,
    )
    assert judged_so == sent


@pytest.fixture
def shown(asking: Actor, amina: Member, clock: Any) -> str:
    """What Amina's page asks her to send."""
    show_code(by=asking)
    found = shown_to(amina.pk, PHONE, "en")
    assert found is not None
    return found.said


def test_the_shown_code_proves_the_number_it_came_from(shown: str, amina: Member, community: Any) -> None:
    (said, _menu) = Phone(PHONE).write(shown)

    assert said.startswith("Thank you, *Amina Wanjiru*. This number is verified as yours at Umoja.")
    assert is_proven(amina)
    assert Address.objects.get().member_id == amina.pk
    assert shown_to(amina.pk, PHONE, "en") is None
    assert "for another number" not in Phone("+254700000009").write(shown)[0]


def test_from_another_number_it_proves_nothing(shown: str, amina: Member) -> None:
    other = a_member("Brian", phone="+254700000009")

    (said,) = Phone("+254700000009").write(shown)

    assert "for another number than the one you write from, so it proves nothing" in said
    assert not is_proven(amina)
    assert not is_proven(other)
    for _ in range(4):
        Phone("+254700000009").write(shown)
    assert "not valid any more" in Phone(PHONE).write(shown)[0]
    assert not is_proven(amina)


@pytest.mark.parametrize("phone", [Phone("KE.13491208655302741918"), Phone(PHONE, channel="sms")])
def test_only_a_number_that_whatsapp_vouches_for_is_proven(shown: str, amina: Member, phone: Phone) -> None:
    assert "so it proves nothing" in phone.write(shown)[0]
    assert not is_proven(amina)


def test_a_shown_code_ends_with_its_time_with_another_and_with_another_number(
    shown: str, asking: Actor, amina: Member, clock: Any
) -> None:
    show_code(by=asking)
    assert "not valid any more" in Phone(PHONE).write(shown)[0]

    own(amina, "+254712345679")
    assert shown_to(amina.pk, "+254712345679", "en") is None
    own(amina, PHONE)
    clock.turn_by(minutes=15)
    assert shown_to(amina.pk, PHONE, "en") is None
    assert not is_proven(amina)


def test_few_are_shown_to_a_person(asking: Actor, clock: Any) -> None:
    for _ in range(10):
        show_code(by=asking)

    with pytest.raises(TooManyTries):
        show_code(by=asking)


def test_its_page_waits_for_it_and_leaves_when_it_has_come(amina: Member, asking: Actor, clock: Any) -> None:
    browser = signed_in(amina)
    waiting = {"HTTP_HX_REQUEST": "true"}
    page = "/c/umoja/me/contact/verify/"
    assert browser.post(page, {"way": "whatsapp"}).status_code == 302
    found = shown_to(amina.pk, PHONE, "en")
    assert found is not None
    assert found.url.endswith(f"/14155238886?text={found.said.replace(' ', '%20')}")
    assert found.said in browser.get(page).content.decode()
    assert found.said in browser.get(f"{page}code/", **waiting).content.decode()

    Phone(PHONE).write(found.said)

    assert browser.get(f"{page}code/", **waiting).headers["HX-Redirect"] == "/c/umoja/me/contact/"
    assert browser.get(page).status_code == 302
