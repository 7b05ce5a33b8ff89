"""What people tell us about reaching them: that they wrote, who they are, STOP and START."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Coalesce, Greatest

from pamoja.foundation.actions import joins_transaction
from pamoja.foundation.events import announce
from pamoja.kernel.identity.public import member_with_id
from pamoja.kernel.messaging import rules
from pamoja.kernel.messaging.events import ConsentGiven, ConsentWithdrawn
from pamoja.kernel.messaging.models import Address, ConsentRecord
from pamoja.kernel.messaging.queries import reaching
from pamoja.kernel.messaging.rules import PHONE_CHANNELS, Channel, Consent


@joins_transaction
def heard_from(*, channel: Channel | str, address: str, at: datetime) -> Address:
    """Somebody wrote to us from this address at this moment: WhatsApp's window starts anew, and the address works.

    `address` is a number in E.164 or a business-scoped id. Whose it is may be unknown (`member_id` is None). Writing
    to us is no consent to be written to first: `record_consent` is for that.

    Raises: AddressUnusable.
    """
    known = known_address(channel=channel, address=address)
    heard = Greatest(Coalesce("last_inbound_at", at), at)
    Address.objects.filter(pk=known.pk).update(last_inbound_at=heard, unreachable_code="")
    known.refresh_from_db()
    return known


@joins_transaction
def known_address(*, channel: Channel | str, address: str, member_id: UUID | None = None) -> Address:
    """The row of this address, made when there is none.

    Raises: AddressUnusable.
    """
    clean = rules.clean_phone(address, may_be_id=channel == Channel.WHATSAPP)
    recipient = reaching.recipient_of(channel, clean)
    row = Address(channel=str(channel), address=clean, recipient=recipient, member_id=member_id)
    Address.objects.bulk_create([row], ignore_conflicts=True)
    return Address.objects.get(recipient=recipient)


@joins_transaction
def link_address(*, address_id: UUID, member_id: UUID) -> None:
    """We know whose address it is now; an address belongs to one member at a time, and a number may change hands."""
    Address.objects.filter(pk=address_id).update(member_id=member_id)


@joins_transaction
def record_consent(*, address_id: UUID, wants: bool, wording: str, how: str) -> None:
    """Somebody wants to be written to at this address, or not any more; kept with their words.

    STOP closes every phone channel of theirs, for all of them ring in one pocket. START opens the one it was said on,
    and those that the STOP had closed along.
    """
    (address,) = reaching.addresses_for_update([address_id])
    consent = Consent.GIVEN if wants else Consent.WITHDRAWN
    theirs = reaching.addresses_for_update([address_id, *_others_of(address)])
    for each in theirs:
        if each.pk != address.pk and wants and each.consent != Consent.WITHDRAWN:
            continue
        each.consent = consent
        each.save(update_fields=["consent"])
        ConsentRecord.objects.create(address=each, consent=consent, how=how, wording=wording)
    if address.member_id:
        event = ConsentGiven if wants else ConsentWithdrawn
        announce(event(member_id=address.member_id, channel=address.channel, how=how))


@joins_transaction
def mark_unreachable(*, address_id: UUID, code: str) -> None:
    """The provider says that nothing will ever arrive there; whoever writes from it is reachable again."""
    Address.objects.filter(pk=address_id).update(unreachable_code=code[:40])


def _others_of(address: Address) -> list[UUID]:
    """All phone addresses of whoever this one belongs to, known or at least the same number; made where missing."""
    numbers = {str(address.address)} if str(address.address).startswith("+") else set()
    if address.member_id and (phone := member_with_id(address.member_id).person.phone):
        numbers.add(phone)
    same = [
        known_address(channel=channel, address=number, member_id=address.member_id).pk
        for number in numbers
        for channel in PHONE_CHANNELS
    ]
    if not address.member_id:
        return same
    theirs = Address.objects.filter(Q(member_id=address.member_id) | Q(pk__in=same))
    return list(theirs.values_list("pk", flat=True))
