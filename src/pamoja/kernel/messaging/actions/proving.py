"""Showing that a phone is one's own: a code goes there and comes back by the page, or the other way round."""

from __future__ import annotations

import secrets
from uuid import UUID

from pamoja.foundation import clock, ids
from pamoja.foundation.actions import Actor, action
from pamoja.kernel.identity.public import Limit, Member, NoPhone, confirm_phone, member_with_id, take_try
from pamoja.kernel.messaging.actions.queueing import send
from pamoja.kernel.messaging.actions.reaching import link_address
from pamoja.kernel.messaging.errors import (
    CodeStale,
    CodeTooSoon,
    CodeWrong,
    NotAMembersWish,
    NoTextMessages,
    NoWhatsApp,
    PhoneProven,
    PhoneSaidStop,
)
from pamoja.kernel.messaging.models import Address, PhoneCode, ShownCode
from pamoja.kernel.messaging.queries import proving, reaching
from pamoja.kernel.messaging.rules import Channel, Kind
from pamoja.kernel.messaging.rules.proving import (
    CODE_DIGITS,
    GUESSES_MAX,
    SHOWN_LENGTH,
    SHOWN_LETTERS,
    Guess,
    Sent,
    judged,
    judged_as_sent,
    may_send_again_at,
)

# A text message costs money and wakes whoever has that number, so few go to a number and few from a person.
CODES_A_PERSON = Limit("phone-code", 5, 3600)
CODES_A_PHONE = Limit("phone-code-to", 5, 24 * 3600)
SHOWN_A_PERSON = Limit("phone-code-shown", 10, 3600)
HEARD_A_NUMBER = Limit("phone-code-heard", 10, 3600)


def send_code(*, by: Actor) -> None:
    """Send a code to the member's own phone by text message; a code sent before is worth nothing any more.

    Raises: NotAMembersWish; NoPhone; PhoneProven; PhoneSaidStop; NoTextMessages; CodeTooSoon; TooManyTries.
    """
    member = _asking(by)
    phone = str(member.person.phone)
    if not reaching.is_served(Channel.SMS):
        raise NoTextMessages()
    if proving.said_stop(phone):
        raise PhoneSaidStop()
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


def show_code(*, by: Actor) -> None:
    """Let a code stand on the page, to be sent to us by WhatsApp; one that was shown before is worth nothing any more.

    Raises: NotAMembersWish; NoPhone; PhoneProven; NoWhatsApp; TooManyTries.
    """
    member = _asking(by)
    if not reaching.is_served(Channel.WHATSAPP):
        raise NoWhatsApp()
    take_try(SHOWN_A_PERSON, str(member.person_id))
    _keep_shown(by=by, member_id=member.pk, phone=str(member.person.phone))


def hear_code(*, by: Actor, address_id: UUID, code: str) -> tuple[Sent, UUID | None]:
    """A code came in; from exactly the number it is to prove, the number is proven. Gives whose it is then.

    Only WhatsApp vouches for who writes: the sender of a text message can be made up.

    Raises: TooManyTries.
    """
    address = Address.objects.get(pk=address_id)
    take_try(HEARD_A_NUMBER, str(address.address))
    is_vouched_for = address.channel == Channel.WHATSAPP and str(address.address).startswith("+")
    number = str(address.address) if is_vouched_for else ""
    return _take_sent(by=by, address_id=address_id, number=number, code=code)


@action
def _keep_shown(*, by: Actor, member_id: UUID, phone: str) -> None:
    code = "".join(secrets.choice(SHOWN_LETTERS) for _ in range(SHOWN_LENGTH))
    values = {
        "code": code,
        "mark": proving.shown_mark(code),
        "phone_mark": proving.phone_mark(member_id, phone),
        "strangers": 0,
        "shown_at": clock.now(),
        "used_at": None,
    }
    ShownCode.objects.update_or_create(member_id=member_id, defaults=values)


@action
def _take_sent(*, by: Actor, address_id: UUID, number: str, code: str) -> tuple[Sent, UUID | None]:
    kept = ShownCode.objects.select_for_update().filter(mark=proving.shown_mark(code)).first()
    sent = judged_as_sent(
        number=number,
        is_same_number=kept is not None and bytes(kept.phone_mark) == proving.phone_mark(kept.member_id, number),
        strangers=kept.strangers if kept else 0,
        shown_at=kept.shown_at if kept else None,
        was_used=kept is not None and kept.used_at is not None,
        now=clock.now(),
    )
    if kept is not None and sent == Sent.OTHER_NUMBER:
        kept.strangers += 1
        kept.save(update_fields=["strangers"])
    if kept is None or sent != Sent.RIGHT:
        return sent, None
    # The number in the profile may be another by now.
    if not confirm_phone(member_id=kept.member_id, phone=number):
        return Sent.STALE, None
    link_address(address_id=address_id, member_id=kept.member_id)
    kept.used_at = kept.used_at or clock.now()
    kept.save(update_fields=["used_at"])
    return sent, kept.member_id


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
    return member
