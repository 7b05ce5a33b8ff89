"""Bulk messages: who is meant, who can be reached, what it costs, and how far each is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from pamoja.foundation import clock
from pamoja.kernel.identity.public import Member
from pamoja.kernel.messaging import rules
from pamoja.kernel.messaging.errors import BroadcastNotFound
from pamoja.kernel.messaging.models import Address, Broadcast, Message, Preference
from pamoja.kernel.messaging.queries import reaching
from pamoja.kernel.messaging.rules import Channel, Consent, Kind, State

SAID_WITHIN = timedelta(days=1)


@dataclass(frozen=True)
class Estimate:
    """A dry run. Units: millionths of a US dollar."""

    members: int
    by_channel: dict[str, int]
    unreachable: int
    cost_micros: int

    @property
    def cost_text(self) -> str:
        """In dollars, as people write them."""
        return f"US$ {self.cost_micros / 1_000_000:,.2f}"


@dataclass(frozen=True)
class Progress:
    """How far a bulk message is."""

    members: int
    queued: int
    handed_over: int
    read: int
    withheld: int
    failed: int

    @property
    def done(self) -> int:
        """Those for whom nothing is left to do."""
        return self.handed_over + self.withheld + self.failed


def audience(asked: dict[str, Any]) -> QuerySet[Member]:
    """The active members of the entered community whom the filter means."""
    found = Member.objects.filter(is_active=True, person__is_active=True).select_related("person").order_by("pk")
    if language := asked.get("language"):
        found = found.filter(person__language=language)
    if role := asked.get("role"):
        found = found.filter(roles__contains=[role])
    if since := asked.get("joined_since"):
        found = found.filter(joined_at__date__gte=date.fromisoformat(since))
    return found


def estimate(asked: dict[str, Any]) -> Estimate:
    """By which channel each would get it just now, and what the providers would charge."""
    preferences = {each.member_id: each for each in Preference.objects.all()}
    open_whatsapp = set(
        Address.objects.filter(channel=Channel.WHATSAPP, consent=Consent.GIVEN, unreachable_code="")
        .exclude(member=None)
        .values_list("member_id", flat=True)
    )
    closed_sms = set(
        Address.objects.filter(channel=Channel.SMS)
        .filter(Q(consent=Consent.WITHDRAWN) | ~Q(unreachable_code=""))
        .values_list("member_id", flat=True)
    )
    counted: Counter[str] = Counter()
    members = 0
    for member in audience(asked).values_list("pk", "person__email", "person__phone_verified_at"):
        member_id, email, phone_verified_at = member
        reachable = {
            Channel.WHATSAPP: member_id in open_whatsapp,
            Channel.SMS: phone_verified_at is not None and member_id not in closed_sms,
            Channel.EMAIL: bool(email) and not rules.is_placeholder(email),
        }
        wishes = reaching.wishes_in(preferences.get(member_id), "UTC")
        order = rules.channels_for(Kind.NEWS, wishes, [each for each, can in reachable.items() if can])
        counted[order[0].value if order else ""] += 1
        members += 1
    unreachable = counted.pop("", 0)
    config = settings.PAMOJA
    cost = counted["whatsapp"] * config.price_whatsapp_micros + counted["sms"] * config.price_sms_micros
    return Estimate(members, {name: n for name, n in counted.items() if n}, unreachable, cost)


def broadcasts() -> QuerySet[Broadcast]:
    """Newest first."""
    return Broadcast.objects.select_related("made_by").order_by("-created_at", "-pk")


def broadcast_with_id(broadcast_id: UUID) -> Broadcast:
    """Raises: BroadcastNotFound."""
    found = broadcasts().filter(pk=broadcast_id).first()
    if found is None:
        raise BroadcastNotFound()
    return found


def broadcast_for_update(broadcast_id: UUID) -> Broadcast:
    """Locks it. Raises: BroadcastNotFound."""
    found = Broadcast.objects.filter(pk=broadcast_id).select_for_update().first()
    if found is None:
        raise BroadcastNotFound()
    return found


def said_lately(fingerprint: str) -> bool:
    """Whether the same went to the same audience within a day."""
    since = clock.now() - SAID_WITHIN
    return (
        Broadcast.objects.filter(fingerprint=fingerprint, started_at__gte=since)
        .exclude(state=Broadcast.State.STOPPED)
        .exists()
    )


def progress_of(broadcast: Broadcast) -> Progress:
    """How far it is, by where each member's message stands; who has only a notification counts as reached."""
    totals = broadcast.recipients.aggregate(all=Count("pk"), queued=Count("pk", filter=Q(is_queued=True)))
    theirs = Message.objects.filter(dedupe_key__startswith=f"broadcast:{broadcast.pk}:", priority=30)
    by_state = Counter(dict(theirs.values_list("state").annotate(n=Count("pk"))))
    handed_over = by_state[State.SENT] + by_state[State.DELIVERED] + by_state[State.READ]
    only_shown = totals["queued"] - sum(by_state.values())
    return Progress(
        members=totals["all"],
        queued=totals["queued"],
        handed_over=handed_over + max(0, only_shown),
        read=by_state[State.READ],
        withheld=by_state[State.WITHHELD],
        failed=by_state[State.FAILED] + by_state[State.GIVEN_UP],
    )
