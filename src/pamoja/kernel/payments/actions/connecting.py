"""Where a community's provider sends its signed events: noted once the provider gave the secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor, action
from pamoja.kernel.communities.public import current_community, current_community_id
from pamoja.kernel.payments.models import Endpoint, Inlet
from pamoja.kernel.payments.queries import arrivals, settings
from pamoja.kernel.payments.rules.messages import NoticeKind
from pamoja.kernel.payments.rules.rails import BANK, MPESA

# The old secret counts for as long as events signed with it may still be repeated.
_OVERLAP = timedelta(days=3)

# A paybill that M-PESA does not open now is tried again later; in production it may want a person at its portal.
_TRY_AGAIN = timedelta(minutes=30)
_READ_EVERY, _AGAIN_EVERY, _READ_AGAIN = timedelta(minutes=1), timedelta(hours=6), timedelta(days=5)


@dataclass(frozen=True)
class PaybillToOpen:
    """Where payments by menu are to be told, and asked about before."""

    inlet_id: UUID
    paid: str
    check: str


@dataclass(frozen=True)
class FeedToRead:
    """A bank account's list, from a cursor or a moment on."""

    inlet_id: UUID
    account: str
    since: str


def endpoint_key(url: str, *, hears_payees: bool = False) -> UUID:
    """One endpoint for one address and what it hears of: asking for it twice makes one."""
    return uuid5(current_community_id(), f"{url}#payees" if hears_payees else url)


@action
def record_endpoint(
    *, by: Actor = SYSTEM, rail: str, url: str, rail_id: str, secret: str, hears_payees: bool = False
) -> Endpoint:
    """Events signed with this secret are believed to be the provider's from now on."""
    now = clock.now()
    before = Endpoint.objects.filter(rail=rail, hears_payees=hears_payees, retired_at__isnull=True)
    before.exclude(rail_id=rail_id).update(retired_at=now + _OVERLAP)
    values = {"url": url, "secret": secret, "hears_payees": hears_payees}
    made, _ = Endpoint.objects.get_or_create(rail=rail, rail_id=rail_id, defaults=values)
    return made


@action
def take_paybill(*, by: Actor = SYSTEM) -> PaybillToOpen | None:
    """The addresses to register for the installation's paybill, when they are not yet, or we have moved.

    One community watches a paybill; whose a payment is shows in its account number.
    """
    if not arrivals.takes_paybill(current_community().currency):
        return None
    inlet, now = _inlet(MPESA, arrivals.shortcode()), clock.now()
    if inlet is None:
        return None
    if inlet.registered_at is not None and settings.is_own_address(inlet.address):
        return None
    if inlet.next_at is not None and inlet.next_at > now:
        return None
    inlet.next_at = now + _TRY_AGAIN
    inlet.save(update_fields=["next_at"])
    paid, check = (settings.rail_address(kind, inlet.pk) for kind in (NoticeKind.C2B, NoticeKind.C2B_CHECK))
    return PaybillToOpen(inlet.pk, paid, check)


@action
def record_paybill(*, by: Actor = SYSTEM, inlet_id: UUID, address: str) -> None:
    """M-PESA took the addresses."""
    Inlet.objects.filter(pk=inlet_id).update(address=address, registered_at=clock.now(), next_at=None)


@action
def take_feed(*, by: Actor = SYSTEM) -> FeedToRead | None:
    """The community's bank account, when its list is due to be read, and from where. Its last days are read again
    every few hours, because a bank may book a line late.
    """
    if BANK not in settings.rails() or not settings.has_bank_api():
        return None
    inlet, now = _inlet(BANK, settings.bank_account_number()), clock.now()
    if inlet is None or (inlet.next_at is not None and inlet.next_at > now):
        return None
    since, is_again = inlet.cursor, inlet.again_at is not None and inlet.again_at <= now
    if is_again:
        since = (now - _READ_AGAIN).isoformat()
    if is_again or inlet.again_at is None:
        inlet.again_at = now + _AGAIN_EVERY
    inlet.next_at = now + _READ_EVERY
    inlet.save(update_fields=["next_at", "again_at"])
    return FeedToRead(inlet.pk, inlet.number, since)


def _inlet(rail: str, number: str) -> Inlet | None:
    """Ours with this number, locked; none when another community watches it."""
    before = Inlet.objects.select_for_update().filter(rail=rail, number=number).first()
    if before is not None:
        return before
    try:
        with transaction.atomic():
            return Inlet.objects.create(rail=rail, number=number, next_at=clock.now())
    except IntegrityError:
        return None
