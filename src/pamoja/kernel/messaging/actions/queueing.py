"""Queueing: a message is a row made in the transaction of the deed that says it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from operator import attrgetter
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import get_language

from pamoja.foundation import clock
from pamoja.foundation.actions import joins_transaction
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import Community, current_community
from pamoja.kernel.identity.public import Member, card_of, member_with_id, members_with_ids
from pamoja.kernel.messaging import rules
from pamoja.kernel.messaging.actions.notifying import notify
from pamoja.kernel.messaging.errors import WindowClosed
from pamoja.kernel.messaging.models import Address, Message, Notification, community_if_entered
from pamoja.kernel.messaging.queries import outbox, reaching, rendering
from pamoja.kernel.messaging.rules import Channel, Choice, Content, Kind, Priority

_wakers: list[Callable[[], object]] = []


@joins_transaction
def send(
    *,
    template: str,
    data: Mapping[str, Any],
    dedupe_key: str,
    member_id: UUID | None = None,
    address: str | None = None,
    channels: Sequence[Channel] = (),
    kind: Kind | None = None,
    priority: Priority | None = None,
    due_at: datetime | None = None,
    language: str | None = None,
) -> UUID:
    """Queue a message to a member, or to a bare address; it exists if and only if the transaction commits.

    A member gets it once, by the first channel that reaches them and that they want for this kind (the sender's
    `channels` first), and by the next if that fails; a browser that lets us is woken beside it, and it stands in their
    notifications. A bare address is an email address, or with `channels=[Channel.SMS]` a number.

    The same `dedupe_key` (at most 200 characters) in one community is one message: the first is kept and its id
    returned, or that of the notification where no channel is left. It is worded now, in the member's language and time
    zone; the template also knows `member` (their card), `community_name` and `home_url`.

    Raises: AddressUnusable; MemberNotFound; TemplateUnfit, which is a bug.
    """
    if (member_id is None) == (address is None):
        raise ValueError("a message goes either to a member or to an address")
    letter = _Letter.of(kind, priority, dedupe_key, due_at)
    if member_id is not None:
        member = member_with_id(member_id)
        reach = reaching.reaches_of([member])[member.pk]
        more = {"member": card_of(member)}
        written = letter.word(template, data, language or member.person.language, reach.wishes.zone, more)
        letter.to_member(member, reach, written, channels)
        _post([letter])
        return outbox.message_with_key(dedupe_key) if letter.is_carried else outbox.notification_with_key(dedupe_key)
    channel = channels[0] if channels else Channel.EMAIL
    community = current_community() if community_if_entered() else None
    letter.word(template, data, language or (community.language if community else "en"), "UTC", {})
    return letter.post(channel, clean(channel, address or ""))


@joins_transaction
def send_to_each(
    *,
    member_ids: Iterable[UUID],
    template: str,
    data: Mapping[str, Any],
    dedupe_key: str,
    own: Mapping[UUID, Mapping[str, Any]] = MappingProxyType({}),
    kind: Kind | None = None,
    priority: Priority | None = None,
) -> None:
    """Queue the same to several members, each under `dedupe_key:<member id>`; else as `send`.

    `own` holds what the template is told of one of them alone. However many they are, the database is asked as often.

    Raises: MemberNotFound; TemplateUnfit, which is a bug.
    """
    members = members_with_ids(member_ids)
    reaches = reaching.reaches_of(members)
    letters = []
    for member in members:
        letter = _Letter.of(kind, priority, f"{dedupe_key}:{member.pk}", None)
        reach, more = reaches[member.pk], {"member": card_of(member)}
        told = {**data, **own.get(member.pk, {})}
        letter.to_member(member, reach, letter.word(template, told, member.person.language, reach.wishes.zone, more))
        letters.append(letter)
    _post(letters)


@joins_transaction
def send_written(*, address: str, subject: str, text: str, html: str = "", priority: Priority, dedupe_key: str) -> UUID:
    """Queue a mail that somebody else has worded, such as Django or its sign-in library; else as `send`.

    Raises: AddressUnusable.
    """
    community: Community | None = current_community() if community_if_entered() else None
    subject, language = rules.one_line(subject), (get_language() or "en")[:8]
    letter = _Letter(kind=rules.KIND_OF[priority], priority=priority, dedupe_key=dedupe_key, due_at=clock.now())
    letter.said = {
        "data": "{}",
        "language": language,
        "subject": subject,
        "text": text,
        "html": html or rendering.dress(subject, text, community=community, language=language),
    }
    return letter.post(Channel.EMAIL, clean(Channel.EMAIL, address))


@joins_transaction
def reply(
    *,
    address_id: UUID,
    text: str,
    dedupe_key: str,
    buttons: Sequence[Choice] = (),
    rows: Sequence[Choice] = (),
    rows_label: str = "",
    media_url: str = "",
    even_after_stop: bool = False,
) -> UUID:
    """Answer somebody who wrote to us, in free words, with up to three buttons, ten rows or one picture.

    Answers go before what nobody asked for, at any hour, in the order in which they were queued. `even_after_stop` is
    for the one confirmation of a STOP, and for answers to who writes again without START.

    Raises: WindowClosed on WhatsApp, when they last wrote more than a day ago. What exceeds the channel's limits is a
    ValueError and a bug (`rules.fit_choices`).
    """
    there = Address.objects.get(pk=address_id)
    if there.channel == Channel.WHATSAPP and not rules.window_is_open(there.last_inbound_at, clock.now()):
        raise WindowClosed()
    content = Content(tuple(buttons), tuple(rows), rows_label, media_url, ignores_stop=even_after_stop)
    rules.check(text, content)
    letter = _Letter(kind=Kind.REPLY, priority=Priority.REPLY, dedupe_key=dedupe_key, due_at=clock.now())
    letter.member_id = there.member_id
    letter.said = {
        "data": "{}",
        "language": (get_language() or "en")[:8],
        "subject": "",
        "text": text,
        "html": "",
        "content": content.written(),
    }
    return letter.post(Channel(there.channel), str(there.address))


def clean(channel: Channel, address: str) -> str:
    """The address as this channel writes it.

    Raises: AddressUnusable.
    """
    if channel in rules.PHONE_CHANNELS:
        return rules.clean_phone(address, may_be_id=channel == Channel.WHATSAPP)
    return rules.clean_address(address)


def wake_with(wake: Callable[[], object]) -> None:
    """Called once in each transaction that queues something due, to queue the job that hands it over."""
    _wakers.append(wake)


class _Letter:
    """One thing said to one recipient, on its way into the outbox."""

    def __init__(self, *, kind: Kind, priority: Priority, dedupe_key: str, due_at: datetime) -> None:
        self.kind, self.priority, self.dedupe_key, self.due_at = kind, priority, dedupe_key, due_at
        self.member_id: UUID | None = None
        self.said: dict[str, Any] = {}
        self.is_carried = False
        self.messages: list[Message] = []
        self.notification: Notification | None = None

    @classmethod
    def of(cls, kind: Kind | None, priority: Priority | None, dedupe_key: str, due_at: datetime | None) -> _Letter:
        """With what is usual where the sender says nothing."""
        kind = kind or rules.KIND_OF[priority if priority is not None else Priority.REST]
        return cls(
            kind=kind,
            priority=priority if priority is not None else rules.PRIORITY_OF[kind],
            dedupe_key=dedupe_key,
            due_at=due_at or clock.now(),
        )

    def word(
        self, template: str, data: Mapping[str, Any], language: str, zone: str, more: Mapping[str, Any]
    ) -> rendering.Rendered:
        """Render it. In the time zone of the community where the recipient has none."""
        community = current_community() if community_if_entered() else None
        zone = community.time_zone if community and zone == "UTC" else zone
        written = rendering.render(template, {**data, **more}, language=language, zone=zone, community=community)
        self.said = {
            "template": template,
            "data": json.dumps(dict(data), default=_plain),
            "language": language,
            "subject": written.subject,
            "text": written.text,
            "html": written.html,
            "content": Content(
                sms=written.sms, url=written.url, skeleton=written.skeleton, variables=written.variables
            ).written(),
        }
        return written

    def to_member(
        self, member: Member, reach: reaching.Reach, written: rendering.Rendered, channels: Sequence[Channel] = ()
    ) -> None:
        """By the first channel that is left, beside it to their browsers, and into their notifications."""
        self.member_id = member.pk
        if order := rules.channels_for(self.kind, reach.wishes, reach.ways, channels):
            first, *others = order
            self.add(first, clean(first, reach.ways[first].address), fallbacks=[each.value for each in others])
            self.is_carried = True
        # What concerns an account's safety is not left lying about, unless it could not be said at all.
        if self.kind == Kind.SECURITY and self.is_carried:
            return
        self.notification = Notification(
            member_id=member.pk,
            kind=self.kind,
            dedupe_key=self.dedupe_key,
            subject=written.subject,
            text=written.text,
            url=written.url[:300],
            action=written.url_label[:60],
            shown_from=self.due_at,
        )
        if not reach.wishes.mutes(self.kind, Channel.PUSH):
            for browser in reach.browsers:
                key = f"push:{browser.pk.hex}:{self.dedupe_key}"[:200]
                hint = rules.push_hint(self.kind, self.said["language"])
                self.add(Channel.PUSH, str(browser.endpoint), dedupe_key=key, text=hint, html="", data="{}")

    def add(self, channel: Channel, address: str, **differs: Any) -> None:
        """One more row that carries it."""
        row: dict[str, Any] = {
            "member_id": self.member_id,
            "channel": channel,
            "kind": self.kind,
            "address": address,
            "recipient": reaching.recipient_of(channel, address),
            "priority": self.priority,
            "dedupe_key": self.dedupe_key,
            "due_at": self.due_at,
            "next_attempt_at": self.due_at,
        }
        self.messages.append(Message(**row | self.said | differs))

    def post(self, channel: Channel, address: str) -> UUID:
        """By this channel alone; gives the row that is kept under its key."""
        self.add(channel, address)
        _post([self])
        return outbox.message_with_key(self.dedupe_key)


def _post(letters: Sequence[_Letter]) -> None:
    """Make their rows, unless there are such under their keys.

    Where another transaction is just queueing the same key, this waits for how that one ends; in the order of keys, so
    that two that queue the same ones do not wait for each other.
    """
    if notifications := [each.notification for each in letters if each.notification]:
        notify(sorted(notifications, key=attrgetter("dedupe_key")))
    messages = sorted((row for each in letters for row in each.messages), key=attrgetter("dedupe_key"))
    Message.objects.bulk_create(messages, ignore_conflicts=True)
    now = clock.now()
    if any(each.due_at <= now for each in messages):
        wake_dispatcher()


def wake_dispatcher() -> None:
    """Queue the job that hands over what is due, once in a transaction."""
    if _is_first_of_transaction():
        for wake in _wakers:
            wake()


def _is_first_of_transaction() -> bool:
    """One job drains all there is, so a transaction that queues a thousand messages queues one job.

    Remembered where a rollback, also to a savepoint, forgets it together with the job.
    """
    here = str(community_if_entered())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT known, set_config('pamoja.dispatch_queued', %s, true)"
            " FROM current_setting('pamoja.dispatch_queued', true) known",
            [here],
        )
        known = cursor.fetchone()[0]
    return bool(known != here)


def _plain(value: object) -> Any:
    if isinstance(value, Money):
        return {"amount_minor": value.amount_minor, "currency": value.currency}
    return value.isoformat() if isinstance(value, date) else str(value)
