"""Choosing by which numbers and addresses a community speaks."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from pamoja.foundation import clock
from pamoja.foundation.actions import Actor, action
from pamoja.foundation.events import announce
from pamoja.kernel.messaging import rules
from pamoja.kernel.messaging.errors import AddressUnusable, SenderTaken, SenderUnfit
from pamoja.kernel.messaging.events import SendersChanged
from pamoja.kernel.messaging.models import CommunitySender

CHANGE = "communities.manage"
# What phones show in place of a number. Source: 3GPP TS 23.040, 9.1.2.5.
_SHOWN_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{3,11}")


@action
def change_senders(*, by: Actor, whatsapp: str, sms: str, mail: str) -> CommunitySender:
    """The community speaks by these; an empty one leaves it to the installation's.

    Raises: NotAllowed without `communities.manage`; SenderUnfit; SenderTaken by another community.
    """
    by.require(CHANGE)
    values = {"whatsapp": _number(whatsapp, "whatsapp"), "sms": _sms(sms), "mail": _mail(mail)}
    try:
        with transaction.atomic():
            kept, _ = CommunitySender.objects.update_or_create(defaults={**values, "changed_at": clock.now()})
    except IntegrityError as error:
        raise SenderTaken() from error
    announce(SendersChanged(channels=", ".join(name for name, value in values.items() if value) or "none of its own"))
    return kept


def _number(text: str, field: str) -> str:
    if not text.strip():
        return ""
    try:
        return rules.clean_phone(re.sub(r"[\s().-]", "", text))
    except AddressUnusable:
        raise SenderUnfit(field=field) from None


def _sms(text: str) -> str:
    return text.strip() if _SHOWN_NAME.fullmatch(text.strip()) else _number(text, "sms")


def _mail(text: str) -> str:
    if not text.strip():
        return ""
    try:
        validate_email(text.strip())
    except ValidationError:
        raise SenderUnfit(field="mail") from None
    return text.strip()
