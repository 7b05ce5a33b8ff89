"""A member's visit to the provider's own page: to save a card, sign a Direct Debit, or say who is paid and where."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from pamoja.foundation.actions import Actor
from pamoja.kernel.payments.actions import methods as deeds
from pamoja.kernel.payments.actions import payees
from pamoja.kernel.payments.errors import ProviderAway, RailFailure
from pamoja.kernel.payments.models import Method
from pamoja.kernel.payments.providers.rails import rail_named
from pamoja.kernel.payments.queries.payees import payee_of
from pamoja.kernel.payments.rules.methods import RAIL_OF, MethodKind, MethodState
from pamoja.kernel.payments.rules.rails import STRIPE


@dataclass(frozen=True)
class Visit:
    """Where to go, and the way to pay that it is about."""

    method_id: UUID
    url: str


def begin_visit(*, by: Actor, kind: MethodKind) -> Visit:
    """Open the provider's page for this member.

    Raises: Refusal, as `begin_method`; ProviderAway when the provider does not answer.
    """
    order = deeds.begin_method(by=by, kind=kind)
    try:
        started = rail_named(RAIL_OF[kind]).begin_setup(order)
    except RailFailure as failure:
        raise ProviderAway() from failure
    deeds.record_setup_started(method_id=order.method_id, started=started)
    return Visit(order.method_id, started.url)


def begin_payee_visit(*, by: Actor) -> Visit:
    """Open Stripe's page on which this member says who they are and where their bank is, once more as often as asked.

    One who can be paid already is sent where they look after their account there.

    Raises: Refusal, as `begin_payee`; ProviderAway when Stripe does not answer.
    """
    order = payees.begin_payee(by=by)
    rail = rail_named(STRIPE)
    try:
        if not order.rail_id:
            opened = payees.record_payee_opened(payee_id=order.payee_id, rail_id=rail.open_payee(order))
            order = replace(order, rail_id=str(opened.rail_id))
        url = rail.payee_desk(order.rail_id) if order.is_ready else rail.payee_page(order)
    except RailFailure as failure:
        raise ProviderAway() from failure
    return Visit(order.method_id, url)


def asked_about(found: Method) -> Method:
    """What the provider says now of a visit under way; what it does not say now it says to the sweep."""
    if found.kind == MethodKind.PAYEE:
        return _asked_about_payee(found)
    if found.state != MethodState.PENDING or not found.session_id:
        return found
    try:
        said = rail_named(found.rail).setup_state(found.session_id)
    except RailFailure:
        return found
    return deeds.record_method(method_id=found.pk, said=said)


def _asked_about_payee(found: Method) -> Method:
    payee = payee_of(found.member_id)
    if payee is None or payee.rail_id is None or found.state == MethodState.REMOVED:
        return found
    try:
        said = rail_named(STRIPE).payee_state(payee.rail_id)
    except RailFailure:
        return found
    payees.record_payee(payee_id=payee.pk, said=said)
    found.refresh_from_db()
    return found
