"""Which rail a name means, made once for all threads of the process."""

from __future__ import annotations

import functools
from collections.abc import Callable

from django.conf import settings

from pamoja.kernel.payments.errors import RailUnknown
from pamoja.kernel.payments.providers.bank import Bank
from pamoja.kernel.payments.providers.bank_api import BankAccess, BankApi
from pamoja.kernel.payments.providers.base import BaseRail
from pamoja.kernel.payments.providers.mpesa import Mpesa, MpesaAccount
from pamoja.kernel.payments.providers.stripe import Stripe
from pamoja.kernel.payments.providers.stripe_http import StripeAccount
from pamoja.kernel.payments.rules.messages import Notice, NoticeKind


def rail_named(name: str) -> BaseRail:
    """Raises: RailUnknown. The wallet has no rail: it is the ledger's own."""
    if name not in _MAKERS:
        raise RailUnknown(rail=name)
    return _made(name)


def read_notice(rail: str, kind: NoticeKind, body: bytes) -> Notice:
    """What a rail's webhook claims; one that cannot be read says so. Never raises."""
    return rail_named(rail).read_notice(kind, body) if rail in _MAKERS else Notice(is_readable=False)


def close_rails() -> None:
    """Give all connections back; the next use opens new ones, by the settings of then."""
    if _made.cache_info().currsize:
        for name in _MAKERS:
            _made(name).close()
    _made.cache_clear()


@functools.cache
def _made(name: str) -> BaseRail:
    return _MAKERS[name]()


def _mpesa() -> Mpesa:
    config = settings.PAMOJA
    return Mpesa(
        MpesaAccount(
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


def _stripe() -> Stripe:
    config = settings.PAMOJA
    return Stripe(
        StripeAccount(base_url=config.stripe_base_url, secret_key=config.stripe_secret_key.get_secret_value())
    )


def _bank() -> Bank:
    config = settings.PAMOJA
    if not config.bank_base_url:
        return Bank()
    return BankApi(BankAccess(base_url=config.bank_base_url, token=config.bank_token.get_secret_value()))


_MAKERS: dict[str, Callable[[], BaseRail]] = {"mpesa": _mpesa, "stripe": _stripe, "bank": _bank}
