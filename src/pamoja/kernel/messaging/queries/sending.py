"""By which numbers and addresses the entered community speaks."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from pamoja.kernel.messaging.models import CommunitySender, community_if_entered


@dataclass(frozen=True)
class Senders:
    """What is in use; empty where nobody carries that channel."""

    whatsapp: str
    sms: str
    mail: str


def own_senders() -> CommunitySender | None:
    """What the entered community has chosen, if it has."""
    return CommunitySender.objects.first() if community_if_entered() else None


def senders() -> Senders:
    """The community's own, and where it has none the installation's."""
    config, own = settings.PAMOJA, own_senders()
    return Senders(
        whatsapp=(own.whatsapp if own else "") or config.twilio_whatsapp_from,
        sms=(own.sms if own else "") or config.twilio_sms_from,
        mail=(own.mail if own else "") or config.mail_from,
    )
