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


def way_to_receive(member_id: UUID, amount: Money, *, rail: str | None = None) -> Way:
    """The way by which this much is sent to the member.

    Raises: as `way_to_pay`; RailSendsNothing: what it sent could not be confirmed, so nothing leaves by it.
    """
    offered = settings.rails()
    if rail is None:
        rail = rails.BANK if rails.BANK in offered and amount.currency != mpesa.CURRENCY else rails.MPESA
    _check(rail, amount, offered)
    if not settings.sends_out(rail):
        raise RailSendsNothing(rail=rails.facts_of(rail).title)
    if rail == rails.BANK:
        return Way(rail, method_id=_proven_account(member_id).pk)
    return Way(rail, phone=_msisdn(member_id, None))


def _proven_account(member_id: UUID) -> Method:
    own = [each for each in methods.methods_of(member_id) if each.kind == MethodKind.BANK]
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
    if not method.is_usable or method.kind == MethodKind.BANK:
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
