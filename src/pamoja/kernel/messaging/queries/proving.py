"""How far a member is with showing that their phone is theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode
from uuid import UUID

from django.conf import settings

from pamoja.foundation import clock, crypto
from pamoja.kernel.messaging.models import PhoneCode, ShownCode
from pamoja.kernel.messaging.queries import reaching
from pamoja.kernel.messaging.queries.sending import senders
from pamoja.kernel.messaging.rules import Channel, Consent
from pamoja.kernel.messaging.rules.proving import (
    GUESSES_MAX,
    LIVES_FOR,
    SHOWN_LIVES_FOR,
    STRANGERS_MAX,
    may_send_again_at,
    said_with,
)


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


@dataclass(frozen=True)
class Shown:
    """A code as it stands on a page, and how it is sent from there."""

    said: str
    url: str
    number: str
    until: datetime


def shown_to(member_id: UUID, phone: str, language: str) -> Shown | None:
    """The code that waits to come from this phone, if one does."""
    kept = ShownCode.objects.filter(member_id=member_id, used_at=None).first()
    if kept is None or bytes(kept.phone_mark) != phone_mark(member_id, phone):
        return None
    until = kept.shown_at + SHOWN_LIVES_FOR
    if kept.strangers >= STRANGERS_MAX or clock.now() >= until:
        return None
    number, said = senders().whatsapp, said_with(str(kept.code), language)
    url = f"{settings.PAMOJA.whatsapp_link_url}/{number.removeprefix('+')}?{urlencode({'text': said}, quote_via=quote)}"
    return Shown(said, url, number, until)


def shown_mark(code: str) -> bytes:
    """By which a code that comes in is found; it says nothing about a phone yet."""
    return crypto.blind_index(code, "messaging.shown_code")


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
