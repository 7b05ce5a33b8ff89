"""What the installation allows and where it is called back: read from the settings in one place."""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID

from django.conf import settings

from pamoja.kernel.communities.public import current_community_id
from pamoja.kernel.payments.rules.messages import NoticeKind
from pamoja.kernel.payments.rules.timing import RetryPolicy
from pamoja.kernel.payments.rules.tokens import make_token


def rails() -> list[str]:
    """The rails that this installation has."""
    return list(settings.PAMOJA.rails)


def retry_policy() -> RetryPolicy:
    """How often and when members are asked again."""
    config = settings.PAMOJA
    return RetryPolicy(
        attempts_max=config.payments_attempts_max,
        from_hour=config.payments_from_hour,
        until_hour=config.payments_until_hour,
    )


def limits_kes() -> tuple[int, int]:
    """The least and the most that one payment carries. Units: whole shillings."""
    return settings.PAMOJA.mpesa_least_kes, settings.PAMOJA.mpesa_most_kes


def webhook_secret() -> bytes:
    """What webhook addresses are proven with."""
    key = settings.PAMOJA.secret_key.get_secret_value().encode()
    return hmac.new(key, b"payments webhook addresses", hashlib.sha256).digest()


def webhook_token(kind: NoticeKind, subject_id: UUID) -> str:
    """A fresh token for the address at which the rail tells about this attempt or payout."""
    return make_token(webhook_secret(), community_id=current_community_id(), kind=kind, subject_id=subject_id)


def trusts_payout_results() -> bool:
    """Whether a payout's result is believed as it comes, without asking back."""
    return bool(settings.PAMOJA.mpesa_trusts_payout_results)
