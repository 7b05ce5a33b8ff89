"""How a member can be reached, and what they want."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import F

from pamoja.foundation import crypto
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import Member, member_with_id
from pamoja.kernel.messaging import rules
from pamoja.kernel.messaging.models import Address, Preference, PushSubscription
from pamoja.kernel.messaging.queries.sending import Senders, senders
from pamoja.kernel.messaging.rules import MUTED_AT_FIRST, Channel, Consent, Kind, Reachable, Wishes

# Last of all those from which they never wrote: there WhatsApp's window is closed.
_LAST_USED_FIRST = (F("last_inbound_at").desc(nulls_last=True), "-pk")


@dataclass(frozen=True)
class Way:
    """One channel by which a member can be reached, and the address there."""

    channel: Channel
    address: str
    reachable: Reachable


@dataclass(frozen=True)
class Reach:
    """How a member can be reached just now, and what they want."""

    wishes: Wishes
    ways: Mapping[Channel, Way]
    browsers: tuple[PushSubscription, ...]


def recipient_of(channel: str, address: str) -> bytes:
    """The blind index by which everything said to one address over one channel is found."""
    return crypto.blind_index(f"{channel}:{address.lower()}", "messaging.recipient")


def endpoint_index(endpoint: str) -> bytes:
    """The blind index of a browser's push endpoint."""
    return crypto.blind_index(endpoint, "messaging.push")


def address_at(channel: str, address: str) -> Address | None:
    """What is known of an address in the entered community."""
    return Address.objects.filter(recipient=recipient_of(channel, address)).first()


def addresses_of(member_id: UUID) -> list[Address]:
    """The member's addresses on phone channels, the one they used last first."""
    return list(Address.objects.filter(member_id=member_id).order_by(*_LAST_USED_FIRST))


def addresses_for_update(address_ids: Iterable[UUID]) -> list[Address]:
    """Locks in key order."""
    return list(Address.objects.filter(pk__in=set(address_ids)).order_by("pk").select_for_update())


def is_served(channel: Channel, by: Senders | None = None) -> bool:
    """Whether somebody carries what goes over the channel; `by` saves asking again by which numbers we speak."""
    if channel not in rules.PHONE_CHANNELS:
        return True
    speaking = by or senders()
    if channel == Channel.WHATSAPP and speaking.is_meta:
        return True
    sender = speaking.whatsapp if channel == Channel.WHATSAPP else speaking.sms
    return bool(settings.PAMOJA.twilio_account_sid and sender)


def reaches_of(members: Collection[Member]) -> dict[UUID, Reach]:
    """How these members can be reached; asked once for all of them."""
    ids = [each.pk for each in members]
    preferences = {each.member_id: each for each in Preference.objects.filter(member_id__in=ids)}
    known, browsers = defaultdict(list), defaultdict(list)
    for address in Address.objects.filter(member_id__in=ids).order_by(*_LAST_USED_FIRST):
        known[address.member_id].append(address)
    for browser in PushSubscription.objects.filter(member_id__in=ids).order_by("pk"):
        browsers[browser.member_id].append(browser)
    speaking = functools.cache(senders)
    return {
        each.pk: Reach(
            wishes_in(preferences.get(each.pk), zone_of(each)),
            _ways(each, known[each.pk], speaking),
            tuple(browsers[each.pk]),
        )
        for each in members
    }


def ways_to(member: Member) -> dict[Channel, Way]:
    """Each channel that could carry something to the member just now, with the best address there; push is apart.

    WhatsApp: where they wrote last and have not said STOP. SMS: their own verified phone, unless they said STOP there.
    """
    return _ways(member, addresses_of(member.pk), functools.cache(senders))


def _ways(member: Member, known: Sequence[Address], speaking: Callable[[], Senders]) -> dict[Channel, Way]:
    ways: dict[Channel, Way] = {}
    for each in known:
        usable = each.consent != Consent.WITHDRAWN and not each.unreachable_code
        wanted = each.consent == Consent.GIVEN or each.last_inbound_at is not None
        if each.channel == Channel.WHATSAPP and usable and wanted and Channel.WHATSAPP not in ways:
            ways[Channel.WHATSAPP] = Way(Channel.WHATSAPP, str(each.address), each.reachable)
    person = member.person
    if person.phone and person.phone_verified_at:
        there = next((each for each in known if each.channel == Channel.SMS and each.address == person.phone), None)
        if there is None or (there.consent != Consent.WITHDRAWN and not there.unreachable_code):
            ways[Channel.SMS] = Way(Channel.SMS, person.phone, there.reachable if there else Reachable())
    ways = {channel: way for channel, way in ways.items() if is_served(channel, speaking())}
    if person.email and not rules.is_placeholder(person.email):
        ways[Channel.EMAIL] = Way(Channel.EMAIL, person.email, Reachable())
    return ways


def subscriptions_of(member_id: UUID) -> list[PushSubscription]:
    """The browsers that this member lets us wake."""
    return list(PushSubscription.objects.filter(member_id=member_id).order_by("pk"))


def preference_of(member_id: UUID) -> Preference | None:
    """What the member has chosen, if they ever did."""
    return Preference.objects.filter(member_id=member_id).first()


def wishes_of(member: Member) -> Wishes:
    """What the member wants, with what is usual where they have chosen nothing."""
    return wishes_in(preference_of(member.pk), zone_of(member))


def zone_of(member: Member) -> str:
    """The time zone the member lives by."""
    return member.person.time_zone or current_community().time_zone


def wishes_of_member(member_id: UUID) -> Wishes:
    """`wishes_of` by id."""
    return wishes_of(member_with_id(member_id))


def wishes_in(preference: Preference | None, zone: str) -> Wishes:
    """A row of preferences as the rules want it."""
    if preference is None:
        return Wishes(muted=_muted_at_first(), zone=zone)
    return Wishes(
        muted=frozenset(
            (Kind(kind), Channel(channel)) for kind, channels in preference.muted.items() for channel in channels
        ),
        first=Channel(preference.first) if preference.first else None,
        quiet_from=preference.quiet_from,
        quiet_until=preference.quiet_until,
        is_quiet_at_night=preference.is_quiet_at_night,
        zone=zone,
    )


def _muted_at_first() -> frozenset[tuple[Kind, Channel]]:
    return frozenset((kind, channel) for channel, kinds in MUTED_AT_FIRST.items() for kind in kinds)
