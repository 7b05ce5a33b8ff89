"""How far a member is with showing that their phone is theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pamoja.foundation import clock, crypto
from pamoja.kernel.messaging.models import PhoneCode
from pamoja.kernel.messaging.queries import reaching
from pamoja.kernel.messaging.rules import Channel, Consent
from pamoja.kernel.messaging.rules.proving import GUESSES_MAX, LIVES_FOR, may_send_again_at


@dataclass(frozen=True)
class Proving:
    """Whether a code waits to be typed, and when another may be sent."""

    is_sent: bool
    again_at: datetime


def proving_of(member_id: UUID, phone: str) -> Proving:
    """Of this member and this phone."""
    now = clock.now()
    code = PhoneCode.objects.filter(member_id=member_id).first()
    if code is None:
        return Proving(False, now)
    is_alive = code.guesses < GUESSES_MAX and now < code.sent_at + LIVES_FOR
    is_this = bytes(code.phone_mark) == phone_mark(member_id, phone)
    return Proving(is_alive and is_this, may_send_again_at(code.sent_at, now))


def code_mark(member_id: UUID, phone: str, code: str) -> bytes:
    """By which a typed code is compared; it fits one phone of one member."""
    return crypto.blind_index(f"{member_id}:{phone}:{code}", "messaging.phone_code")


def phone_mark(member_id: UUID, phone: str) -> bytes:
    """Which phone a code was sent to."""
    return crypto.blind_index(f"{member_id}:{phone}", "messaging.phone_code.phone")


def said_stop(phone: str) -> bool:
    """Whether somebody said STOP on this phone: then no text message goes there, a code neither."""
    there = reaching.address_at(Channel.SMS, phone)
    return there is not None and there.consent == Consent.WITHDRAWN
