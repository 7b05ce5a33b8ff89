"""By which numbers and addresses the entered community speaks, and who carries them."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings

from pamoja.foundation import crypto
from pamoja.kernel.messaging.models import CommunitySender, community_if_entered

SEALED = ("meta_token", "meta_app_secret")


@dataclass(frozen=True)
class Senders:
    """What is in use; empty where nobody carries that channel."""

    whatsapp: str
    sms: str
    mail: str
    meta_number_id: str = ""
    meta_business_id: str = ""

    @property
    def is_meta(self) -> bool:
        """Whether WhatsApp goes through the community's own number at Meta, else through Twilio."""
        return bool(self.meta_number_id)

    @property
    def templates_kept_by(self) -> str:
        """With whom WhatsApp's templates are approved: empty for the installation's account at Twilio."""
        return f"meta:{self.meta_business_id}" if self.is_meta else ""


@dataclass(frozen=True)
class MetaAccount:
    """A community's number at Meta, and what opens it."""

    number_id: str
    business_id: str
    token: str = field(repr=False)


def own_senders() -> CommunitySender | None:
    """What the entered community has chosen, if it has; without what is sealed."""
    found = CommunitySender.objects.defer(*SEALED)  # tidy: of columns, no job
    return found.first() if community_if_entered() else None


def senders() -> Senders:
    """The community's own, and where it has none the installation's."""
    config, own = settings.PAMOJA, own_senders()
    return Senders(
        whatsapp=((own.meta_number or own.whatsapp) if own else "") or config.twilio_whatsapp_from,
        sms=(own.sms if own else "") or config.twilio_sms_from,
        mail=(own.mail if own else "") or config.mail_from,
        meta_number_id=own.meta_number_id if own else "",
        meta_business_id=own.meta_business_id if own else "",
    )


def meta_account() -> MetaAccount | None:
    """The entered community's at Meta, if it has one."""
    own = (
        CommunitySender.objects.defer("meta_app_secret").exclude(meta_number_id="").first()
    )  # tidy: of columns, no job
    return MetaAccount(own.meta_number_id, own.meta_business_id, str(own.meta_token)) if own else None


def meta_verify_token(community_id: UUID) -> str:
    """What Meta must know to have our address believed: derived, so that there is one secret less to keep."""
    return crypto.blind_index(str(community_id), "messaging.meta.verify").hex()[:40]
