"""Reads what a client wants to send, as strictly as Twilio does, before anything is kept."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from pamoja.sandbox.answers import BadInput
from pamoja.sandbox.clock import read_iso
from pamoja.sandbox.store import Row
from pamoja.sandbox.twilio import contents, people
from pamoja.sandbox.twilio.gate import TwilioError, refused
from pamoja.sandbox.twilio.identifiers import is_sid
from pamoja.sandbox.twilio.known import BODY_MOST, CAPTION_MOST, MAGIC_BLOCK, MAGIC_REFUSED, SERVICE_SID
from pamoja.sandbox.world import World

Form = dict[str, list[str]]
MEDIA_MOST = {"whatsapp": 1, "sms": 10}
SCHEDULE_LEAST, SCHEDULE_MOST = timedelta(seconds=300), timedelta(days=35)
_HOST = re.compile(r"[A-Za-z0-9.-]+|\[[0-9a-f:]+\]")


@dataclass(frozen=True)
class Order:
    """A message that may be sent."""

    sender: str
    to: str
    person: str
    body: str
    shown: dict[str, Any] = field(default_factory=dict)
    service_sid: str | None = None
    content: Row | None = None
    callback_url: str = ""
    valid_s: int | None = None
    send_at: datetime | None = None
    sid: str = ""
    """Its id, where it is not Twilio who names it."""

    extra: dict[str, Any] = field(default_factory=dict)
    """What its provider wants to know again when it tells of it."""

    @property
    def channel(self) -> str:
        return people.channel_of(self.to)


def read_order(world: World, form: Form) -> Order:
    """Raises: TwilioError, with the code that Twilio gives for it."""
    to, sender = one(form, "To"), one(form, "From")
    service_sid = one(form, "MessagingServiceSid") or None
    if not to:
        raise refused(21604)
    if not people.is_address(to) or _is_magic(to, 21211):
        raise refused(21211, to)
    sender = _sender(world, sender, service_sid, people.channel_of(to))
    if sender == to:
        raise refused(63031)
    person = people.person_at(world, to)
    if person is None:
        raise refused(21211, to)
    if _is_magic(to, 21610) or people.chat(world, sender, person)["is_stopped"]:
        raise refused(21610)
    body, shown, content = _said(world, form, people.channel_of(to))
    return Order(
        sender=sender,
        to=to,
        person=person,
        body=body,
        shown=shown,
        service_sid=service_sid,
        content=content,
        callback_url=_callback_url(world, one(form, "StatusCallback")),
        valid_s=_valid_s(one(form, "ValidityPeriod")),
        send_at=_send_at(world, form, service_sid),
    )


def one(form: Form, name: str) -> str:
    return form.get(name, [""])[0]


def _is_magic(to: str, code: int) -> bool:
    digits = to.rpartition("+")[2]
    return digits.startswith(MAGIC_BLOCK) and MAGIC_REFUSED.get(digits[-4:]) == code


def _sender(world: World, sender: str, service_sid: str | None, channel: str) -> str:
    if service_sid is not None and not is_sid(service_sid, "MG"):
        raise refused(21701)
    if not sender and not service_sid:
        raise refused(21603)
    if not sender:
        if service_sid != SERVICE_SID:
            raise refused(21701)
        pool = [row["address"] for row in people.senders(world) if people.channel_of(row["address"]) == channel]
        sender = pool[0]
    if not people.is_address(sender):
        raise refused(21212, sender)
    if people.sender(world, sender) is None or people.channel_of(sender) != channel:
        raise refused(63007) if channel == "whatsapp" else refused(21606, sender)
    return sender


def _said(world: World, form: Form, channel: str) -> tuple[str, dict[str, Any], Row | None]:
    body, media, content_sid = one(form, "Body"), form.get("MediaUrl", []), one(form, "ContentSid")
    if content_sid:
        try:
            if not is_sid(content_sid, "HX"):
                raise refused(21655, content_sid)
            content = contents.by_sid(world, content_sid)
        except TwilioError:
            raise refused(21655, content_sid) from None
        body, shown = contents.rendered(content, one(form, "ContentVariables"))
        if not contents.check_in_session(shown, is_template=contents.is_approved(content)):
            raise refused(63005)
        return body, shown, content
    if not body and not media:
        raise refused(21602)
    most = CAPTION_MOST if media and channel == "whatsapp" else BODY_MOST
    if utf16_units(body) > most:
        raise refused(21617)
    if len(media) > MEDIA_MOST[channel]:
        raise refused(21623)
    for url in media:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise refused(21620)
    shown = {"media_urls": media} if media else {}
    if place := one(form, "PersistentAction"):
        shown["place"] = place
    return body, shown, None


def utf16_units(text: str) -> int:
    """How long Twilio takes a text to be, by the stricter reading: a character beyond U+FFFF counts twice."""
    return len(text.encode("utf-16-le")) // 2


def _callback_url(world: World, url: str) -> str:
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise refused(21609, url) from None
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host):
        raise refused(21609, url)
    return url


def _valid_s(text: str) -> int | None:
    if not text:
        return None
    if not text.isdigit() or not 1 <= int(text) <= 36_000:
        raise TwilioError(400, 20001, message="ValidityPeriod must be from 1 to 36000.")
    return int(text)


def _send_at(world: World, form: Form, service_sid: str | None) -> datetime | None:
    if not one(form, "ScheduleType"):
        return None
    try:
        moment = read_iso(one(form, "SendAt"), field="SendAt")
    except BadInput:
        moment = None
    ahead = moment - world.clock.now() if moment else None
    if service_sid is None or ahead is None or not SCHEDULE_LEAST <= ahead <= SCHEDULE_MOST:
        raise TwilioError(400, 20001, message="SendAt needs a messaging service and 300 seconds to 35 days ahead.")
    return moment
