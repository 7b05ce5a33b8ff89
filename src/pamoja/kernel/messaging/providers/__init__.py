"""Outside parties: who carries a message."""

from __future__ import annotations

from pamoja.kernel.messaging.providers.approving import Approver, Draft
from pamoja.kernel.messaging.providers.carrying import Carrier, HandOver, Keeper
from pamoja.kernel.messaging.providers.django_mail import OutboxBackend
from pamoja.kernel.messaging.providers.mail import SmtpMailer, as_mail
from pamoja.kernel.messaging.providers.meta import MetaTemplates, MetaWhatsApp
from pamoja.kernel.messaging.providers.push import WebPush
from pamoja.kernel.messaging.providers.twilio import TwilioSms, TwilioTemplates, TwilioWhatsApp
from pamoja.kernel.messaging.queries.reaching import is_served
from pamoja.kernel.messaging.queries.sending import senders
from pamoja.kernel.messaging.rules import Channel

__all__ = [
    "Approver",
    "Carrier",
    "Draft",
    "HandOver",
    "Keeper",
    "MetaTemplates",
    "MetaWhatsApp",
    "OutboxBackend",
    "SmtpMailer",
    "TwilioSms",
    "TwilioTemplates",
    "TwilioWhatsApp",
    "WebPush",
    "as_mail",
    "carrier_of",
]


def carrier_of(channel: Channel) -> Carrier | None:
    """Who carries what goes over this channel; none where the installation has nobody."""
    speaking = senders()
    makers: dict[Channel, type[Carrier]] = {
        Channel.EMAIL: SmtpMailer,
        Channel.WHATSAPP: MetaWhatsApp if speaking.is_meta else TwilioWhatsApp,
        Channel.SMS: TwilioSms,
        Channel.PUSH: WebPush,
    }
    maker = makers.get(channel) if is_served(channel, speaking) else None
    return maker() if maker else None
