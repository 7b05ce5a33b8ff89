"""A member's ways to pay: added on the rail's own page, verified by the rail, named, ordered, removed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from pamoja.foundation import clock, crypto, ids
from pamoja.foundation.actions import SYSTEM, Actor, action, joins_transaction
from pamoja.foundation.events import announce
from pamoja.kernel.identity.public import SignInNeeded, email_of, member_with_id
from pamoja.kernel.payments.errors import MethodNotFound, MethodsTooMany, MethodUnusable, RailUnknown
from pamoja.kernel.payments.events import MethodAdded, MethodFailed, MethodRemoved
from pamoja.kernel.payments.models import Customer, Method, Reference
from pamoja.kernel.payments.queries import methods as found
from pamoja.kernel.payments.queries import settings
from pamoja.kernel.payments.rules import mpesa
from pamoja.kernel.payments.rules.banking import BankAccount
from pamoja.kernel.payments.rules.messages import MethodState as Said
from pamoja.kernel.payments.rules.messages import SetupOrder, SetupStarted
from pamoja.kernel.payments.rules.methods import HOSTED, METHODS_MAX, RAIL_OF, MethodKind, MethodState
from pamoja.kernel.payments.rules.references import new_reference

# How long after the visit began the rail is asked by itself, should the member not come back and no event tell.
_ASK_AFTER = (timedelta(minutes=2), timedelta(minutes=30), timedelta(hours=25))


@action
def begin_method(*, by: Actor, kind: MethodKind) -> SetupOrder:
    """Prepare the member's visit to the rail's page on which a card or a Direct Debit is saved.

    Raises: SignInNeeded, RailUnknown, MethodsTooMany.
    """
    member_id = _member_id(by)
    rail = RAIL_OF[kind]
    if kind not in HOSTED or rail not in settings.rails():
        raise RailUnknown(rail=kind)
    made = _add(member_id, kind, next_query_at=clock.now() + _ASK_AFTER[0])
    address = settings.page(f"payments/methods/{made.public_id}/")
    return SetupOrder(
        method_id=made.pk,
        kind=kind,
        customer_id=found.customer_id_of(member_id, rail),
        member_id=member_id,
        name=member_with_id(member_id).name,
        email=email_of(member_id) or "",
        return_url=address,
        cancel_url=settings.page("payments/methods/"),
    )


@action
def record_setup_started(*, by: Actor = SYSTEM, method_id: UUID, started: SetupStarted) -> Method:
    """The rail's page is open: keep its names for the member and the visit."""
    method = found.method_for_update(method_id)
    Customer.objects.get_or_create(
        member_id=method.member_id, rail=method.rail, defaults={"rail_id": started.customer_id}
    )
    method.session_id = started.session_id
    method.save(update_fields=["session_id"])
    return method


@action
def add_phone(*, by: Actor, phone: str) -> Method:
    """Another phone to be asked by M-PESA; the first payment that it approves verifies it.

    Raises: SignInNeeded, RailUnknown, PhoneUnfit, MethodsTooMany.
    """
    member_id = _member_id(by)
    if "mpesa" not in settings.rails():
        raise RailUnknown(rail="M-PESA")
    msisdn = mpesa.msisdn_of(phone)
    for each in found.own_methods_for_update(member_id):
        if each.kind == MethodKind.PHONE and each.number == msisdn:
            return each
    # By the mark it is seen that several members use one phone, without opening any number.
    mark = crypto.blind_index(msisdn, "payments_method.phone").hex()[:64]
    made = _add(member_id, MethodKind.PHONE, number=msisdn, last4=msisdn[-3:], fingerprint=mark)
    announce(MethodAdded(member_id=member_id, method_id=made.pk, what=made.described))
    return made


@action
def add_bank_account(*, by: Actor, account: BankAccount) -> Method:
    """An account to send money to; a transfer that comes from it with the member's reference verifies it.

    Raises: SignInNeeded, MethodsTooMany.
    """
    member_id = _member_id(by)
    number = json.dumps(account.as_json(), sort_keys=True)
    for each in found.own_methods_for_update(member_id):
        if each.kind == MethodKind.BANK and each.number == number:
            return each
    made = _add(
        member_id, MethodKind.BANK, number=number, last4=account.last4, brand=account.bank, fingerprint=account.mark
    )
    announce(MethodAdded(member_id=member_id, method_id=made.pk, what=made.described))
    return made


@action
def take_due_methods(*, by: Actor = SYSTEM, limit: int = 50) -> list[Method]:
    """The ways to pay to ask the rail about now; each gets its next time first."""
    now, due = clock.now(), []
    for method in found.methods_to_query(now, limit):
        method.next_query_at = _next_query_at(method, now)
        method.save(update_fields=["next_query_at"])
        if method.session_id or method.rail_id:
            due.append(method)
    return due


@action
def record_method(*, by: Actor = SYSTEM, method_id: UUID, said: Said) -> Method:
    """Believe what the rail says of a way to pay. Saying it again changes nothing."""
    method = found.method_for_update(method_id)
    if method.state == MethodState.REMOVED or said.is_usable is None:
        return method
    if said.is_usable:
        return _verify(method, said)
    if method.state != MethodState.FAILED:
        fail_method(method, said.reason or "It cannot be used.")
    return method


@action
def rename_method(*, by: Actor, method_id: UUID, name: str) -> Method:
    """What the member calls it; an empty name is what it is.

    Raises: SignInNeeded, MethodNotFound.
    """
    method = _own(by, method_id)
    method.name = " ".join(name.split())[:40]
    method.save(update_fields=["name"])
    return method


@action
def put_method_first(*, by: Actor, method_id: UUID) -> Method:
    """The one that is tried first from now on.

    Raises: SignInNeeded, MethodNotFound; MethodUnusable when money cannot be asked for with it.
    """
    member_id = _member_id(by)
    rows = found.own_methods_for_update(member_id)
    first = next((each for each in rows if each.pk == method_id), None)
    if first is None:
        raise MethodNotFound()
    if not first.is_usable:
        raise MethodUnusable()
    for position, each in enumerate([first, *(row for row in rows if row.pk != method_id)], start=1):
        if each.position != position:
            each.position = position
            each.save(update_fields=["position"])
    return first


@action
def order_methods(*, by: Actor, method_ids: Sequence[UUID]) -> list[Method]:
    """Try them in this order from now on; those that are not named come after.

    Raises: SignInNeeded, MethodNotFound; MethodUnusable when money cannot be asked for with the first.
    """
    rows = {each.pk: each for each in found.own_methods_for_update(_member_id(by))}
    wanted = list(dict.fromkeys(method_ids))
    if any(each not in rows for each in wanted):
        raise MethodNotFound()
    if wanted and not rows[wanted[0]].is_usable:
        raise MethodUnusable()
    ordered = [rows[each] for each in [*wanted, *(each for each in rows if each not in wanted)]]
    for position, each in enumerate(ordered, start=1):
        if each.position != position:
            each.position = position
            each.save(update_fields=["position"])
    return ordered


@action
def remove_method(*, by: Actor, method_id: UUID) -> Method:
    """Ask no more with it. What was asked for already goes its way; the rail is told to forget it.

    Raises: SignInNeeded, MethodNotFound.
    """
    return _remove(_own(by, method_id))


@joins_transaction
def fail_method(method: Method, reason: str) -> None:
    """It is of no use any more, and the member should know. The row is locked by the caller."""
    method.state, method.reason, method.next_query_at = MethodState.FAILED, reason[:200], None
    method.save(update_fields=["state", "reason", "next_query_at"])
    if method.rail_id or method.number:
        announce(
            MethodFailed(member_id=method.member_id, method_id=method.pk, what=method.described, reason=reason[:200])
        )


@joins_transaction
def prove_method(method_id: UUID) -> None:
    """A payment went through with it, so it is the member's."""
    Method.objects.filter(pk=method_id, state=MethodState.PENDING).update(
        state=MethodState.VERIFIED, verified_at=clock.now()
    )


@joins_transaction
def add_payee(member_id: UUID) -> Method:
    """To be paid by Stripe, as soon as it says so. Raises: MethodsTooMany."""
    return _add(member_id, MethodKind.PAYEE)


@joins_transaction
def ensure_reference(member_id: UUID) -> str:
    """What the member writes on a transfer; made the first time."""
    for _ in range(20):
        if code := found.reference_of(member_id):
            return code
        try:
            with transaction.atomic():
                Reference.objects.create(member_id=member_id, code=new_reference())
        except IntegrityError:
            continue  # Taken by somebody of any community, or made a moment ago.
    raise RuntimeError("no free payment reference")


def _add(member_id: UUID, kind: MethodKind, **differs: object) -> Method:
    rows = found.own_methods_for_update(member_id)
    saved = [each for each in rows if each.rail_id or each.number or each.kind == MethodKind.PAYEE]
    if len(saved) >= METHODS_MAX:
        raise MethodsTooMany(most=METHODS_MAX)
    values: dict[str, object] = {"number": "", **differs}
    return Method.objects.create(
        id=ids.new_id(), member_id=member_id, rail=RAIL_OF[kind], kind=kind, position=len(rows) + 1, **values
    )


def _remove(method: Method) -> Method:
    method.state, method.removed_at, method.next_query_at = MethodState.REMOVED, clock.now(), None
    method.save(update_fields=["state", "removed_at", "next_query_at"])
    announce(MethodRemoved(member_id=method.member_id, method_id=method.pk, what=method.described))
    return method


def _same_before(method: Method, said: Said) -> Method | None:
    """The same card or account, saved once before: it was renewed, or its member had forgotten."""
    if not said.fingerprint:
        return None
    same = Method.objects.filter(
        member_id=method.member_id, kind=method.kind, fingerprint=said.fingerprint, state=MethodState.VERIFIED
    )
    return same.exclude(pk=method.pk).select_for_update().first()


def _verify(method: Method, said: Said) -> Method:
    is_first = method.state != MethodState.VERIFIED
    if is_first and (before := _same_before(method, said)):
        method.position, method.name = before.position, before.name
        _remove(before)
    method.state, method.next_query_at, method.reason = MethodState.VERIFIED, None, ""
    method.verified_at = method.verified_at or clock.now()
    method.rail_id = method.rail_id or said.rail_id
    method.mandate_id = method.mandate_id or said.mandate_id
    method.brand, method.last4, method.fingerprint = said.brand, said.last4, said.fingerprint
    method.expires_month, method.expires_year = said.expires_month, said.expires_year
    # Not the number: it is sealed anew whenever it is written, and it never changes.
    method.save(
        update_fields=[
            "state", "next_query_at", "reason", "verified_at", "rail_id", "mandate_id", "brand", "last4",
            "fingerprint", "expires_month", "expires_year", "position", "name",
        ]
    )  # fmt: skip
    if is_first:
        announce(MethodAdded(member_id=method.member_id, method_id=method.pk, what=method.described))
    return method


def _next_query_at(method: Method, now: datetime) -> datetime | None:
    if method.state != MethodState.PENDING:
        return None
    return next((method.added_at + after for after in _ASK_AFTER if method.added_at + after > now), None)


def _own(by: Actor, method_id: UUID) -> Method:
    method = found.method_for_update(method_id)
    if method.member_id != _member_id(by) or method.state == MethodState.REMOVED:
        raise MethodNotFound()
    return method


def _member_id(by: Actor) -> UUID:
    if by.member_id is None:
        raise SignInNeeded()
    return by.member_id
