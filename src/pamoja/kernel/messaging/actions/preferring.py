"""What a member wants to hear, by which channel, and when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, action
from pamoja.kernel.identity.public import member_with_id
from pamoja.kernel.messaging.actions.reaching import known_address, record_consent
from pamoja.kernel.messaging.errors import NoPhoneToReach, NotAMembersWish
from pamoja.kernel.messaging.models import Address, Preference, PushSubscription
from pamoja.kernel.messaging.queries import reaching
from pamoja.kernel.messaging.rules import CHOSEN_BY_PEOPLE, Channel, Consent, Kind

BROWSERS_MAX = 10


@action
def change_preferences(
    *,
    by: Actor,
    wanted: Iterable[tuple[Kind, Channel]],
    first: Channel | None,
    is_quiet_at_night: bool,
    quiet_from: time,
    quiet_until: time,
) -> None:
    """The member's choice: the kinds they want by each channel, the channel to try first, and their quiet hours.

    Raises: NotAMembersWish when somebody else asks.
    """
    if by.member_id is None:
        raise NotAMembersWish()
    chosen = set(wanted)
    muted = {
        kind.value: [channel.value for channel in Channel if (kind, channel) not in chosen] for kind in CHOSEN_BY_PEOPLE
    }
    Preference.objects.update_or_create(
        member_id=by.member_id,
        defaults={
            "muted": {kind: channels for kind, channels in muted.items() if channels},
            "first": first.value if first else "",
            "is_quiet_at_night": is_quiet_at_night,
            "quiet_from": quiet_from,
            "quiet_until": quiet_until,
        },
    )


@action
def agree_by_page(*, by: Actor, channel: Channel, wants: bool, wording: str) -> None:
    """The member agrees on a page to be written to on their own phone, or withdraws it; kept with what they read.

    Raises: NoPhoneToReach when they have no phone that is known to be theirs.
    """
    if by.member_id is None:
        raise NotAMembersWish()
    member = member_with_id(by.member_id)
    known = [each for each in reaching.addresses_of(member.pk) if each.channel == channel]
    if not known:
        if not (member.person.phone and member.person.phone_verified_at):
            raise NoPhoneToReach()
        known = [known_address(channel=channel, address=member.person.phone, member_id=member.pk)]
    if wants == (known[0].consent == Consent.GIVEN):
        return
    Address.objects.filter(pk=known[0].pk, member=None).update(member_id=member.pk)
    record_consent(address_id=known[0].pk, wants=wants, wording=wording, how="page")


@action
def subscribe_browser(*, by: Actor, endpoint: str, keys: str, browser: str) -> None:
    """Let this browser be woken for the member; it was another member's before if somebody else signed in there.

    `keys` is JSON. Beyond ten browsers the oldest is forgotten.
    """
    if by.member_id is None:
        raise NotAMembersWish()
    PushSubscription.objects.update_or_create(
        endpoint_index=reaching.endpoint_index(endpoint),
        defaults={
            "member_id": by.member_id,
            "endpoint": endpoint,
            "keys": keys,
            "browser": browser[:80],
            "created_at": clock.now(),
        },
    )
    newest = PushSubscription.objects.filter(member_id=by.member_id).order_by("-created_at", "-pk")
    beyond = list(newest.values_list("pk", flat=True)[BROWSERS_MAX:])
    PushSubscription.objects.filter(pk__in=beyond).delete()


@action
def unsubscribe_browser(*, by: Actor, endpoint: str) -> None:
    """Wake this browser no more."""
    theirs = (
        PushSubscription.objects.filter(member_id=by.member_id) if by.member_id else PushSubscription.objects.none()
    )
    theirs.filter(endpoint_index=reaching.endpoint_index(endpoint)).delete()
