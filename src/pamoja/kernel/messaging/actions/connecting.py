"""Connecting a community's own number at Meta, and letting go of it."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, action
from pamoja.foundation.events import announce
from pamoja.kernel.messaging import rules
from pamoja.kernel.messaging.actions.sending import CHANGE
from pamoja.kernel.messaging.errors import AddressUnusable, MetaNotConnected, SenderTaken
from pamoja.kernel.messaging.events import SendersChanged
from pamoja.kernel.messaging.models import CommunitySender


@action
def connect_meta(*, by: Actor, number: str, number_id: str, business_id: str, token: str, app_secret: str) -> None:
    """From now on WhatsApp goes through this number at Meta. `number` is what Meta says it is, in E.164.

    Raises: NotAllowed without `communities.manage`; MetaNotConnected; SenderTaken by another community.
    """
    by.require(CHANGE)
    try:
        number = rules.clean_phone(number)
    except AddressUnusable:
        raise MetaNotConnected(field="number_id", reason="there is no phone number under this id") from None
    values = {
        "meta_number": number,
        "meta_number_id": number_id,
        "meta_business_id": business_id,
        "meta_token": token,
        "meta_app_secret": app_secret,
    }
    try:
        with transaction.atomic():
            CommunitySender.objects.update_or_create(defaults={**values, "changed_at": clock.now()})
    except IntegrityError as error:
        raise SenderTaken() from error
    announce(SendersChanged(channels="whatsapp at Meta"))


@action
def disconnect_meta(*, by: Actor) -> None:
    """WhatsApp goes through Twilio again; what opens Meta is forgotten.

    Raises: NotAllowed without `communities.manage`.
    """
    by.require(CHANGE)
    connected = CommunitySender.objects.exclude(meta_number_id="")
    if connected.update(
        meta_number="",
        meta_number_id="",
        meta_business_id="",
        meta_token=None,
        meta_app_secret=None,
        changed_at=clock.now(),
    ):
        announce(SendersChanged(channels="whatsapp through Twilio"))
