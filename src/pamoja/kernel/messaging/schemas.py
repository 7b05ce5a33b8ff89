"""Input and output of the API about messages."""

from __future__ import annotations

from datetime import datetime, time

from ninja import Field, Schema

from pamoja.foundation import ids
from pamoja.kernel.messaging.models import Notification, Preference
from pamoja.kernel.messaging.queries.proving import Shown
from pamoja.kernel.messaging.rules import CHOSEN_BY_PEOPLE, MUTED_AT_FIRST, NIGHT_FROM, NIGHT_UNTIL, Channel, Kind


class NotificationOut(Schema):
    """One of a member's notifications."""

    id: str
    kind: str
    subject: str
    text: str
    url: str
    at: datetime
    is_read: bool

    @classmethod
    def of(cls, row: Notification) -> NotificationOut:
        return cls(
            id=ids.public("notification", row.pk),
            kind=row.kind,
            subject=str(row.subject),
            text=str(row.text),
            url=row.url,
            at=row.shown_from,
            is_read=row.read_at is not None,
        )


class NotificationPage(Schema):
    """A page of them, newest first, and how many are unread in all."""

    items: list[NotificationOut]
    page: int
    pages: int
    count: int
    unread: int


class ReadIn(Schema):
    """Which are seen; without ids all of them."""

    ids: list[str] | None = Field(default=None, max_length=100)


class ReadOut(Schema):
    """How many were unread before."""

    marked: int


class PreferencesSchema(Schema):
    """What the member wants: channels by kind, the channel to try first (or none), and quiet hours."""

    wanted: dict[Kind, list[Channel]]
    first: Channel | None = None
    is_quiet_at_night: bool = True
    quiet_from: time = NIGHT_FROM
    quiet_until: time = NIGHT_UNTIL

    @classmethod
    def of(cls, row: Preference | None) -> PreferencesSchema:
        if row is None:
            wanted = {
                kind: [each for each in Channel if kind not in MUTED_AT_FIRST.get(each, ())]
                for kind in CHOSEN_BY_PEOPLE
            }
            return cls(wanted=wanted)
        return cls(
            wanted={
                kind: [each for each in Channel if each.value not in row.muted.get(kind.value, [])]
                for kind in CHOSEN_BY_PEOPLE
            },
            first=Channel(row.first) if row.first else None,
            is_quiet_at_night=row.is_quiet_at_night,
            quiet_from=row.quiet_from,
            quiet_until=row.quiet_until,
        )


class PushKeys(Schema):
    """The keys of a browser's subscription."""

    p256dh: str = Field(max_length=200)
    auth: str = Field(max_length=100)


class PushIn(Schema):
    """A browser's subscription, as the browser gives it."""

    endpoint: str = Field(max_length=1000)
    keys: PushKeys


class PhoneCodeIn(Schema):
    """The code that came to a phone."""

    code: str = Field(max_length=20)


class ShownCodeOut(Schema):
    """A code to be sent by WhatsApp from the phone that it is to prove, and a link that opens the chat with it."""

    text: str
    number: str
    url: str
    valid_until: datetime

    @classmethod
    def of(cls, shown: Shown) -> ShownCodeOut:
        return cls(text=shown.said, number=shown.number, url=shown.url, valid_until=shown.until)
