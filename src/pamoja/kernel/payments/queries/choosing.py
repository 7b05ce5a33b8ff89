"""By which way a member pays: the one that was chosen, the first that they saved, or their phone."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from pamoja.foundation.money import Money
from pamoja.kernel.identity.public import phone_of
from pamoja.kernel.payments.errors import (
    AccountNotProven,
    MethodMissing,
    MethodNotFound,
    MethodUnusable,
    PayeeMissing,
    PayeeNotReady,
    PhoneMissing,
    RailSendsNothing,
)
from pamoja.kernel.payments.models import Method
from pamoja.kernel.payments.queries import methods, settings
from pamoja.kernel.payments.rules import mpesa, rails
from pamoja.kernel.payments.rules.methods import MethodKind, MethodState


@dataclass(frozen=True)
class Way:
    """A rail, and what it needs: a phone, or a saved way to pay. `is_chosen`: somebody picked it just now."""

    rail: str
    phone: str = ""
    method_id: UUID | None = None
    is_chosen: bool = False


def way_to_pay(
    member_id: UUID,
    amount: Money,
    *,
    rail: str | None = None,
    phone: str | None = None,
    method_id: UUID | None = None,
) -> Way:
    """The way by which this much is asked of the member, once it is fit to carry it.

    Raises: RailUnknown, CurrencyNotCarried, AmountNotWhole, AmountTooSmall, AmountTooLarge, PhoneMissing, PhoneUnfit,
        MethodMissing, MethodNotFound, MethodUnusable.
    """
    offered = settings.rails()
    if method_id is not None:
        return _by(_method(member_id, method_id), amount, offered, is_chosen=True)
    if rail is None and phone is None:
        saved = methods.paying_methods(member_id)
        if saved:
            return _by(saved[0], amount, offered)
        if offered and rails.MPESA not in offered and amount.currency != mpesa.CURRENCY:
            raise MethodMissing()
    rail = rail or rails.MPESA
    if rail == rails.STRIPE:
        saved = [each for each in methods.paying_methods(member_id) if each.rail == rail]
        if not saved:
            raise MethodMissing()
        return _by(saved[0], amount, offered)
    _check(rail, amount, offered)
    return Way(rail, phone=_msisdn(member_id, phone) if rail == rails.MPESA else "", is_chosen=phone is not None)


def way_to_receive(member_id: UUID, amount: Money, *, rail: str | None = None, method_id: UUID | None = None) -> Way:
    """The way by which this much is sent to the member: the one named, by the rail, or else the usual one.

    Raises: as `way_to_pay`; RailSendsNothing: what it sent could not be confirmed, so nothing leaves by it;
        AccountNotProven, PayeeMissing, PayeeNotReady.
    """
    offered = settings.rails()
    named = None if method_id is None else _method(member_id, method_id)
    if named is not None and not named.only_receives:
        raise MethodUnusable()
    rail = named.rail if named is not None else rail or _usual_rail(member_id, amount.currency, offered)
    _check(rail, amount, offered)
    if not settings.sends_out(rail):
        raise RailSendsNothing(rail=rails.facts_of(rail).title)
    if rail == rails.BANK:
        return Way(rail, method_id=_proven_account(member_id, named).pk)
    if rail == rails.STRIPE:
        return Way(rail, method_id=_ready_payee(member_id).pk)
    return Way(rail, phone=_msisdn(member_id, None))


def _usual_rail(member_id: UUID, currency: str, offered: list[str]) -> str:
    """The phone for shillings; else where the member wants it, the first that is ready before one that is not."""
    if currency == mpesa.CURRENCY:
        return rails.MPESA
    sending = [each for each in (rails.BANK, rails.STRIPE) if each in offered and settings.sends_out(each)]
    own = [each for each in methods.methods_of(member_id) if each.only_receives and each.rail in sending]
    own.sort(key=lambda each: each.state != MethodState.VERIFIED)
    if own or sending:
        return own[0].rail if own else sending[0]
    return rails.BANK if rails.BANK in offered else rails.MPESA


def _ready_payee(member_id: UUID) -> Method:
    own = [each for each in methods.methods_of(member_id) if each.kind == MethodKind.PAYEE]
    if not own:
        raise PayeeMissing()
    if own[0].state != MethodState.VERIFIED:
        raise PayeeNotReady()
    return own[0]


def _proven_account(member_id: UUID, named: Method | None = None) -> Method:
    own = [named] if named else [each for each in methods.methods_of(member_id) if each.kind == MethodKind.BANK]
    if not own:
        raise MethodMissing()
    proven = next((each for each in own if each.state == MethodState.VERIFIED), None)
    if proven is None:
        raise AccountNotProven()
    return proven


def _method(member_id: UUID, method_id: UUID) -> Method:
    found = methods.methods_of(member_id).filter(pk=method_id).first()
    if found is None:
        raise MethodNotFound()
    return found


def _by(method: Method, amount: Money, offered: list[str], *, is_chosen: bool = False) -> Way:
    if not method.is_usable or method.only_receives:
        raise MethodUnusable()
    _check(method.rail, amount, offered)
    phone = str(method.number) if method.kind == MethodKind.PHONE else ""
    return Way(method.rail, phone=phone, method_id=method.pk, is_chosen=is_chosen)


def _check(rail: str, amount: Money, offered: list[str]) -> None:
    rails.check_amount(rail, amount, offered=offered, limits_kes=settings.limits_kes())


def _msisdn(member_id: UUID, phone: str | None) -> str:
    phone = phone or phone_of(member_id)
    if not phone:
        raise PhoneMissing(field="phone")
    return mpesa.msisdn_of(phone)
