"""A member says that Stripe may pay them: an account is opened, they tell Stripe who they are, and Stripe tells us."""

from __future__ import annotations

from uuid import UUID

from pamoja.foundation import clock
from pamoja.foundation.actions import SYSTEM, Actor, action
from pamoja.foundation.events import announce
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.identity.public import SignInNeeded, email_of
from pamoja.kernel.payments.actions.methods import add_payee
from pamoja.kernel.payments.errors import RailUnknown
from pamoja.kernel.payments.events import MethodAdded, MethodFailed
from pamoja.kernel.payments.events.payees import PayeeBankChanged, PayeeWantsMore
from pamoja.kernel.payments.models import Method, Payee
from pamoja.kernel.payments.queries import payees as found
from pamoja.kernel.payments.queries import settings
from pamoja.kernel.payments.rules.messages import PayeeOrder
from pamoja.kernel.payments.rules.methods import MethodState
from pamoja.kernel.payments.rules.payees import (
    PayeeSaid,
    PayeeStanding,
    in_words,
    method_state_of,
    next_query_at,
    standing_of,
)
from pamoja.kernel.payments.rules.rails import STRIPE

_REFUSED = "Stripe does not pay to this account."


@action
def begin_payee(*, by: Actor) -> PayeeOrder:
    """Note that the member is about to be sent to Stripe, and what Stripe is told. A member has one account there.

    Raises: SignInNeeded, RailUnknown, MethodsTooMany.
    """
    if by.member_id is None:
        raise SignInNeeded()
    if STRIPE not in settings.rails() or not settings.sends_out(STRIPE):
        raise RailUnknown(rail="Stripe")
    made, _ = Payee.objects.get_or_create(member_id=by.member_id)
    payee = found.payee_for_update(made.pk)
    method = found.method_of_payee(by.member_id)
    if method is None:
        # What Stripe said of it before holds, once Stripe has said it again.
        method = add_payee(by.member_id)
    now, is_repeated = clock.now(), payee.told_at is not None
    payee.told_at, payee.visited_at = payee.told_at or now, now
    payee.next_query_at = next_query_at(PayeeStanding(payee.standing), visited_at=now, now=now)
    payee.save(update_fields=["told_at", "visited_at", "next_query_at"])
    page = f"payments/methods/{method.public_id}/"
    return PayeeOrder(
        payee_id=payee.pk,
        method_id=method.pk,
        member_id=by.member_id,
        rail_id=payee.rail_id or "",
        email=email_of(by.member_id) or "",
        country=current_community().country,
        return_url=settings.page(page),
        refresh_url=settings.page(f"{page}again/"),
        made_at=payee.made_at,
        is_repeated=is_repeated,
        is_ready=payee.standing == PayeeStanding.READY,
    )


@action
def record_payee_opened(*, by: Actor = SYSTEM, payee_id: UUID, rail_id: str) -> Payee:
    """Stripe opened the account: keep its name for it."""
    payee = found.payee_for_update(payee_id)
    if payee.rail_id is None:
        payee.rail_id = rail_id
        payee.save(update_fields=["rail_id"])
    return payee


@action
def take_due_payees(*, by: Actor = SYSTEM, limit: int = 50) -> list[Payee]:
    """The members' accounts to ask Stripe about now; each gets its next time first."""
    now, due = clock.now(), list(found.payees_to_query(clock.now(), limit))
    for payee in due:
        standing = PayeeStanding(payee.standing)
        payee.next_query_at = next_query_at(standing, visited_at=payee.visited_at, now=now)
        payee.save(update_fields=["next_query_at"])
    return due


@action
def record_payee(*, by: Actor = SYSTEM, payee_id: UUID, said: PayeeSaid) -> Payee:
    """Believe what Stripe says of a member's account. Saying it again changes nothing."""
    payee = found.payee_for_update(payee_id)
    method = found.method_of_payee(payee.member_id)
    now, before, due_before = clock.now(), PayeeStanding(payee.standing), payee.due_at
    standing = standing_of(said, before)
    has_other_bank = bool(said.bank_id) and said.bank_id != payee.bank_id
    knew_a_bank = bool(payee.bank_id)
    if has_other_bank:
        payee.bank_id, payee.bank_since = said.bank_id, now
    payee.standing, payee.missing, payee.due_at = standing, list(said.missing), said.due_at
    payee.heard_at = now
    payee.next_query_at = next_query_at(standing, visited_at=payee.visited_at, now=now)
    payee.save(
        update_fields=["standing", "missing", "due_at", "heard_at", "bank_id", "bank_since", "next_query_at"],
    )
    if method is None:
        return payee
    _keep(method, standing, said)
    if has_other_bank and knew_a_bank:
        announce(PayeeBankChanged(**method.told()))
    is_restricted = standing == PayeeStanding.RESTRICTED and before != standing
    is_warned = standing == PayeeStanding.READY and said.due_at is not None and said.due_at != due_before
    if is_restricted or is_warned:
        announce(PayeeWantsMore(**method.told(), missing=", ".join(in_words(said.missing)), due_at=said.due_at))
    return payee


def _keep(method: Method, standing: PayeeStanding, said: PayeeSaid) -> None:
    """What the account is worth as a way to be paid."""
    before, state = method.state, method_state_of(standing)
    method.state, method.fingerprint = state, said.fingerprint
    method.reason = _REFUSED if state == MethodState.FAILED else ""
    is_first = state == MethodState.VERIFIED and method.verified_at is None
    if is_first:
        method.verified_at = clock.now()
    method.save(update_fields=["state", "fingerprint", "reason", "verified_at"])
    if is_first:
        announce(MethodAdded(**method.told()))
    elif state == MethodState.FAILED and before != state:
        announce(MethodFailed(**method.told(), reason=method.reason))
