"""What is handed over, with all that decides whether, when and in which form it may go."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection

from pamoja.foundation.crypto import Undecryptable
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.messaging import rules
from pamoja.kernel.messaging.models import Address, Message, Preference, ProviderContent, community_if_entered
from pamoja.kernel.messaging.queries import reaching
from pamoja.kernel.messaging.queries.sending import senders
from pamoja.kernel.messaging.rules import Asked, Channel, Consent, Content, Form, Kind, Reachable, Wishes

APPROVED = "approved"


@dataclass(frozen=True)
class Letter:
    """A message as it is handed over. Every hand-over of it has the same id, and as email the same Message-ID."""

    id: UUID
    channel: Channel
    kind: Kind
    address: str
    subject: str
    text: str
    html: str
    template: str
    language: str
    written_at: datetime
    next_attempt_at: datetime
    tried_at: datetime | None = None
    content: Content = field(default_factory=Content)
    reachable: Reachable = field(default_factory=Reachable)
    wishes: Wishes = field(default_factory=Wishes)
    template_id: str = ""
    form: Form = Form.FREE
    content_id: str = ""
    is_doubtful: bool = False

    @property
    def asked(self) -> Asked:
        """What the rules want to know."""
        return Asked(
            kind=self.kind,
            channel=self.channel,
            reachable=self.reachable,
            wishes=self.wishes,
            has_approved_template=bool(self.template_id),
            ignores_stop=self.content.ignores_stop,
        )

    @property
    def body(self) -> str:
        """The words as they are read on the channel."""
        if self.channel == Channel.SMS:
            return rules.shortened(self.content.sms or self.text, rules.SMS_MAX)
        if self.form == Form.TEMPLATE:
            return rules.filled(self.content.skeleton, self.content.variables)
        longest = rules.INTERACTIVE_TEXT_MAX if self.content.is_interactive else rules.TEXT_MAX
        return rules.shortened(rules.chat_text(self.subject, self.text), longest)


def letters(message_ids: Collection[UUID]) -> dict[UUID, Letter]:
    """These messages to hand over; one whose key is no longer in the ring is missing."""
    found = _readable(message_ids)
    reachable = {
        bytes(each.recipient): each.reachable
        for each in Address.objects.filter(recipient__in=[each.recipient for each in found]).defer("address")
    }
    preferences = {
        each.member_id: each for each in Preference.objects.filter(member_id__in=[each.member_id for each in found])
    }
    approved = _approved_templates(found)
    usual_zone = current_community().time_zone if community_if_entered() else "UTC"
    return {
        message.pk: _letter(
            message,
            reachable.get(bytes(message.recipient), Reachable()),
            preferences.get(message.member_id) if message.member_id else None,
            usual_zone,
            approved,
        )
        for message in found
    }


def fingerprint(*parts: object) -> str:
    """Of everything in a provider's content: the same parts are the same content there."""
    return hashlib.sha256(json.dumps(parts, default=str, sort_keys=True).encode()).hexdigest()


def contents_known(fingerprints: Iterable[str]) -> dict[str, str]:
    """The provider's ids of contents that it already keeps for us."""
    found = ProviderContent.objects.filter(fingerprint__in=set(fingerprints)).exclude(provider_id="")
    return dict(found.values_list("fingerprint", "provider_id"))


def provider_ids_known(provider_ids: Collection[str]) -> set[str]:
    """Those of the provider's ids that already belong to a message of ours."""
    return set(Message.objects.filter(provider_id__in=provider_ids).values_list("provider_id", flat=True))


def stopped_since(message_ids: Collection[UUID]) -> set[UUID]:
    """Those of the messages whose recipient has said STOP by now."""
    if not message_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.id FROM messaging_message m JOIN messaging_address a USING (recipient)"
            " WHERE m.id = ANY(%s) AND a.consent = %s",
            [list(message_ids), Consent.WITHDRAWN.value],
        )
        return {row[0] for row in cursor.fetchall()}


def where_due(until: datetime) -> list[tuple[UUID | None, Channel]]:
    """Each community and channel on which something is due; the community is none for the installation itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT community, on_channel FROM messaging_due(%s)", [until])
        return [(row[0], Channel(row[1])) for row in cursor.fetchall()]


def _readable(message_ids: Collection[UUID]) -> list[Message]:
    wanted = Message.objects.select_related("member__person").defer("data")
    try:
        return list(wanted.filter(pk__in=message_ids))
    except Undecryptable:
        found = []
        for message_id in message_ids:
            try:
                found.append(wanted.get(pk=message_id))
            except Undecryptable:
                continue
        return found


def _letter(
    message: Message,
    reachable: Reachable,
    preference: Preference | None,
    usual_zone: str,
    approved: dict[tuple[str, str], str],
) -> Letter:
    content = Content.read(str(message.content))
    zone = (message.member.person.time_zone if message.member else "") or usual_zone
    has_wishes = message.member_id is not None
    return Letter(
        id=message.pk,
        channel=Channel(message.channel),
        kind=Kind(message.kind),
        address=str(message.address),
        subject=str(message.subject),
        text=str(message.text),
        html=str(message.html),
        template=message.template,
        language=message.language,
        written_at=message.created_at,
        next_attempt_at=message.next_attempt_at,
        tried_at=message.tried_at,
        content=content,
        reachable=reachable,
        wishes=reaching.wishes_in(preference, zone) if has_wishes else Wishes(zone=zone),
        template_id=approved.get((content.skeleton, message.language), ""),
    )


def template_fingerprint(skeleton: str, language: str, kept_by: str = "") -> str:
    """By which an approved template is found again; `kept_by` is whoever approves it, where that is not Twilio."""
    return fingerprint("template", language, skeleton, *([kept_by] if kept_by else []))


def _approved_templates(messages: list[Message]) -> dict[tuple[str, str], str]:
    """What a text and its language are known by with whoever approves this community's templates."""
    outside = [each for each in messages if each.channel == Channel.WHATSAPP]
    texts = {(skeleton, each.language) for each in outside if (skeleton := Content.read(str(each.content)).skeleton)}
    if not texts:
        return {}
    kept_by = senders().templates_kept_by
    wanted = {template_fingerprint(*text, kept_by): text for text in texts}
    found = ProviderContent.objects.filter(fingerprint__in=wanted, approval=APPROVED).exclude(provider_id="")
    return {wanted[mark]: known_by for mark, known_by in found.values_list("fingerprint", "provider_id")}
