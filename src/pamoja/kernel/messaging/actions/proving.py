"""Showing that a phone is one's own: a code goes there, and comes back by the page."""

from __future__ import annotations

import secrets
from uuid import UUID

from pamoja.foundation import clock, ids
from pamoja.foundation.actions import Actor, action
from pamoja.kernel.identity.public import Limit, Member, NoPhone, confirm_phone, member_with_id, take_try
from pamoja.kernel.messaging.actions.queueing import send
from pamoja.kernel.messaging.errors import (
    CodeStale,
    CodeTooSoon,
    CodeWrong,
    NotAMembersWish,
    NoTextMessages,
    PhoneProven,
    PhoneSaidStop,
)
from pamoja.kernel.messaging.models import PhoneCode
from pamoja.kernel.messaging.queries import proving, reaching
from pamoja.kernel.messaging.rules import Channel, Kind
from pamoja.kernel.messaging.rules.proving import CODE_DIGITS, GUESSES_MAX, Guess, judged, may_send_again_at

# A text message costs money and wakes whoever has that number, so few go to a number and few from a person.
CODES_A_PERSON = Limit("phone-code", 5, 3600)
CODES_A_PHONE = Limit("phone-code-to", 5, 24 * 3600)


def send_code(*, by: Actor) -> None:
    """Send a code to the member's own phone by text message; a code sent before is worth nothing any more.

    Raises: NotAMembersWish; NoPhone; PhoneProven; PhoneSaidStop; NoTextMessages; CodeTooSoon; TooManyTries.
    """
    member = _asking(by)
    phone = str(member.person.phone)
    # Counted for good, whatever becomes of the deed.
    take_try(CODES_A_PERSON, str(member.person_id))
    take_try(CODES_A_PHONE, phone)
    _queue_code(by=by, member_id=member.pk, phone=phone)


def prove_phone(*, by: Actor, code: str) -> None:
    """The code that came back proves the phone; each wrong one is counted.

    Raises: NotAMembersWish; NoPhone; PhoneProven; CodeStale; CodeWrong.
    """
    member = _asking(by)
    guess = _take_guess(by=by, member_id=member.pk, phone=str(member.person.phone), code="".join(code.split()))
    if guess == Guess.STALE:
        raise CodeStale()
    if guess == Guess.WRONG:
        raise CodeWrong(field="code")


@action
def _queue_code(*, by: Actor, member_id: UUID, phone: str) -> None:
    now = clock.now()
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    before = PhoneCode.objects.select_for_update().filter(member_id=member_id).first()
    if before and may_send_again_at(before.sent_at, now) > now:
        raise CodeTooSoon()
    values = {
        "mark": proving.code_mark(member_id, phone, code),
        "phone_mark": proving.phone_mark(member_id, phone),
        "guesses": 0,
        "sent_at": now,
    }
    PhoneCode.objects.update_or_create(member_id=member_id, defaults=values)
    send(
        address=phone,
        channels=[Channel.SMS],
        template="messaging/phone_code",
        data={"code": code},
        dedupe_key=f"messaging.phone_code:{ids.new_id()}",
        kind=Kind.SECURITY,
        language=member_with_id(member_id).person.language,
    )


@action
def _take_guess(*, by: Actor, member_id: UUID, phone: str, code: str) -> Guess:
    kept = PhoneCode.objects.select_for_update().filter(member_id=member_id).first()
    if kept is None or bytes(kept.phone_mark) != proving.phone_mark(member_id, phone):
        return Guess.STALE
    is_same = secrets.compare_digest(bytes(kept.mark), proving.code_mark(member_id, phone, code))
    guess = judged(is_same=is_same, guesses=kept.guesses, sent_at=kept.sent_at, now=clock.now())
    if guess == Guess.RIGHT:
        confirm_phone(member_id=member_id, phone=phone)
        kept.delete()
    elif guess == Guess.WRONG:
        kept.guesses = min(kept.guesses + 1, GUESSES_MAX)
        kept.save(update_fields=["guesses"])
    return guess


def _asking(by: Actor) -> Member:
    if by.member_id is None:
        raise NotAMembersWish()
    member = member_with_id(by.member_id)
    if not member.person.phone:
        raise NoPhone(field="phone")
    if member.person.phone_verified_at:
        raise PhoneProven()
    if not reaching.is_served(Channel.SMS):
        raise NoTextMessages()
    if proving.said_stop(str(member.person.phone)):
        raise PhoneSaidStop()
    return member
