"""The ways by which a member can pay now, as pages offer them, and what a chosen one means."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from pamoja.foundation import ids
from pamoja.kernel.identity.public import masked_phone, phone_of
from pamoja.kernel.payments.queries import methods, settings
from pamoja.kernel.payments.rules import rails
from pamoja.kernel.payments.rules.methods import MethodKind


@dataclass(frozen=True)
class Offered:
    """One way to pay: `value` comes back when it is chosen; `kind` is a method's kind, `bank` or `wallet`."""

    value: str
    title: str
    kind: str


def ways_to_pay(member_id: UUID, currency: str | None = None) -> list[Offered]:
    """Saved ways first, then the member's own phone, then a transfer. Not the wallet."""
    offered = settings.rails(currency)
    saved = methods.paying_methods(member_id, currency)
    ways = [Offered(each.public_id, each.title, each.kind) for each in saved]
    phone = phone_of(member_id)
    if rails.MPESA in offered and phone and phone.startswith("+254"):
        shown = {str(each.number) for each in saved if each.kind == MethodKind.PHONE}
        if phone.lstrip("+") not in shown:
            ways.append(Offered(rails.MPESA, f"M-PESA {masked_phone(phone)}", "phone"))
    if rails.BANK in offered and settings.chosen().bank_account:
        ways.append(Offered(rails.BANK, "Bank transfer", "bank"))
    return ways


def ways_to_receive(member_id: UUID, currency: str | None = None) -> list[Offered]:
    """The ways by which a member can be paid now, the usual one first."""
    sending = [each for each in settings.rails(currency) if settings.sends_out(each)]
    phone = phone_of(member_id)
    ways = [Offered(rails.MPESA, f"M-PESA {masked_phone(phone)}", "phone")] if rails.MPESA in sending and phone else []
    saved = [each for each in methods.methods_of(member_id) if each.only_receives and each.is_usable]
    return ways + [Offered(each.public_id, each.title, each.kind) for each in saved if each.rail in sending]


def chosen_way(value: str) -> tuple[str | None, UUID | None]:
    """The rail or the saved way to pay that an offered value names; nothing for what names neither."""
    if value in (rails.MPESA, rails.BANK):
        return value, None
    try:
        return None, ids.parse("method", value)
    except ids.MalformedId:
        return None, None


def asks_phones() -> bool:
    """Whether the entered community pays by phone, with a PIN; else by card or bank."""
    return rails.MPESA in settings.rails()
