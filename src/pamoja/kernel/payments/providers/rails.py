"""What every rail can do, and which one a name means."""

from __future__ import annotations

import functools
from typing import Protocol
from uuid import UUID

from django.conf import settings

from pamoja.kernel.payments.errors import RailUnknown
from pamoja.kernel.payments.providers import mpesa, mpesa_notices
from pamoja.kernel.payments.rules.messages import (
    CollectionAnswer,
    CollectOrder,
    Notice,
    NoticeKind,
    PayoutOrder,
    Submission,
)


class Rail(Protocol):
    """A way for money to come in and go out. Every call may raise RailFailure, and holds no transaction open."""

    name: str

    def collect(self, order: CollectOrder) -> Submission:
        """Ask a phone for money. A failure that `may_have_happened` may have left a prompt on the phone."""
        ...

    def query(self, rail_id: str) -> CollectionAnswer:
        """How a prompt ended, or that it has not."""
        ...

    def pay_out(self, order: PayoutOrder) -> Submission:
        """Send money to a phone, once for an originator id however often it is told."""
        ...

    def query_payout(self, *, payout_id: UUID, originator_id: str, token: str) -> None:
        """Ask what became of a payout; the answer comes as a webhook to the address with the token."""
        ...


def rail_named(name: str) -> Rail:
    """Raises: RailUnknown."""
    if name != "mpesa":
        raise RailUnknown(rail=name)
    return _mpesa()


def read_notice(rail: str, kind: NoticeKind, body: bytes) -> Notice:
    """What a rail's webhook claims; one that cannot be read says so. Never raises."""
    if rail != "mpesa":
        return Notice(is_readable=False)
    return mpesa_notices.read(kind, body)


def close_rails() -> None:
    """Give all connections back; the next use opens new ones, by the settings of then."""
    if _mpesa.cache_info().currsize:
        _mpesa().close()
    _mpesa.cache_clear()


@functools.cache
def _mpesa() -> mpesa.Mpesa:
    config = settings.PAMOJA
    return mpesa.Mpesa(
        mpesa.MpesaAccount(
            base_url=config.mpesa_base_url,
            consumer_key=config.mpesa_consumer_key,
            consumer_secret=config.mpesa_consumer_secret.get_secret_value(),
            shortcode=config.mpesa_shortcode,
            passkey=config.mpesa_passkey.get_secret_value(),
            initiator=config.mpesa_initiator,
            initiator_password=config.mpesa_initiator_password.get_secret_value(),
            payout_shortcode=config.mpesa_b2c_shortcode,
            certificate=config.mpesa_certificate,
            callback_base_url=config.mpesa_callback_base_url,
        )
    )
