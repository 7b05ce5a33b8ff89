"""What was heard and waits, and what was said in each conversation."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet

from pamoja.foundation import ids
from pamoja.kernel.communities.public import current_community_id
from pamoja.kernel.identity.public import MemberCard, cards_of
from pamoja.kernel.messaging.models import Conversation, Heard, Line
from pamoja.kernel.messaging.rules.saying import Option, State, Topic

LEASE_S = 120
"""So long whoever took something up may be busy with it before another does."""

# The oldest of each sender, so that what one person says is understood in order; many people at once.
_CLAIM = """
    UPDATE messaging_heard SET claimed_at = clock_timestamp()
    WHERE id IN (
        SELECT waiting.id FROM messaging_heard AS waiting
        WHERE waiting.community_id = %(community)s AND waiting.kind = 'written' AND waiting.done_at IS NULL
          AND (waiting.claimed_at IS NULL OR waiting.claimed_at < clock_timestamp() - make_interval(secs => %(lease)s))
          AND NOT EXISTS (
              SELECT 1 FROM messaging_heard AS earlier
              WHERE earlier.community_id = waiting.community_id AND earlier.sender = waiting.sender
                AND earlier.kind = 'written' AND earlier.done_at IS NULL AND earlier.id < waiting.id)
        ORDER BY waiting.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    RETURNING id
"""


def claim_written(limit: int) -> list[UUID]:
    """Takes up what people wrote: of each the oldest, which nobody else has in hand."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"community": current_community_id(), "lease": LEASE_S, "limit": limit})
        return sorted(row[0] for row in cursor.fetchall())


def reports_for_update(limit: int) -> list[Heard]:
    """Reports that wait, oldest first; not those that another batch has."""
    waiting = Heard.objects.filter(kind=Heard.Kind.REPORTED, done_at__isnull=True).order_by("id")
    return list(waiting.select_for_update(skip_locked=True)[:limit])


def heard_for_update(heard_id: UUID) -> Heard | None:
    """What was heard, locked, while it is not done."""
    return Heard.objects.select_for_update().filter(pk=heard_id, done_at__isnull=True).first()


def conversation_for_update(address_id: UUID, profile_name: str = "") -> Conversation:
    """The conversation at this address, locked; begun when there is none."""
    Conversation.objects.bulk_create(
        [Conversation(address_id=address_id, profile_name=profile_name)], ignore_conflicts=True
    )
    found = Conversation.objects.select_for_update(of=("self",)).select_related("address")
    return found.get(address_id=address_id)


def state_of(conversation: Conversation) -> State:
    """What the conversation remembers."""
    kept: dict[str, Any] = json.loads(str(conversation.state or "{}"))
    topics = tuple(
        Topic(each["intent"], each["prompt"], datetime.fromisoformat(each["until"])) for each in kept.pop("topics", ())
    )
    options = tuple(Option(**each) for each in kept.pop("options", ()))
    until = kept.pop("options_until", None)
    return State(topics=topics, options=options, options_until=datetime.fromisoformat(until) if until else None, **kept)


def written(state: State) -> str:
    """A state as it is kept."""
    return json.dumps(asdict(state), default=lambda moment: moment.isoformat())


@dataclass(frozen=True)
class ConversationLine:
    """A conversation as the list shows it."""

    id: UUID
    name: str
    card: MemberCard | None
    channel: str
    last_text: str
    last_by: str
    spoke_at: datetime
    asked_at: datetime | None
    taken_by: MemberCard | None
    unread: int

    @property
    def public_id(self) -> str:
        return ids.public("conversation", self.id)


def conversations(*, only_waiting: bool = False, text: str = "") -> QuerySet[Conversation]:
    """All conversations: those in which somebody waits for a person first, then the newest."""
    found = Conversation.objects.select_related("address", "address__member")
    if only_waiting:
        found = found.filter(Q(asked_at__isnull=False) | Q(taken_by__isnull=False))
    if text:
        found = found.filter(address__member__name__icontains=text)
    return found.order_by(F("asked_at").asc(nulls_last=True), "-spoke_at", "pk")


def shown(found: list[Conversation]) -> list[ConversationLine]:
    """What a page shows of them."""
    last = {
        line.conversation_id: line
        for line in Line.objects.filter(conversation__in=found).order_by("conversation", "-id").distinct("conversation")
    }
    member_ids = {each.address.member_id for each in found} | {each.taken_by_id for each in found}
    cards = cards_of(each for each in member_ids if each)
    return [_shown(each, last.get(each.pk), cards) for each in found]


def _shown(each: Conversation, last: Line | None, cards: dict[UUID, MemberCard]) -> ConversationLine:
    card = cards.get(each.address.member_id) if each.address.member_id else None
    return ConversationLine(
        id=each.pk,
        name=card.name if card else str(each.profile_name or "") or "Somebody new",
        card=card,
        channel=each.address.channel,
        last_text=str(last.text) if last else "",
        last_by=last.by if last else "",
        spoke_at=each.spoke_at,
        asked_at=each.asked_at,
        taken_by=cards.get(each.taken_by_id) if each.taken_by_id else None,
        unread=each.unread,
    )


def conversation_with_id(conversation_id: UUID) -> Conversation | None:
    """One conversation of the entered community."""
    return Conversation.objects.select_related("address", "address__member").filter(pk=conversation_id).first()


def thread(conversation_id: UUID, *, limit: int = 100) -> list[Line]:
    """What was said, oldest first."""
    return list(Line.objects.filter(conversation=conversation_id).order_by("-id")[:limit])[::-1]


def waiting_people() -> int:
    """In how many conversations somebody waits for a person."""
    return Conversation.objects.filter(asked_at__isnull=False, taken_by__isnull=True).count()


def is_anything_waiting() -> bool:
    """Whether something was heard a moment ago and not yet understood."""
    return Heard.objects.filter(done_at__isnull=True).exists()


def oldest_wait(now: datetime) -> timedelta:
    """How long what was heard has waited."""
    first = Heard.objects.filter(done_at__isnull=True).order_by("id").values_list("received_at", flat=True).first()
    return now - first if first else timedelta(0)
