"""What installation and community allow, and where we are called back: read from the settings in one place."""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID

from django.conf import settings

from pamoja.foundation import ids
from pamoja.kernel.communities.public import current_community, current_community_id, home_url
from pamoja.kernel.payments.models import PaymentSettings
from pamoja.kernel.payments.rules import rails as facts
from pamoja.kernel.payments.rules.messages import NoticeKind
from pamoja.kernel.payments.rules.timing import RetryPolicy
from pamoja.kernel.payments.rules.tokens import make_token


def chosen() -> PaymentSettings:
    """What the entered community chose; unsaved and empty when it chose nothing."""
    return PaymentSettings.objects.first() or PaymentSettings()


def rails(currency: str | None = None) -> list[str]:
    """The rails by which the entered community pays, in the order it offers them, that carry the currency."""
    installed = list(settings.PAMOJA.rails)
    wanted = chosen().rails or installed
    offered = [name for name in wanted if name in installed]
    return facts.carried(currency or current_community().currency, offered)


def retry_policy(rail: str = facts.MPESA) -> RetryPolicy:
    """How often and when members are asked again."""
    config, own = settings.PAMOJA, chosen()
    delays = own.delays_s.get(rail) or facts.facts_of(rail).delays_s
    return RetryPolicy(
        attempts_max=own.attempts_max or config.payments_attempts_max,
        delays_s=tuple(int(each) for each in delays),
        from_hour=config.payments_from_hour if own.from_hour is None else own.from_hour,
        until_hour=own.until_hour or config.payments_until_hour,
        weekdays=frozenset(own.weekdays) or frozenset(range(7)),
        paydays=frozenset(own.paydays),
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


def rail_address(kind: NoticeKind, subject_id: UUID) -> str:
    """A whole address of that kind, for a rail that is told it once for all."""
    base = settings.PAMOJA.mpesa_callback_base_url
    return f"{base}/hooks/pay/{current_community_id().hex}/{kind}/{webhook_token(kind, subject_id)}"


def is_own_address(address: str) -> bool:
    """Whether a rail that was given this address still reaches us there."""
    return address.startswith(f"{settings.PAMOJA.mpesa_callback_base_url}/")


def bank_account_number() -> str:
    """The entered community's own account, as its bank knows it; empty when it has none."""
    account = chosen().bank_account
    return "".join(str(account.get("iban") or account.get("account") or "").split()).replace("-", "")


def has_bank_api() -> bool:
    """Whether the community's bank can be asked and told by program."""
    return bool(settings.PAMOJA.bank_base_url and bank_account_number())


def sends_out(rail: str) -> bool:
    """Whether money leaves by this rail: only where it can be asked what became of it."""
    if rail == facts.STRIPE and not settings.PAMOJA.stripe_connect:
        return False
    return facts.facts_of(rail).sends_out and (rail != facts.BANK or has_bank_api())


def trusts_payout_results() -> bool:
    """Whether a payout's result is believed as it comes, without asking back."""
    return bool(settings.PAMOJA.mpesa_trusts_payout_results)


def event_address(rail: str) -> str:
    """Where the rail sends the entered community's signed events."""
    return f"{settings.PAMOJA.stripe_webhook_base_url.rstrip('/')}/hooks/{rail}/{current_community_id().hex}"


def payment_page(collection_id: UUID) -> str:
    """The page of a payment in full, to which a bank sends the member back."""
    return page(f"payments/{ids.public('collection', collection_id)}/")


def page(path: str) -> str:
    """The full address of a page of the entered community, for who comes back from elsewhere."""
    return home_url(current_community()) + path
