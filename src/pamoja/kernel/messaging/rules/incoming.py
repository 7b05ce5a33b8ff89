"""What providers tell us, in one shape whoever tells it: what somebody wrote, and how far a message of ours is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl
from uuid import UUID

from pamoja.kernel.messaging.rules import cloud_api
from pamoja.kernel.messaging.rules.delivering import Channel


@dataclass(frozen=True)
class Written:
    """One thing that somebody said to us. `address` is a number in E.164, or the id of who hides theirs."""

    channel: Channel
    address: str
    text: str
    choice: str = ""
    """The id of what they pressed."""

    name: str = ""
    """What they call themselves there."""

    beside: str = ""
    """What came beside or instead of words, as a person reads it: a picture's type, a place's name."""

    is_said: bool = True
    """Not a mere sign, such as a heart below a message."""

    also: str = ""
    """The id by which WhatsApp names the same person, beside a number that is shown: what stays if they hide it."""

    @property
    def as_read(self) -> str:
        """What a person reads of it."""
        return " ".join(part for part in (self.text, f"[{self.beside}]" if self.beside else "") if part)


@dataclass(frozen=True)
class Reported:
    """How far a message is, in the provider's word; `message_id` is what we gave along, if it came back."""

    provider_id: str
    state: str
    error_code: str = ""
    message_id: UUID | None = None


def read_written(body: str) -> Written:
    """Twilio tells a form, Meta a document."""
    return _written_of_meta(body) if _is_document(body) else _written_of_twilio(dict(_fields(body)))


def read_reported(body: str) -> Reported:
    """As `read_written`, of a report."""
    if _is_document(body):
        status = cloud_api.read_status(body)
        return Reported(status.id, status.state, status.error_code, _uuid(status.our_id))
    fields = dict(_fields(body))
    return Reported(
        fields.get("MessageSid", ""),
        fields.get("MessageStatus", ""),
        fields.get("ErrorCode", ""),
        _uuid(fields.get("m", "")),
    )


def _written_of_meta(body: str) -> Written:
    message = cloud_api.read_message(body)
    return Written(
        channel=Channel.WHATSAPP,
        address=message.address,
        text=message.text,
        choice=message.choice,
        name=message.name,
        beside=message.beside,
        is_said=message.is_said,
        also=message.user_id,
    )


def _written_of_twilio(fields: Mapping[str, str]) -> Written:
    sender = fields.get("From", "")
    beside = ""
    if fields.get("NumMedia", "0") != "0":
        beside = fields.get("MediaContentType0", "file")
    elif "Latitude" in fields:
        beside = fields.get("Label") or "a place"
    return Written(
        channel=Channel.WHATSAPP if sender.startswith("whatsapp:") else Channel.SMS,
        address=sender.removeprefix("whatsapp:"),
        text=fields.get("Body", ""),
        choice=fields.get("ListId") or fields.get("ButtonPayload") or "",
        name=fields.get("ProfileName", ""),
        beside=beside,
        also=fields.get("ExternalUserId", "").removeprefix("whatsapp:"),
    )


def _is_document(body: str) -> bool:
    return body.startswith("{")


def _fields(body: str) -> list[tuple[str, str]]:
    return parse_qsl(body, keep_blank_values=True)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
